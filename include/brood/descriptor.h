/* Descriptors: state in a struct, declared once as a table of its fields.
 *
 *     typedef struct job_t {
 *         int32_t id;
 *         char name[32];
 *         double weights[3];
 *         brood_queue_t *out;
 *     } job_t;
 *
 *     static const brood_field_t job_fields[] = {
 *         BROOD_FIELD_INT(job_t, id, BROOD_LIMITS(0, 999)),
 *         BROOD_FIELD_CHARS(job_t, name),
 *         BROOD_FIELD_DOUBLE_ARRAY(job_t, weights, BROOD_SINCE(2)),
 *         BROOD_FIELD_QUEUE(job_t, out, BROOD_REQUIRED),
 *     };
 *     static const brood_descriptor_t job_descriptor =
 *         BROOD_DESCRIPTOR("job", 2, 1, job_t, job_fields, NULL);
 *
 * The same table packs a struct into values, unpacks it in another process, checks it and
 * prints it. What travels is three values: the name, the version of the writer, and a map
 * from the names of the fields; so a reader knows what it has before it, and the fields'
 * order, sizes and offsets may differ between writer and reader.
 *
 * Versions: a new field says since which version it is written, and a reader that gets the
 * state of an older version leaves its default there. A state of a newer version than the
 * reader's, or older than the oldest it reads, is BROOD_EVERSION.
 *
 * A packed struct is one value in BROOD_ARGS(…), and reads back by brood_read_values() or a
 * const brood_values_t * in BROOD_UNPACK. Tables are constants: nothing is registered. */
#ifndef BROOD_DESCRIPTOR_H
#define BROOD_DESCRIPTOR_H

#include "brood/status.h"
#include "brood/types.h"
#include "brood/values.h"
#include <stdbool.h>

/* What a member is. Integers may be of 1, 2, 4 or 8 bytes, reals float or double. */
typedef enum brood_member_kind_t {
    BROOD_MEMBER_BOOL = 1,
    BROOD_MEMBER_INT,
    BROOD_MEMBER_UINT,
    BROOD_MEMBER_REAL,
    BROOD_MEMBER_STRING, /* const char *; NULL travels as nil */
    BROOD_MEMBER_CHARS,  /* char [n]: a string with its terminator */
    BROOD_MEMBER_BYTES,  /* brood_bytes_t; NULL travels as nil */
    BROOD_MEMBER_VALUES, /* const brood_values_t *; NULL travels as nil */
    BROOD_MEMBER_STRUCT, /* another struct with a descriptor of its own */
/* BROOD_MEMBER_QUEUE and so on: pointers to objects; NULL travels as nil */
#define BROOD__MEMBER_KIND(NAME, name, code) BROOD_MEMBER_##NAME,
    BROOD_HANDLE_TABLE(BROOD__MEMBER_KIND)
#undef BROOD__MEMBER_KIND
        BROOD_MEMBER_END
} brood_member_kind_t;

typedef enum brood_limits_kind_t {
    BROOD_UNLIMITED,
    BROOD_LIMITED_INT,
    BROOD_LIMITED_REAL
} brood_limits_kind_t;

typedef struct brood_descriptor_t brood_descriptor_t;

/* One row of a table. Made by the BROOD_FIELD_ macros below. */
typedef struct brood_field_t {
    const char *name;
    brood_member_kind_t kind;
    size_t offset;
    size_t size;                          /* of the member; of an array, of one element */
    size_t elements;                      /* of an array of numbers; 0: it is none */
    const brood_descriptor_t *descriptor; /* of a struct */
    uint32_t since;                       /* 0: it was always there */
    bool required;                        /* a pointer that may not be NULL */
    brood_limits_kind_t limits;
    int64_t least, most; /* with BROOD_LIMITED_INT, for each element */
    double real_least, real_most;
    int reserved;
} brood_field_t;

/* A struct. Made by BROOD_DESCRIPTOR. */
struct brood_descriptor_t {
    const char *name;
    uint32_t version; /* what is written, and the newest that is read */
    uint32_t minimum; /* the oldest that is read; 1 at least */
    size_t size;
    const brood_field_t *fields;
    size_t field_count;
    const void *defaults; /* such a struct, for fields that an old writer did not have */
};

/* A descriptor out of an array of fields; `defaults` may be NULL for zeros. */
#define BROOD_DESCRIPTOR(name, version, minimum, type, fields, defaults) \
    {                                                                    \
        name, version, minimum, sizeof(type), fields,                    \
            sizeof(fields) / sizeof((fields)[0]), defaults               \
    }

