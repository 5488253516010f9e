/* Shared: making, sending, receiving and locking what holds numbers.
 *
 * Shared state, in the cell:
 *   word, depth, holder   the lock of its own (rlockword.c); unused with another or none.
 *   own.words[0]          the typecode, and
 *   own.longs[1]          how many items: written by the creator before anybody else knows the
 *                         cell, and never again. Whoever attaches checks and copies both.
 *   own.longs[2…4]        the items, up to 24 bytes; or own.longs[2] is the number of the
 *                         segment in which they lie, behind its head.
 * The items are written by anybody (shared_item.c). A slice is copied under the lock: killed in
 * the middle, its writer leaves some items written and the lock held, which the next to take it
 * is told. A single item is written in one step before the lock is given back. */
#include "shared.h"

#include "os/fault.h"
#include "os/handle.h"
#include "status.h"
#include <string.h>

_Static_assert(sizeof(((brood__cell_t *)0)->own) == 16 + BROOD__SHARED_INLINE,
               "the items fill the cell");

static uint8_t *inline_items(brood__cell_t *cell) {
    return (uint8_t *)&cell->own.longs[2];
}

static int fits_cell(uint64_t size) {
    return size <= BROOD__SHARED_INLINE;
}

/* ---- making ---- */

static apr_status_t options_check(const brood_shared_options_t *options) {
    if (options == NULL) {
        return APR_SUCCESS;
    }
    if (options->struct_size != sizeof *options) {
        return brood__fail(APR_EINVAL, "options->struct_size is %llu, not %llu",
                           (unsigned long long)options->struct_size,
                           (unsigned long long)sizeof *options);
    }
    if ((options->unlocked & ~1) != 0 ||
        (options->unlocked != 0) + (options->lock != NULL) + (options->rlock != NULL) >
            1) {
        return brood__fail(APR_EINVAL,
                           "options: unlocked is %d and may be 1, or lock or rlock given",
                           options->unlocked);
    }
    return APR_SUCCESS;
}

static apr_status_t mutex_choose(brood__shared_t *shared,
                                 const brood_shared_options_t *options) {
    if (options != NULL && options->unlocked) {
        brood__mutex_none(&shared->mutex);
    } else if (options != NULL && options->lock != NULL) {
        return brood__mutex_given(&shared->mutex, (brood_handle_t *)options->lock,
                                  "options->lock");
    } else if (options != NULL && options->rlock != NULL) {
        return brood__mutex_given(&shared->mutex, (brood_handle_t *)options->rlock,
                                  "options->rlock");
    } else {
        brood__mutex_own(&shared->mutex, &shared->object.hold);
    }
    return APR_SUCCESS;
}

/* Where the items are: in the cell, or in a new segment that the cell names. */
static apr_status_t place_items(brood__shared_t *shared, const void *items) {
    brood__cell_t *cell = shared->object.hold.cell;
    size_t size = shared->length * shared->type->width;
    shared->data = inline_items(cell);
    if (!fits_cell(size)) {
        size_t whole = sizeof(brood__segment_head_t) + size;
        apr_status_t rv =
            brood__segment_create(&shared->payload, BROOD__SEGMENT_PAYLOAD, whole, whole);
        if (rv != APR_SUCCESS) {
            return rv;
        }
        shared->data = shared->payload->base + sizeof(brood__segment_head_t);
        atomic_store_explicit(&cell->own.longs[2], shared->payload->id,
                              memory_order_relaxed);
    }
    if (items != NULL && size != 0) {
        memcpy(shared->data, items, size);
    }
    /* relaxed: the cell is known to nobody yet, and travels by the kernel */
    atomic_store_explicit(&cell->own.words[0], (uint32_t)shared->type->code,
                          memory_order_relaxed);
    atomic_store_explicit(&cell->own.longs[1], shared->length, memory_order_relaxed);
    return APR_SUCCESS;
}

/* Lets go of everything but the cell. */
static void let_go(brood__shared_t *shared) {
    if (shared->payload != NULL) {
        brood__segment_release(shared->payload);
        shared->payload = NULL;
    }
    brood__mutex_close(&shared->mutex);
}

