/* Objects: making, closing, sending and receiving those that live in a cell. */
#include "object.h"

#include "session.h"
#include "status.h"

static apr_status_t object_cleanup(void *data) {
    brood__object_t *object = data;
    if (atomic_exchange_explicit(&object->handle.closed, 1, memory_order_relaxed) == 0) {
        if (object->handle.cls->closing != NULL) {
            object->handle.cls->closing(&object->handle);
        }
    }
    brood__arena_release(&object->hold);
    return APR_SUCCESS;
}

brood__object_t *brood__object_new(const brood__handle_class_t *cls, apr_pool_t *pool) {
    brood__object_t *object;
    pool = brood__session_pool_for(pool);
    object = pool == NULL ? NULL : apr_pcalloc(pool, cls->size);
    if (object != NULL) {
        brood__handle_init(&object->handle, cls);
        atomic_store_explicit(&object->handle.closed, 1, memory_order_relaxed);
        apr_pool_cleanup_register(pool, object, object_cleanup, apr_pool_cleanup_null);
    }
    return object;
}

apr_status_t brood__object_create(brood__object_t **object,
                                  const brood__handle_class_t *cls, apr_pool_t *pool) {
    brood__object_t *fresh = brood__object_new(cls, pool);
    apr_status_t rv;
    *object = NULL;
    if (fresh == NULL) {
        return APR_ENOMEM;
    }
    rv = brood__arena_allocate(&fresh->hold, cls->code);
    if (rv == APR_SUCCESS) {
        *object = fresh;
    }
    return rv;
}

void brood__object_open(brood__object_t *object) {
    if (object->handle.cls->opened != NULL) {
        object->handle.cls->opened(&object->handle);
    }
    /* release: pairs with the acquire in brood__handle_check */
    atomic_store_explicit(&object->handle.closed, 0, memory_order_release);
}

apr_status_t brood__object_refused(const brood_handle_t *handle,
                                   const brood__handle_class_t *cls) {
    apr_status_t rv = brood__handle_check(handle, cls->name);
    return rv != APR_SUCCESS
               ? rv
               : brood__fail(BROOD_ECLOSED, "this process is in no session");
}

/* ---- threads that sleep in it ------------------------------------------------------- */

#define LIFE(seen) ((uint32_t)((seen) >> 32))
#define COUNT(seen) ((uint32_t)(seen))

/* A forked child begins with nobody: it has none of its parent's threads. */
void brood__object_enter(brood__object_t *object) {
    uint64_t seen = atomic_load_explicit(&object->inside, memory_order_relaxed);
    uint64_t next;
    do {
        next =
            LIFE(seen) == brood__self_id ? seen + 1 : (uint64_t)brood__self_id << 32 | 1;
    } while (!atomic_compare_exchange_weak_explicit(
        &object->inside, &seen, next, memory_order_relaxed, memory_order_relaxed));
}

void brood__object_leave(brood__object_t *object) {
    uint64_t seen = atomic_load_explicit(&object->inside, memory_order_relaxed);
    while (LIFE(seen) == brood__self_id && COUNT(seen) != 0 &&
           !atomic_compare_exchange_weak_explicit(&object->inside, &seen, seen - 1,
                                                  memory_order_relaxed,
                                                  memory_order_relaxed)) {}
}

apr_status_t brood__object_close(brood__object_t *object,
                                 const brood__handle_class_t *cls) {
    const brood_handle_t *handle = object == NULL ? NULL : &object->handle;
    apr_status_t rv = brood__handle_check(handle, cls->name);
    uint64_t inside;
    if (rv == BROOD_ECLOSED) {
        return APR_SUCCESS;
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    inside = atomic_load_explicit(&object->inside, memory_order_relaxed);
    if (LIFE(inside) == brood__self_id && COUNT(inside) != 0) {
        return brood__fail(BROOD_EBUSY, "%s: %u threads of this process wait in it",
                           cls->name, COUNT(inside));
    }
    return object_cleanup(object);
}

apr_status_t brood__object_hold_again(brood__hold_t *hold,
                                      const brood__object_t *object) {
    return brood__arena_hold_again(hold, &object->hold);
}

apr_status_t brood__object_pack(brood_handle_t *handle, brood__parcel_t *parcel) {
    brood__arena_pack(&((brood__object_t *)handle)->hold, parcel);
    return APR_SUCCESS;
}

apr_status_t brood__object_arrived(brood__object_t **object,
                                   const brood__handle_class_t *cls,
                                   brood__parcel_t *parcel, apr_pool_t *pool) {
    brood__object_t *fresh = brood__object_new(cls, pool);
    apr_status_t rv;
    *object = NULL;
    if (fresh == NULL) {
        return APR_ENOMEM;
    }
    rv = brood__arena_unpack(&fresh->hold, cls->code, parcel);
    if (rv == APR_SUCCESS) {
        *object = fresh;
    }
    return rv;
}

apr_status_t brood__object_unpack(const brood__handle_class_t *cls,
                                  brood_handle_t **handle, brood__parcel_t *parcel,
                                  apr_pool_t *pool) {
    brood__object_t *object;
    apr_status_t rv = brood__object_arrived(&object, cls, parcel, pool);
    *handle = NULL;
    if (rv == APR_SUCCESS) {
        brood__object_open(object);
        *handle = &object->handle;
    }
    return rv;
}
