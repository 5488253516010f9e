/* Values: the explicit state that crosses from one process to another.
 *
 * A value is nil, a bool, an integer of 64 bits, a double, a UTF-8 string, bytes, a list,
 * a map, or a handle to a shared object (BROOD_HANDLE_TABLE). What a child gets is
 * the sequence of values that its parent packed, and nothing else. The encoding is
 * MessagePack; a handle is an extension type that indexes a table carried beside the
 * bytes.
 *
 * Short sequences are written and read in one line with types checked:
 *
 *     brood_process_create(&child, worker, BROOD_ARGS(3, queue, "hello"), NULL, pool);
 *
 *     int worker(const brood_values_t *state, apr_pool_t *pool) {
 *         int index; brood_queue_t *queue; const char *text;
 *         if (BROOD_UNPACK(state, &index, &queue, &text) != APR_SUCCESS) …
 *
 * Nested lists and maps are written with a builder and read with a reader. Structs
 * declared once as a table of fields are the business of descriptor.h.
 *
 * The decoder trusts nothing: depth, lengths and counts are bounded by what is really
 * there, and hostile bytes are BROOD_EENCODING, never more. */
#ifndef BROOD_VALUES_H
#define BROOD_VALUES_H

#include "brood/status.h"
#include "brood/types.h"
#include <stdbool.h>

/* How deep lists and maps may lie in each other. */
#define BROOD_DEPTH_MAX 30

typedef enum brood_kind_t {
    BROOD_NIL,
    BROOD_BOOL,
    BROOD_INT,  /* fits int64_t */
    BROOD_UINT, /* fits uint64_t but not int64_t */
    BROOD_DOUBLE,
    BROOD_STRING,
    BROOD_BYTES,
    BROOD_LIST,
    BROOD_MAP,
    BROOD_HANDLE
} brood_kind_t;

/* Bytes that somebody else owns. */
typedef struct brood_bytes_t {
    const void *data;
    size_t size;
} brood_bytes_t;

/* One value to be packed. Made by the macros below or by the brood_arg_ functions. */
typedef struct brood_arg_t {
    brood_kind_t kind; /* BROOD_LIST: `values`, embedded as a list */
    union {
        bool boolean;
        int64_t integer;
        uint64_t unsigned_integer;
        double real;
        const char *string;
        brood_bytes_t bytes;
        const brood_values_t *values;
        void *handle; /* a brood_queue_t *, brood_connection_t *, brood_lock_t *, … */
    } of;
} brood_arg_t;

/* A sequence of them; `items` must live until the call it is given to returns. */
typedef struct brood_args_t {
    size_t count;
    const brood_arg_t *items;
} brood_args_t;

/* Where one value is to be unpacked to. */
typedef enum brood_slot_kind_t {
    BROOD_SLOT_BOOL,
    BROOD_SLOT_SIGNED,   /* `size` bytes */
    BROOD_SLOT_UNSIGNED, /* `size` bytes */
    BROOD_SLOT_REAL,     /* `size` bytes: float or double */
    BROOD_SLOT_STRING,   /* const char **; NULL for nil */
    BROOD_SLOT_BYTES,    /* brood_bytes_t * */
    BROOD_SLOT_VALUES,   /* const brood_values_t **: an embedded list */
    /* BROOD_SLOT_QUEUE, BROOD_SLOT_LOCK and so on: brood_queue_t **, brood_lock_t **, … */
#define BROOD__SLOT_KIND(NAME, name, code) BROOD_SLOT_##NAME,
    BROOD_HANDLE_TABLE(BROOD__SLOT_KIND)
#undef BROOD__SLOT_KIND
        BROOD_SLOT_END
} brood_slot_kind_t;

typedef struct brood_slot_t {
    brood_slot_kind_t kind;
    uint32_t size;
    void *place;
} brood_slot_t;

/* Writes nested values. Opaque; lives in a memory pool. */
typedef struct brood_builder_t brood_builder_t;

/* Reads nested values. The caller provides the memory; the members are Brood's. */
typedef struct brood_reader_level_t {
    uint32_t total; /* values at this level; a map has two for each entry */
    uint32_t done;
    uint32_t end; /* the node behind the last */
    uint32_t is_map;
} brood_reader_level_t;

