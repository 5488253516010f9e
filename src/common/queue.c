/* Queue: the public face of the ring. */
#include "queue.h"

#include "payload.h"
#include "ring_quick.h"
#include "session.h"
#include "status.h"
#include "values.h"
#include <apr_pools.h>
#include <string.h>

#define CAPACITY_DEFAULT (256u << 10)
#define CAPACITY_LEAST 4096u
#define CAPACITY_MOST (1u << 30)

static apr_status_t queue_cleanup(void *data) {
    brood_queue_t *queue = data;
    if (atomic_exchange_explicit(&queue->handle.closed, 1, memory_order_relaxed) == 0) {
        brood__ring_close(&queue->ring);
    }
    return APR_SUCCESS;
}

static apr_status_t queue_new(brood_queue_t **queue, apr_pool_t *pool) {
    pool = brood__session_pool_for(pool);
    *queue = pool == NULL ? NULL : apr_pcalloc(pool, sizeof **queue);
    if (*queue == NULL) {
        return APR_ENOMEM;
    }
    brood__handle_init(&(*queue)->handle, &brood__queue_class);
    atomic_store_explicit(&(*queue)->handle.closed, 1, memory_order_relaxed);
    apr_pool_cleanup_register(pool, *queue, queue_cleanup, apr_pool_cleanup_null);
    return APR_SUCCESS;
}

static void queue_open(brood_queue_t *queue) {
    atomic_store_explicit(&queue->handle.closed, 0, memory_order_relaxed);
}

static apr_status_t options_check(const brood_queue_options_t *options,
                                  brood__ring_limits_t *limits) {
    brood_queue_options_t chosen = BROOD_QUEUE_OPTIONS_INIT;
    if (options != NULL && options->struct_size != sizeof chosen) {
        return brood__fail(APR_EINVAL, "options->struct_size is %llu, not %llu",
                           (unsigned long long)options->struct_size,
                           (unsigned long long)sizeof chosen);
    }
    chosen = options != NULL ? *options : chosen;
    if (chosen.capacity_bytes > CAPACITY_MOST) {
        return brood__fail(APR_EINVAL, "capacity_bytes is %llu, the most is %u",
                           (unsigned long long)chosen.capacity_bytes, CAPACITY_MOST);
    }
    if (chosen.max_items > BROOD__MARK_COUNT_MASK) {
        return brood__fail(APR_EINVAL, "max_items is %u, the most is %u",
                           chosen.max_items, BROOD__MARK_COUNT_MASK);
    }
    if ((chosen.flags & ~(BROOD_QUEUE_JOINABLE | BROOD_QUEUE_LEASES)) != 0) {
        return brood__fail(APR_EINVAL, "flags is %u, which is no flag of a queue",
                           chosen.flags);
    }
    limits->max_items = chosen.max_items;
    if (chosen.deliveries_max != 0 && !(chosen.flags & BROOD_QUEUE_LEASES)) {
        return brood__fail(APR_EINVAL, "deliveries_max without BROOD_QUEUE_LEASES");
    }
    if (chosen.deliveries_max >= BROOD__PAYLOAD_DELIVERIES_MOST) {
        return brood__fail(APR_EINVAL, "deliveries_max is %u, the most is %u",
                           chosen.deliveries_max, BROOD__PAYLOAD_DELIVERIES_MOST - 1);
    }
    limits->flags = ((chosen.flags & BROOD_QUEUE_JOINABLE) ? BROOD__RING_JOINABLE : 0) |
                    ((chosen.flags & BROOD_QUEUE_LEASES) ? BROOD__RING_LEASES : 0);
    limits->message_max = chosen.message_max;
    limits->deliveries_max = chosen.deliveries_max;
    limits->capacity = chosen.capacity_bytes == 0 ? CAPACITY_DEFAULT : CAPACITY_LEAST;
    while (limits->capacity < chosen.capacity_bytes) {
        limits->capacity *= 2;
    }
    return APR_SUCCESS;
}

apr_status_t brood_queue_create(brood_queue_t **queue,
                                const brood_queue_options_t *options, apr_pool_t *pool) {
    brood_queue_t *fresh;
    brood__ring_limits_t limits = {0, 0, 0, 0, 0};
    apr_status_t rv;
    *queue = NULL;
    rv = options_check(options, &limits);
    if (rv == APR_SUCCESS) {
        rv = queue_new(&fresh, pool);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__ring_create(&fresh->ring, &limits);
    }
    if (rv == APR_SUCCESS) {
        queue_open(fresh);
        *queue = fresh;
    }
    return rv;
}