apr_status_t brood__shared_create(brood__shared_t **shared,
                                  const brood__handle_class_t *cls, char typecode,
                                  const void *items, size_t length,
                                  const brood_shared_options_t *options,
                                  apr_pool_t *pool) {
    const brood__item_type_t *type = brood__item_type((uint8_t)typecode);
    brood__object_t *object;
    brood__shared_t *fresh;
    apr_status_t rv = options_check(options);
    if (rv == APR_SUCCESS && type == NULL) {
        rv = brood__fail(APR_EINVAL, "typecode %d is none of c u b B h H i I l L q Q f d",
                         typecode);
    }
    if (rv == APR_SUCCESS && length > SIZE_MAX / 4 / type->width) {
        rv = brood__fail(BROOD_ERANGE, "%llu items of %u bytes",
                         (unsigned long long)length, type->width);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__object_create(&object, cls, pool);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    fresh = (brood__shared_t *)object;
    fresh->type = type;
    fresh->length = length;
    rv = mutex_choose(fresh, options);
    if (rv == APR_SUCCESS) {
        rv = place_items(fresh, items);
    }
    if (rv != APR_SUCCESS) {
        let_go(fresh);
        brood__arena_release(&object->hold);
        return rv;
    }
    brood__object_open(object);
    *shared = fresh;
    return APR_SUCCESS;
}

/* ---- the lock ---- */

apr_status_t brood__shared_take(brood__shared_t *shared, apr_interval_time_t timeout) {
    apr_status_t rv;
    if (brood__mutex_try(&shared->mutex)) {
        BROOD_KILL_POINT("shared.taken");
        return APR_SUCCESS;
    }
    brood__object_enter(&shared->object);
    rv = brood__mutex_acquire(&shared->mutex, &shared->object.hold, timeout);
    brood__object_leave(&shared->object);
    return rv;
}

static apr_status_t check_has_lock(const brood__shared_t *shared,
                                   const brood__handle_class_t *cls) {
    apr_status_t rv = brood__shared_check(shared, cls);
    if (rv == APR_SUCCESS && shared->mutex.kind == BROOD__MUTEX_NONE) {
        rv = brood__fail(APR_EINVAL, "the %s was made without a lock", cls->name);
    }
    return rv;
}

apr_status_t brood__shared_acquire(brood__shared_t *shared,
                                   const brood__handle_class_t *cls,
                                   apr_interval_time_t timeout) {
    apr_status_t rv = check_has_lock(shared, cls);
    return rv == APR_SUCCESS ? brood__shared_take(shared, timeout) : rv;
}

apr_status_t brood__shared_release(brood__shared_t *shared,
                                   const brood__handle_class_t *cls) {
    apr_status_t rv = check_has_lock(shared, cls);
    return rv == APR_SUCCESS ? brood__mutex_release(&shared->mutex) : rv;
}

apr_status_t brood__shared_close(brood__shared_t *shared,
                                 const brood__handle_class_t *cls) {
    if (brood__shared_check(shared, cls) == APR_SUCCESS &&
        shared->mutex.kind == BROOD__MUTEX_OWN &&
        brood__lockword_is_mine(&shared->mutex.lock.word)) {
        return brood__fail(BROOD_EBUSY,
                           "the lock of the %s is held by a thread of this process",
                           cls->name);
    }
    return brood__object_close(shared == NULL ? NULL : &shared->object, cls);
}

/* ---- one item ---- */

static apr_status_t check_index(const brood__shared_t *shared, size_t index) {
    if (index >= shared->length) {
        return brood__fail(BROOD_ERANGE, "index %llu, the length is %llu",
                           (unsigned long long)index, (unsigned long long)shared->length);
    }
    return APR_SUCCESS;
}

apr_status_t brood__shared_get(brood__shared_t *shared, size_t index,
                               brood__number_t *number, apr_interval_time_t timeout) {
    apr_status_t taken, rv;
    uint64_t bits;
    rv = check_index(shared, index);
    if (rv == APR_SUCCESS) {
        rv = brood__item_can_be(shared->type, number->kind);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    taken = brood__shared_take(shared, timeout);
    if (taken != APR_SUCCESS && taken != BROOD_EOWNERDEAD) {
        return taken;
    }
    bits = brood__item_load(shared->type, shared->data + index * shared->type->width);
    brood__shared_give(shared, taken);
    rv = brood__item_decode(shared->type, bits, number);
    return taken == APR_SUCCESS ? rv : taken;
}

apr_status_t brood__shared_set(brood__shared_t *shared, size_t index,
                               const brood__number_t *number,
                               apr_interval_time_t timeout) {
    uint64_t bits = 0;
    apr_status_t rv = check_index(shared, index);
    if (rv == APR_SUCCESS) {
        rv = brood__item_encode(shared->type, number, &bits);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__shared_take(shared, timeout);
    }
    if (rv == APR_SUCCESS) {
        brood__item_store(shared->type, shared->data + index * shared->type->width, bits);
        BROOD_KILL_POINT("shared.set");
        brood__shared_give(shared, rv);
    }
    return rv;
}

/* ---- the classes' verbs ---- */

apr_status_t brood__shared_pack(brood_handle_t *handle, brood__parcel_t *parcel) {
    brood__shared_t *shared = (brood__shared_t *)handle;
    apr_status_t rv = brood__object_pack(handle, parcel);
    brood__mutex_pack(&shared->mutex, parcel);
    if (shared->payload != NULL) {
        brood__parcel_put_os_handle(parcel, shared->payload->memory);
    }
    return rv;
}

/* What the cell says is copied and checked against the memory that there is. */
static apr_status_t find_items(brood__shared_t *shared, brood__parcel_t *parcel) {
    brood__cell_t *cell = shared->object.hold.cell;
    uint32_t code = atomic_load_explicit(&cell->own.words[0], memory_order_relaxed);
    uint64_t length = atomic_load_explicit(&cell->own.longs[1], memory_order_relaxed);
    brood_os_handle_t memory;
    apr_status_t rv;
    shared->type = brood__item_type(code);
    if (shared->type == NULL || length > SIZE_MAX / 4 / shared->type->width) {
        return brood__fail(BROOD_EFORGED, "%llu items of type %u",
                           (unsigned long long)length, (unsigned)code);
    }
    shared->length = (size_t)length;
    shared->data = inline_items(cell);
    if (fits_cell(length * shared->type->width)) {
        return APR_SUCCESS;
    }
    rv = brood__parcel_take_os_handle(parcel, &memory);
    if (rv == APR_SUCCESS) {
        rv = brood__segment_attach(&shared->payload, BROOD__SEGMENT_PAYLOAD, memory);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (shared->payload->id !=
            atomic_load_explicit(&cell->own.longs[2], memory_order_relaxed) ||
        shared->payload->mapped - sizeof(brood__segment_head_t) <
            shared->length * shared->type->width) {
        return brood__fail(BROOD_EFORGED, "the items are not in the segment that came");
    }
    shared->data = shared->payload->base + sizeof(brood__segment_head_t);
    return APR_SUCCESS;
}

apr_status_t brood__shared_unpack(const brood__handle_class_t *cls,
                                  brood_handle_t **handle, brood__parcel_t *parcel,
                                  apr_pool_t *pool) {
    brood__object_t *object;
    brood__shared_t *shared;
    apr_status_t rv = brood__object_arrived(&object, cls, parcel, pool);
    *handle = NULL;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    shared = (brood__shared_t *)object;
    rv = brood__mutex_unpack(&shared->mutex, &object->hold, parcel);
    if (rv == APR_SUCCESS) {
        rv = find_items(shared, parcel);
    }
    if (rv != APR_SUCCESS) {
        let_go(shared);
        brood__arena_release(&object->hold);
        return rv;
    }
    brood__object_open(object);
    *handle = &object->handle;
    return APR_SUCCESS;
}

void brood__shared_closing(brood_handle_t *handle) {
    let_go((brood__shared_t *)handle);
}

void brood__shared_sweep(const brood__segment_t *segment, brood__cell_t *cell,
                         uint32_t dead) {
    brood_os_word_t word = brood__segment_word(segment, &cell->word);
    brood__lockword_sweep(&word, dead);
}