typedef struct brood_reader_t {
    const brood_values_t *values;
    uint32_t next; /* the node to be read */
    uint32_t depth;
    brood_reader_level_t levels[BROOD_DEPTH_MAX + 1];
} brood_reader_t;

BROOD_BEGIN_DECLS

/* ---- values ---- */

/* Packs a sequence of arguments into values. Strings and bytes are copied. Handles are
 * not: the objects must stay open for as long as the values are used to start a process.
 *
 * @param values  receives them; NULL on failure
 * @param args    BROOD_ARGS(…) or BROOD_NO_ARGS
 * @param pool    owns the values
 * @returns APR_SUCCESS;
 *          BROOD_ETYPE: a string is not UTF-8; the detail says which argument;
 *          BROOD_ECLOSED: an object among the arguments has been closed;
 *          BROOD_ETOOBIG: the encoding would be of 4 GiB or more;
 *          APR_EINVAL: an argument is NULL where it must not be, is no object of Brood's, or
 *          embeds values that already lie BROOD_DEPTH_MAX deep;
 *          APR_ENOMEM.
 * Blocking: never. Threads and processes: as its pool. Platforms: same everywhere.
 * Like: pickle.dumps(), for plain values. */
BROOD_API apr_status_t brood_values_pack(brood_values_t **values, brood_args_t args,
                                         apr_pool_t *pool);

/* How many values the sequence has; what lies inside lists and maps is not counted.
 *
 * @param values  values, or NULL
 * @returns the number; 0 for NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere. */
BROOD_API size_t brood_values_count(const brood_values_t *values);

/* Writes values in one readable line, [42, nil, "hello"], cut to the buffer and always
 * terminated. Control characters are escaped, of long bytes the first ones are shown.
 *
 * @param values  values, or NULL
 * @param buffer  receives the line; may be NULL when size is 0
 * @param size    its size in bytes
 * @returns the length of the whole line without its end, as snprintf does.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: repr(). */
BROOD_API size_t brood_values_print(const brood_values_t *values, char *buffer,
                                    size_t size);

/* Unpacks a whole sequence into places. BROOD_UNPACK makes the slots and calls this.
 *
 * Strings, bytes, embedded values and objects belong to the values and live as long as
 * their pool. A place for a real number takes an integer too if it can hold it exactly, a
 * place for a bool takes 0 and 1; no other conversion is made. On failure the places before the offending one have been
 * written, the others not.
 *
 * @param values  values
 * @param count   how many slots there are
 * @param slots   where the values go; may be NULL when count is 0
 * @returns APR_SUCCESS;
 *          BROOD_ECOUNT: there are more or fewer values than slots; the detail has both;
 *          BROOD_ETYPE: a value is of another type than its place, a handle of another
 *          class, or a string for a char pointer has a NUL byte inside; the detail says
 *          which value it is, what it is and what was wanted;
 *          BROOD_ERANGE: a number does not fit its place; the detail has both;
 *          BROOD_ECLOSED: the object of a handle has been closed;
 *          APR_EINVAL: values is NULL, or a slot is malformed.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere. */
BROOD_API apr_status_t brood_unpack(const brood_values_t *values, size_t count,
                                    const brood_slot_t *slots);

/* The name of a kind as messages use it: "a string".
 *
 * @param kind  any kind
 * @returns a string that lives for ever.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere. */
BROOD_API const char *brood_kind_name(brood_kind_t kind);

/* ---- builder: writing nested values ---- */

/* Begins new values. They are written one after another with the brood_build functions;
 * lists and maps are begun and ended, a map's entries are a key and a value in turn, and
 * keys may be of any kind.
 *
 * A builder remembers its first failure: every later call returns it and does nothing. So
 * the statuses of the brood_build functions may be ignored and brood_builder_finish() asked.
 *
 * @param builder  receives it; NULL on failure
 * @param pool     owns it and the values it makes
 * @returns APR_SUCCESS; APR_ENOMEM.
 * Blocking: never. Threads and processes: one thread at a time. Platforms: same
 * everywhere. */
BROOD_API apr_status_t brood_builder_create(brood_builder_t **builder, apr_pool_t *pool);