BROOD_BEGIN_DECLS

/* Packs a struct into values: name, version, fields. Strings and bytes are copied. The
 * struct is checked first, as by brood_descriptor_check().
 *
 * @param descriptor  describes the struct
 * @param object      the struct; its objects must stay open while the values are used
 * @param values      receives them; NULL on failure
 * @param pool        owns the values
 * @returns APR_SUCCESS;
 *          BROOD_ERANGE: a number is outside its limits, or a char array not terminated;
 *          BROOD_ETYPE: a string is not UTF-8, or an object of the wrong class;
 *          BROOD_ECLOSED: an object in it has been closed; BROOD_ETOOBIG: 4 GiB or more;
 *          APR_EINVAL: a required pointer is NULL, an argument is NULL, or the table is
 *          wrong (see brood_descriptor_validate()); APR_ENOMEM.
 *          The detail names the field.
 * Blocking: never. Threads and processes: any number, each with its own pool.
 * Platforms: same everywhere. Like: pickle.dumps() of an object. */
BROOD_API apr_status_t brood_descriptor_pack(const brood_descriptor_t *descriptor,
                                             const void *object, brood_values_t **values,
                                             apr_pool_t *pool);

/* Unpacks values into a struct and checks it. Strings and bytes are copied to the pool;
 * objects and embedded values go on belonging to the pool of the values.
 *
 * @param descriptor  describes the struct
 * @param values      what brood_descriptor_pack() made, here or in another process
 * @param object      receives the struct; all zeros on failure
 * @param pool        owns what the struct points to
 * @returns APR_SUCCESS;
 *          BROOD_EVERSION: written by a newer version, or one older than the oldest that is
 *          read; the detail has both numbers;
 *          BROOD_ETYPE: the values are no packed struct, or one of another name; a field is
 *          of another type; or there is a field that the table does not have;
 *          BROOD_ECOUNT: a field is missing or there twice, or an array is of another size;
 *          BROOD_ERANGE: a number is outside its limits or does not fit the member, or a
 *          string does not fit its char array;
 *          BROOD_ECLOSED: an object in it has been closed;
 *          APR_EINVAL: a required pointer is nil, an argument is NULL, or the table is
 *          wrong; APR_ENOMEM. The detail names the field.
 * Blocking: never. Threads and processes: any number, each with its own pool.
 * Platforms: same everywhere. Like: pickle.loads(). */
BROOD_API apr_status_t brood_descriptor_unpack(const brood_descriptor_t *descriptor,
                                               const brood_values_t *values, void *object,
                                               apr_pool_t *pool);

/* Writes a struct in one readable line, job{id: 7, name: "a"}, cut to the buffer and always
 * terminated.
 *
 * @param descriptor  describes the struct
 * @param object      the struct
 * @param buffer      receives the line; may be NULL when size is 0
 * @param size        its size in bytes
 * @returns the length of the whole line without its end, as snprintf does; the line is
 *          "invalid" for a wrong table and "NULL" for NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: repr() of a dataclass. */
BROOD_API size_t brood_descriptor_print(const brood_descriptor_t *descriptor,
                                        const void *object, char *buffer, size_t size);

/* Checks a table: names there and different, members inside the struct and apart from each
 * other, sizes that their kinds can have, versions in order, and the same of the structs
 * inside. The other functions do it too; a program's tests may want to.
 *
 * @param descriptor  any table
 * @returns APR_SUCCESS; APR_EINVAL: the table is wrong, the detail says where.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere. */
BROOD_API apr_status_t brood_descriptor_validate(const brood_descriptor_t *descriptor);

/* Checks a struct: numbers within their limits, required pointers not NULL, char arrays
 * terminated.
 *
 * @param descriptor  describes the struct
 * @param object      the struct
 * @returns APR_SUCCESS;
 *          BROOD_ERANGE: a number is outside its limits, or a char array not terminated;
 *          APR_EINVAL: a required pointer is NULL, an argument is NULL, or the table is
 *          wrong. The detail names the field.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere. */
BROOD_API apr_status_t brood_descriptor_check(const brood_descriptor_t *descriptor,
                                              const void *object);

BROOD_END_DECLS

/* BROOD_FIELD_…, BROOD_SINCE, BROOD_REQUIRED, BROOD_LIMITS */
#include "brood/fields.h"

#endif