apr_status_t brood__queue_size_check(const brood_queue_t *queue, size_t size) {
    if (size <= queue->ring.message_max) {
        return APR_SUCCESS;
    }
    return brood__fail(BROOD_ETOOBIG, "a message of %llu bytes, the most is %llu",
                       (unsigned long long)size,
                       (unsigned long long)queue->ring.message_max);
}

/* ---- putting ------------------------------------------------------------------------ */

static apr_status_t put_one(brood_queue_t *queue, size_t size, brood__ring_fill_t *fill,
                            void *context, apr_interval_time_t timeout) {
    brood__ring_put_t put = {1, 0, &size, 0, fill, context};
    apr_status_t rv = brood__queue_size_check(queue, size);
    return rv != APR_SUCCESS
               ? rv
               : brood__ring_put(&queue->ring, &put, brood__deadline(timeout));
}

static void fill_args(void *context, size_t number, void *place, size_t size) {
    (void)number;
    (void)size;
    brood__args_encode(*(const brood_args_t *)context, place);
}

apr_status_t brood_queue_put(brood_queue_t *queue, brood_args_t args,
                             apr_interval_time_t timeout) {
    size_t size = 0;
    apr_status_t rv = brood__queue_check(queue);
    if (rv == APR_SUCCESS) {
        rv = brood__args_measure(args, &size);
    }
    if (rv != APR_SUCCESS ||
        brood__ring_put_quickly(&queue->ring, size, fill_args, &args)) {
        return rv;
    }
    return put_one(queue, size, fill_args, &args, timeout);
}

static void fill_bytes(void *context, size_t number, void *place, size_t size) {
    (void)number;
    if (size != 0) {
        memcpy(place, context, size);
    }
}

apr_status_t brood_queue_put_bytes(brood_queue_t *queue, const void *data, size_t size,
                                   apr_interval_time_t timeout) {
    apr_status_t rv;
    if (data != NULL && brood__queue_is_ready(queue) &&
        brood__ring_put_quickly(&queue->ring, size, fill_bytes, (void *)data)) {
        return APR_SUCCESS;
    }
    rv = brood__queue_check(queue);
    if (rv == APR_SUCCESS && data == NULL && size != 0) {
        rv = brood__fail(APR_EINVAL, "data is NULL and size is %llu",
                         (unsigned long long)size);
    }
    return rv != APR_SUCCESS ? rv
                             : put_one(queue, size, fill_bytes, (void *)data, timeout);
}

/* ---- taking ------------------------------------------------------------------------- */

static apr_status_t get_one(brood_queue_t *queue, brood__ring_accept_t *accept,
                            brood__ring_drain_t *drain, void *context,
                            apr_interval_time_t timeout) {
    brood__ring_get_t get = {1, 0, accept, drain, context};
    return brood__ring_get(&queue->ring, &get, brood__deadline(timeout));
}

typedef struct drain_pool_t {
    apr_pool_t *pool;
    void *data;
    size_t size;
} drain_pool_t;

static apr_status_t accept_in_pool(void *context, size_t size) {
    drain_pool_t *drain = context;
    drain->data = apr_palloc(drain->pool, size == 0 ? 1 : size);
    return drain->data == NULL ? APR_ENOMEM : APR_SUCCESS;
}

static void drain_to_pool(void *context, const void *place, size_t size) {
    drain_pool_t *drain = context;
    memcpy(drain->data, place, size);
    drain->size = size;
}

apr_status_t brood_queue_get(brood_queue_t *queue, brood_values_t **values,
                             apr_interval_time_t timeout, apr_pool_t *pool) {
    drain_pool_t drain = {pool, NULL, 0};
    apr_status_t rv;
    *values = NULL;
    rv = brood__queue_check(queue);
    if (rv == APR_SUCCESS &&
        !brood__ring_get_quickly(&queue->ring, accept_in_pool, drain_to_pool, &drain)) {
        rv = get_one(queue, accept_in_pool, drain_to_pool, &drain, timeout);
    }
    /* Decoded after the locks are released: a hostile message costs nobody else time. */
    return rv != APR_SUCCESS
               ? rv
               : brood__values_decode(values, drain.data, drain.size, NULL, 0, 0, pool);
}