/* Adds one value of any kind. BROOD_BUILD(builder, value) makes the argument from its type.
 *
 * @param builder  an unfinished builder
 * @param arg      the value; strings and bytes are copied
 * @returns APR_SUCCESS;
 *          BROOD_ETYPE: a string is not UTF-8; BROOD_ECLOSED: the object has been closed;
 *          BROOD_ETOOBIG: too many values;
 *          APR_EINVAL: as brood_values_pack(), or the builder is finished; APR_ENOMEM;
 *          or the builder's first failure.
 * Blocking: never. Threads and processes: one thread at a time. Platforms: same
 * everywhere. */
BROOD_API apr_status_t brood_build(brood_builder_t *builder, brood_arg_t arg);

/* Adds nil.
 *
 * @param builder  an unfinished builder
 * @returns as brood_build().
 * Blocking, Threads and processes, Platforms: as brood_build(). */
BROOD_API apr_status_t brood_build_nil(brood_builder_t *builder);

/* Adds a bool.
 *
 * @param builder  an unfinished builder
 * @param boolean  the value
 * @returns as brood_build().
 * Blocking, Threads and processes, Platforms: as brood_build(). */
BROOD_API apr_status_t brood_build_bool(brood_builder_t *builder, bool boolean);

/* Adds a signed integer.
 *
 * @param builder  an unfinished builder
 * @param integer  the value
 * @returns as brood_build().
 * Blocking, Threads and processes, Platforms: as brood_build(). */
BROOD_API apr_status_t brood_build_int(brood_builder_t *builder, int64_t integer);

/* Adds an unsigned integer.
 *
 * @param builder  an unfinished builder
 * @param integer  the value
 * @returns as brood_build().
 * Blocking, Threads and processes, Platforms: as brood_build(). */
BROOD_API apr_status_t brood_build_uint(brood_builder_t *builder, uint64_t integer);

/* Adds a real number.
 *
 * @param builder  an unfinished builder
 * @param real     the value; infinities and NaN travel too
 * @returns as brood_build().
 * Blocking, Threads and processes, Platforms: as brood_build(). */
BROOD_API apr_status_t brood_build_double(brood_builder_t *builder, double real);

/* Adds a string.
 *
 * @param builder  an unfinished builder
 * @param string   terminated UTF-8, copied; NULL adds nil
 * @returns as brood_build().
 * Blocking, Threads and processes, Platforms: as brood_build(). */
BROOD_API apr_status_t brood_build_string(brood_builder_t *builder, const char *string);

/* Adds a string of a given length, which may have NUL bytes inside.
 *
 * @param builder  an unfinished builder
 * @param text     UTF-8, copied; need not be terminated; may be NULL when size is 0
 * @param size     its length in bytes
 * @returns as brood_build().
 * Blocking, Threads and processes, Platforms: as brood_build(). */
BROOD_API apr_status_t brood_build_text(brood_builder_t *builder, const char *text,
                                        size_t size);

/* Adds bytes.
 *
 * @param builder  an unfinished builder
 * @param data     the bytes, copied; may be NULL when size is 0
 * @param size     how many
 * @returns as brood_build().
 * Blocking, Threads and processes, Platforms: as brood_build(). */
BROOD_API apr_status_t brood_build_bytes(brood_builder_t *builder, const void *data,
                                         size_t size);

/* Adds a handle to a shared object.
 *
 * @param builder  an unfinished builder
 * @param object   a brood_queue_t *, a brood_lock_t * or another of BROOD_HANDLE_TABLE; not copied
 * @returns as brood_build().
 * Blocking, Threads and processes, Platforms: as brood_build(). */
BROOD_API apr_status_t brood_build_handle(brood_builder_t *builder, void *object);

/* Begins a list. What is added until its brood_build_end() are its items.
 *
 * @param builder  an unfinished builder
 * @returns as brood_build(); APR_EINVAL also when it would lie deeper than BROOD_DEPTH_MAX.
 * Blocking, Threads and processes, Platforms: as brood_build(). */
BROOD_API apr_status_t brood_build_list_begin(brood_builder_t *builder);

