/* Handles: what lets a shared object travel inside values.
 *
 * Every object that can be handed to another process begins with a brood_handle_t, which
 * names its class. A class knows how to take the object apart into kernel handles and
 * numbers (pack) and how to make it again in another process (unpack); values, boot and the
 * start methods know nothing else of it. */
#ifndef BROOD_COMMON_HANDLE_H
#define BROOD_COMMON_HANDLE_H

#include "brood/types.h"
#include "os/types.h"
#include <stdatomic.h>

typedef struct brood__parcel_t brood__parcel_t;
typedef struct brood_handle_t brood_handle_t;

/* Wire codes of the classes; a cell of an arena bears its object's, too. */
typedef enum brood__handle_code_t {
    BROOD__HANDLE_NONE = 0,
#define BROOD__HANDLE_CODE(NAME, name, code) BROOD__HANDLE_##NAME = (code),
    BROOD_HANDLE_TABLE(BROOD__HANDLE_CODE)
#undef BROOD__HANDLE_CODE
        BROOD__HANDLE_CODE_END
} brood__handle_code_t;

struct brood__segment_t;
struct brood__cell_t;
typedef struct brood__handle_class_t brood__handle_class_t;

struct brood__handle_class_t {
    brood__handle_code_t code;
    const char *name; /* "queue": for messages */
    /* Puts what the object consists of into the parcel. The object stays usable. */
    apr_status_t (*pack)(brood_handle_t *handle, brood__parcel_t *parcel);
    /* Makes the object again from what pack put in, in the same order. */
    apr_status_t (*unpack)(const brood__handle_class_t *cls, brood_handle_t **handle,
                           brood__parcel_t *parcel, apr_pool_t *pool);

    /* The rest is for objects that live in a cell of an arena (object.h). */

    size_t size; /* of the object's struct, which begins with brood__object_t */
    /* The object has just got its cell: what it keeps ready for its hot paths. */
    void (*opened)(brood_handle_t *handle);
    /* The object lets go of what it holds besides its cell; may be NULL. */
    void (*closing)(brood_handle_t *handle);
    /* A participant is dead: puts its traces in a cell right, and gives the wake-ups that it
     * may have owed. Several processes may do it at once. */
    void (*sweep)(const struct brood__segment_t *segment, struct brood__cell_t *cell,
                  uint32_t dead);
};

#define BROOD__HANDLE_MAGIC 0x42726f6fu

struct brood_handle_t {
    uint32_t magic; /* BROOD__HANDLE_MAGIC: a wild pointer is told apart */
    atomic_int closed;
    const brood__handle_class_t *cls;
};

/* Sets the head of a fresh object. */
void brood__handle_init(brood_handle_t *handle, const brood__handle_class_t *cls);

/* Whether brood__handle_check() would say APR_SUCCESS: for hot paths. */
static inline int brood__handle_is_open(const brood_handle_t *handle) {
    /* acquire: pairs with the release store of the object's open and close */
    return handle != NULL && handle->magic == BROOD__HANDLE_MAGIC &&
           !atomic_load_explicit(&handle->closed, memory_order_acquire);
}

/* APR_SUCCESS, BROOD_ECLOSED, or APR_EINVAL when it is NULL or no object of Brood's; the
 * detail line names `name`, the function's parameter. */
apr_status_t brood__handle_check(const brood_handle_t *handle, const char *name);

/* The class of a wire code, or NULL. */
const brood__handle_class_t *brood__handle_class(uint32_t code);

/* The classes; each is defined in its object's own file. */
#define BROOD__HANDLE_CLASS(NAME, name, code) \
    extern const brood__handle_class_t brood__##name##_class;
BROOD_HANDLE_TABLE(BROOD__HANDLE_CLASS)
#undef BROOD__HANDLE_CLASS

/* A parcel: kernel handles and numbers on their way to another process, in order. */
apr_status_t brood__parcel_create(brood__parcel_t **parcel, apr_pool_t *pool);
void brood__parcel_put_number(brood__parcel_t *parcel, uint64_t number);
/* The handle is borrowed; the same one twice travels once. */
void brood__parcel_put_os_handle(brood__parcel_t *parcel, brood_os_handle_t handle);
/* BROOD_EENCODING when there is none left. */
apr_status_t brood__parcel_take_number(brood__parcel_t *parcel, uint64_t *number);
/* A handle of the caller's own (duplicated when the same one is taken twice). */
apr_status_t brood__parcel_take_os_handle(brood__parcel_t *parcel,
                                          brood_os_handle_t *handle);

/* What travels, for the boot record. */
size_t brood__parcel_os_handles(const brood__parcel_t *parcel,
                                const brood_os_handle_t **handles);
size_t brood__parcel_numbers(const brood__parcel_t *parcel, const uint64_t **numbers);
/* A parcel made of what arrived; it owns the handles and closes with its pool those that
 * nobody took. */
apr_status_t brood__parcel_arrived(brood__parcel_t **parcel,
                                   const brood_os_handle_t *handles, size_t handle_count,
                                   const uint64_t *numbers, size_t number_count,
                                   apr_pool_t *pool);

#endif
