/* Values: the explicit state that crosses from one process to another.
 *
 * A value is nil, a bool, an integer of 64 bits, a double, a UTF-8 string, bytes, a list, a
 * map, or a handle to a shared object (queue, connection, lock). What a child gets is the
 * sequence of values that its parent packed, and nothing else. The encoding is MessagePack;
 * a handle is an extension type that indexes a table carried beside the bytes.
 *
 * Short sequences are written and read in one line with types checked:
 *
 *     brood_process_create(&child, worker, BROOD_ARGS(3, queue, "hello"), NULL, pool);
 *
 *     int worker(const brood_values_t *state, apr_pool_t *pool) {
 *         int index; brood_queue_t *queue; const char *text;
 *         if (BROOD_UNPACK(state, &index, &queue, &text) != APR_SUCCESS) …
 *
 * Nested lists and maps are written with a builder and read with a reader. Structs declared
 * once as a table of fields are the business of descriptor.h.
 *
 * The decoder trusts nothing: depth, lengths and counts are bounded by what is really
 * there, and hostile bytes are BROOD_EENCODING, never more. */
#ifndef BROOD_VALUES_H
#define BROOD_VALUES_H

#include "brood/status.h"
#include "brood/types.h"
#ifdef __cplusplus
#include <initializer_list>
#else
#include <stdbool.h>
#endif

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
    BROOD_SLOT_QUEUE,
    BROOD_SLOT_CONNECTION,
    BROOD_SLOT_LOCK
} brood_slot_kind_t;

typedef struct brood_slot_t {
    brood_slot_kind_t kind;
    uint32_t size;
    void *place;
} brood_slot_t;

BROOD_BEGIN_DECLS
/*PROTOTYPES*/
BROOD_END_DECLS

/*MACROS*/

#endif