/* Begins a map. What is added until its brood_build_end() are keys and values in turn.
 *
 * @param builder  an unfinished builder
 * @returns as brood_build_list_begin().
 * Blocking, Threads and processes, Platforms: as brood_build(). */
BROOD_API apr_status_t brood_build_map_begin(brood_builder_t *builder);

/* Ends the innermost list or map.
 *
 * @param builder  an unfinished builder
 * @returns as brood_build(); APR_EINVAL also when nothing was begun, or when the last key of
 *          a map has no value.
 * Blocking, Threads and processes, Platforms: as brood_build(). */
BROOD_API apr_status_t brood_build_end(brood_builder_t *builder);

/* Makes the values. The builder is of no further use.
 *
 * @param builder  an unfinished builder
 * @param values   receives them, owned by the builder's pool; NULL on failure
 * @returns as brood_build(); APR_EINVAL also when a list or map was not ended;
 *          BROOD_ETOOBIG: the encoding would be of 4 GiB or more.
 * Blocking: never. Threads and processes: one thread at a time. Platforms: same
 * everywhere. */
BROOD_API apr_status_t brood_builder_finish(brood_builder_t *builder,
                                            brood_values_t **values);

/* ---- reader: reading nested values ---- */

/* Sets a reader before the first value. Nothing is allocated and nothing needs closing.
 *
 * @param reader  memory of the caller's, on the stack for example
 * @param values  values that live longer than the reader; NULL reads as no values
 * @returns nothing; it cannot fail.
 * Blocking: never. Threads and processes: a reader belongs to one thread; any number of
 * readers may read the same values. Platforms: same everywhere. */
BROOD_API void brood_reader_init(brood_reader_t *reader, const brood_values_t *values);

/* Whether nothing is left in the innermost list or map that was entered, or of the values
 * when none was.
 *
 * @param reader  a reader
 * @returns whether the next read would find nothing.
 * Blocking: never. Threads and processes: as brood_reader_init(). Platforms: same
 * everywhere. */
BROOD_API bool brood_read_at_end(const brood_reader_t *reader);

/* Says of which kind the next value is, and does not move.
 *
 * @param reader  a reader
 * @param kind    receives the kind; BROOD_NIL on failure
 * @returns APR_SUCCESS; BROOD_ECOUNT: nothing is left here.
 * Blocking: never. Threads and processes: as brood_reader_init(). Platforms: same
 * everywhere. */
BROOD_API apr_status_t brood_read_kind(const brood_reader_t *reader, brood_kind_t *kind);

/* Reads the next value into a place of any type. BROOD_READ(reader, &place) makes the slot
 * from the type. What the place receives lives as long as the values.
 *
 * @param reader  a reader; on failure it stays where it is
 * @param slot    the place
 * @returns APR_SUCCESS;
 *          BROOD_ECOUNT: nothing is left here;
 *          BROOD_ETYPE, BROOD_ERANGE, BROOD_ECLOSED, APR_EINVAL: as brood_unpack(); the
 *          detail has the path, "value 2, item 4".
 * Blocking: never. Threads and processes: as brood_reader_init(). Platforms: same
 * everywhere. */
BROOD_API apr_status_t brood_read(brood_reader_t *reader, brood_slot_t slot);

/* Reads a bool.
 *
 * @param reader   a reader
 * @param boolean  receives it
 * @returns as brood_read().
 * Blocking, Threads and processes, Platforms: as brood_read(). */
BROOD_API apr_status_t brood_read_bool(brood_reader_t *reader, bool *boolean);

/* Reads a signed integer.
 *
 * @param reader   a reader
 * @param integer  receives it
 * @returns as brood_read().
 * Blocking, Threads and processes, Platforms: as brood_read(). */
BROOD_API apr_status_t brood_read_int(brood_reader_t *reader, int64_t *integer);

/* Reads an unsigned integer.
 *
 * @param reader   a reader
 * @param integer  receives it
 * @returns as brood_read().
 * Blocking, Threads and processes, Platforms: as brood_read(). */
BROOD_API apr_status_t brood_read_uint(brood_reader_t *reader, uint64_t *integer);

/* Reads a real number, or an integer that a double holds exactly.
 *
 * @param reader  a reader
 * @param real    receives it
 * @returns as brood_read().
 * Blocking, Threads and processes, Platforms: as brood_read(). */
