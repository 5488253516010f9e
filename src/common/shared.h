/* Shared: what shared values and arrays have in common. A value is an array of one. Internal. */
#ifndef BROOD_COMMON_SHARED_H
#define BROOD_COMMON_SHARED_H

#include "brood/shared.h"
#include "mutex.h"
#include "object.h"
#include "shared_item.h"

/* So many bytes of items lie in the cell; more lie in a segment of their own. */
#define BROOD__SHARED_INLINE 24u

typedef struct brood__shared_t {
    brood__object_t object;
    brood__mutex_t mutex;
    const brood__item_type_t *type;
    uint8_t *data;
    size_t length;
    brood__segment_t *payload; /* of this use; NULL: the items lie in the cell */
} brood__shared_t;

/* Makes one of a class; its items are 0, or copies of `items`. */
apr_status_t brood__shared_create(brood__shared_t **shared,
                                  const brood__handle_class_t *cls, char typecode,
                                  const void *items, size_t length,
                                  const brood_shared_options_t *options,
                                  apr_pool_t *pool);

static inline apr_status_t brood__shared_check(const brood__shared_t *shared,
                                               const brood__handle_class_t *cls) {
    return brood__object_check(shared == NULL ? NULL : &shared->object, cls);
}

/* Takes the lock, if there is one. Of an open object. */
apr_status_t brood__shared_take(brood__shared_t *shared, apr_interval_time_t timeout);

/* Gives it back after an access: not when its last owner was dead, for then the caller shall
 * hold it. */
static inline void brood__shared_give(brood__shared_t *shared, apr_status_t taken) {
    if (taken == APR_SUCCESS) {
        (void)brood__mutex_release(&shared->mutex);
    }
}

/* One item, under the lock. The number's kind says what is wanted; 0 on failure. */
apr_status_t brood__shared_get(brood__shared_t *shared, size_t index,
                               brood__number_t *number, apr_interval_time_t timeout);
apr_status_t brood__shared_set(brood__shared_t *shared, size_t index,
                               const brood__number_t *number,
                               apr_interval_time_t timeout);

/* The lock for the caller, and the end. */
apr_status_t brood__shared_acquire(brood__shared_t *shared,
                                   const brood__handle_class_t *cls,
                                   apr_interval_time_t timeout);
apr_status_t brood__shared_release(brood__shared_t *shared,
                                   const brood__handle_class_t *cls);
apr_status_t brood__shared_close(brood__shared_t *shared,
                                 const brood__handle_class_t *cls);

/* Verbs of the classes. */
apr_status_t brood__shared_pack(brood_handle_t *handle, brood__parcel_t *parcel);
apr_status_t brood__shared_unpack(const brood__handle_class_t *cls,
                                  brood_handle_t **handle, brood__parcel_t *parcel,
                                  apr_pool_t *pool);
void brood__shared_closing(brood_handle_t *handle);
void brood__shared_sweep(const brood__segment_t *segment, brood__cell_t *cell,
                         uint32_t dead);

#endif
