/* Objects: what all shared objects that live in a cell of an arena have in common. Internal.
 *
 * An object's struct begins with a brood__object_t, its class (handle.h) says how large it is,
 * and its cell bears the class's code. */
#ifndef BROOD_COMMON_OBJECT_H
#define BROOD_COMMON_OBJECT_H

#include "arena.h"
#include "handle.h"
#include "session.h"

typedef struct brood__object_t {
    brood_handle_t handle;
    brood__hold_t hold;
    _Atomic uint64_t inside; /* {whose threads: self_id, how many of them sleep in it} */
} brood__object_t;

/* The struct of a class, zero-filled and closed. NULL: no memory. */
brood__object_t *brood__object_new(const brood__handle_class_t *cls, apr_pool_t *pool);

/* The struct with a fresh cell, and still closed: nobody but the caller knows it.
 * brood__object_open() makes it usable when the cell is what it shall be. */
apr_status_t brood__object_create(brood__object_t **object,
                                  const brood__handle_class_t *cls, apr_pool_t *pool);
void brood__object_open(brood__object_t *object);

/* Why a handle cannot be used. */
apr_status_t brood__object_refused(const brood_handle_t *handle,
                                   const brood__handle_class_t *cls);

/* APR_SUCCESS, BROOD_ECLOSED, or APR_EINVAL; the detail line names the class. A process that has
 * left its session, or found no place in its parent's, is nobody who could own anything. */
static inline apr_status_t brood__object_check(const brood__object_t *object,
                                               const brood__handle_class_t *cls) {
    const brood_handle_t *handle = object == NULL ? NULL : &object->handle;
    return brood__handle_is_open(handle) && brood__self_id != 0
               ? APR_SUCCESS
               : brood__object_refused(handle, cls);
}

/* Closes it; a second time is harmless. BROOD_EBUSY: a thread of this process sleeps in it. */
apr_status_t brood__object_close(brood__object_t *object,
                                 const brood__handle_class_t *cls);

/* While a thread sleeps in an object, nobody in its process may close it. */
void brood__object_enter(brood__object_t *object);
void brood__object_leave(brood__object_t *object);

/* The cell of another object, held once more, for an object that uses it. */
apr_status_t brood__object_hold_again(brood__hold_t *hold, const brood__object_t *object);

/* pack and unpack of a class that consists of its cell alone. Others call them first: the
 * object is still closed when brood__object_arrived() has made it. */
apr_status_t brood__object_pack(brood_handle_t *handle, brood__parcel_t *parcel);
apr_status_t brood__object_unpack(const brood__handle_class_t *cls,
                                  brood_handle_t **handle, brood__parcel_t *parcel,
                                  apr_pool_t *pool);
apr_status_t brood__object_arrived(brood__object_t **object,
                                   const brood__handle_class_t *cls,
                                   brood__parcel_t *parcel, apr_pool_t *pool);

#endif