BROOD_API apr_status_t brood_read_double(brood_reader_t *reader, double *real);

/* Reads a string. It is always terminated, and lives as long as the values.
 *
 * @param reader  a reader
 * @param text    receives it; NULL for nil, and on failure
 * @param size    receives its length; NULL: a string with a NUL byte inside is refused
 * @returns as brood_read().
 * Blocking, Threads and processes, Platforms: as brood_read(). */
BROOD_API apr_status_t brood_read_string(brood_reader_t *reader, const char **text,
                                         size_t *size);

/* Reads bytes. They live as long as the values and are not aligned.
 *
 * @param reader  a reader
 * @param bytes   receives them
 * @returns as brood_read().
 * Blocking, Threads and processes, Platforms: as brood_read(). */
BROOD_API apr_status_t brood_read_bytes(brood_reader_t *reader, brood_bytes_t *bytes);

/* Reads a list as values of their own, for BROOD_UNPACK or another reader.
 *
 * @param reader  a reader
 * @param values  receives them; they live as long as the values around them
 * @returns as brood_read().
 * Blocking, Threads and processes, Platforms: as brood_read(). */
BROOD_API apr_status_t brood_read_values(brood_reader_t *reader,
                                         const brood_values_t **values);

/* Reads a queue.
 *
 * @param reader  a reader
 * @param queue   receives it; it belongs to the pool of the values
 * @returns as brood_read().
 * Blocking, Threads and processes, Platforms: as brood_read(). */
BROOD_API apr_status_t brood_read_queue(brood_reader_t *reader, brood_queue_t **queue);

/* Reads a connection.
 *
 * @param reader      a reader
 * @param connection  receives it; it belongs to the pool of the values
 * @returns as brood_read().
 * Blocking, Threads and processes, Platforms: as brood_read(). */
BROOD_API apr_status_t brood_read_connection(brood_reader_t *reader,
                                             brood_connection_t **connection);

/* Reads a lock.
 *
 * @param reader  a reader
 * @param lock    receives it; it belongs to the pool of the values
 * @returns as brood_read().
 * Blocking, Threads and processes, Platforms: as brood_read(). */
BROOD_API apr_status_t brood_read_lock(brood_reader_t *reader, brood_lock_t **lock);

/* Steps over the next value, with all that lies in it.
 *
 * @param reader  a reader
 * @returns APR_SUCCESS; BROOD_ECOUNT: nothing is left here.
 * Blocking, Threads and processes, Platforms: as brood_read(). */
BROOD_API apr_status_t brood_read_skip(brood_reader_t *reader);

/* Enters the list that comes next; what is read then are its items.
 *
 * @param reader  a reader; on failure it stays where it is
 * @param count   receives how many items there are, 0 on failure; or NULL
 * @returns APR_SUCCESS; BROOD_ECOUNT: nothing is left here; BROOD_ETYPE: it is no list.
 * Blocking, Threads and processes, Platforms: as brood_read(). */
BROOD_API apr_status_t brood_read_list_enter(brood_reader_t *reader, size_t *count);

/* Enters the map that comes next; what is read then are its keys and values in turn.
 *
 * @param reader  a reader; on failure it stays where it is
 * @param count   receives how many entries there are, 0 on failure; or NULL
 * @returns APR_SUCCESS; BROOD_ECOUNT: nothing is left here; BROOD_ETYPE: it is no map.
 * Blocking, Threads and processes, Platforms: as brood_read(). */
BROOD_API apr_status_t brood_read_map_enter(brood_reader_t *reader, size_t *count);

/* Leaves the innermost list or map, whatever is left in it; the next read is of what comes
 * behind it.
 *
 * @param reader  a reader
 * @returns APR_SUCCESS; APR_EINVAL: none was entered.
 * Blocking, Threads and processes, Platforms: as brood_read(). */
BROOD_API apr_status_t brood_read_leave(brood_reader_t *reader);

BROOD_END_DECLS

/* brood_arg_…, BROOD_ARGS, BROOD_UNPACK, BROOD_BUILD, BROOD_READ */
#include "brood/args.h"

#endif