typedef struct drain_buffer_t {
    void *buffer;
    size_t capacity;
    size_t size;
} drain_buffer_t;

static apr_status_t accept_in_buffer(void *context, size_t size) {
    drain_buffer_t *drain = context;
    drain->size = size;
    return size > drain->capacity ? BROOD_ETOOBIG : APR_SUCCESS;
}

static void drain_to_buffer(void *context, const void *place, size_t size) {
    if (size != 0) {
        memcpy(((drain_buffer_t *)context)->buffer, place, size);
    }
}

apr_status_t brood__queue_buffer_check(const brood_queue_t *queue, const void *buffer,
                                       size_t capacity) {
    apr_status_t rv = brood__queue_check(queue);
    if (rv == APR_SUCCESS && buffer == NULL && capacity != 0) {
        rv = brood__fail(APR_EINVAL, "buffer is NULL and capacity is %llu",
                         (unsigned long long)capacity);
    }
    return rv;
}

apr_status_t brood__queue_too_big(size_t size, size_t capacity) {
    return brood__fail(BROOD_ETOOBIG, "the message has %llu bytes, the buffer %llu",
                       (unsigned long long)size, (unsigned long long)capacity);
}

apr_status_t brood_queue_get_bytes(brood_queue_t *queue, void *buffer, size_t capacity,
                                   size_t *size, apr_interval_time_t timeout) {
    drain_buffer_t drain = {buffer, capacity, 0};
    apr_status_t rv;
    if (buffer != NULL && brood__queue_is_ready(queue) &&
        brood__ring_get_quickly(&queue->ring, accept_in_buffer, drain_to_buffer,
                                &drain)) {
        *size = drain.size;
        return APR_SUCCESS;
    }
    *size = 0;
    rv = brood__queue_buffer_check(queue, buffer, capacity);
    if (rv == APR_SUCCESS) {
        rv = get_one(queue, accept_in_buffer, drain_to_buffer, &drain, timeout);
    }
    if (rv == APR_SUCCESS || rv == BROOD_ETOOBIG) {
        *size = drain.size;
    }
    return rv == BROOD_ETOOBIG ? brood__queue_too_big(drain.size, capacity) : rv;
}

apr_status_t brood_queue_qsize(brood_queue_t *queue, size_t *count) {
    apr_status_t rv = brood__queue_check(queue);
    *count = rv == APR_SUCCESS ? brood__ring_count(&queue->ring) : 0;
    return rv;
}

int brood_queue_empty(brood_queue_t *queue) {
    return brood__queue_check(queue) != APR_SUCCESS ||
           brood__ring_count(&queue->ring) == 0;
}

int brood_queue_full(brood_queue_t *queue) {
    return brood__queue_check(queue) == APR_SUCCESS &&
           brood__ring_is_full(&queue->ring, 0);
}

size_t brood_queue_limit(brood_queue_t *queue) {
    return brood__queue_check(queue) == APR_SUCCESS ? (size_t)queue->ring.message_max : 0;
}

apr_status_t brood_queue_close(brood_queue_t *queue) {
    apr_status_t rv = brood__handle_check(queue == NULL ? NULL : &queue->handle, "queue");
    if (rv == BROOD_ECLOSED) {
        return APR_SUCCESS;
    }
    return rv == APR_SUCCESS ? queue_cleanup(queue) : rv;
}

static apr_status_t queue_pack(brood_handle_t *handle, brood__parcel_t *parcel) {
    brood__parcel_put_os_handle(parcel, ((brood_queue_t *)handle)->ring.segment->memory);
    return APR_SUCCESS;
}

static apr_status_t queue_unpack(const brood__handle_class_t *cls,
                                 brood_handle_t **handle, brood__parcel_t *parcel,
                                 apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_os_handle_t memory;
    apr_status_t rv = queue_new(&queue, pool);
    (void)cls;
    *handle = NULL;
    if (rv == APR_SUCCESS) {
        rv = brood__parcel_take_os_handle(parcel, &memory);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__ring_attach(&queue->ring, memory);
    }
    if (rv == APR_SUCCESS) {
        queue_open(queue);
        *handle = &queue->handle;
    }
    return rv;
}

const brood__handle_class_t brood__queue_class = {.code = BROOD__HANDLE_QUEUE,
                                                  .name = "queue",
                                                  .pack = queue_pack,
                                                  .unpack = queue_unpack};
