/* Queue: the public face of the ring. */
#include "brood/queue.h"

#include "handle.h"
#include "ring.h"
#include "session.h"
#include "status.h"
#include "values.h"
#include <apr_pools.h>
#include <string.h>

#define CAPACITY_DEFAULT (256u << 10)
#define CAPACITY_LEAST 4096u
#define CAPACITY_MOST (1u << 30)

struct brood_queue_t {
    brood_handle_t handle;
    brood__ring_t ring;
};

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
                                  uint64_t *capacity, uint32_t *max_items) {
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
    *max_items = chosen.max_items;
    *capacity = chosen.capacity_bytes == 0 ? CAPACITY_DEFAULT : CAPACITY_LEAST;
    while (*capacity < chosen.capacity_bytes) {
        *capacity *= 2;
    }
    return APR_SUCCESS;
}

apr_status_t brood_queue_create(brood_queue_t **queue,
                                const brood_queue_options_t *options, apr_pool_t *pool) {
    brood_queue_t *fresh;
    uint64_t capacity = 0;
    uint32_t max_items = 0;
    apr_status_t rv;
    *queue = NULL;
    rv = options_check(options, &capacity, &max_items);
    if (rv == APR_SUCCESS) {
        rv = queue_new(&fresh, pool);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__ring_create(&fresh->ring, capacity, max_items);
    }
    if (rv == APR_SUCCESS) {
        queue_open(fresh);
        *queue = fresh;
    }
    return rv;
}

static apr_status_t queue_check(const brood_queue_t *queue) {
    apr_status_t rv = brood__handle_check(queue == NULL ? NULL : &queue->handle, "queue");
    return rv == APR_SUCCESS && brood__self_id == 0
               ? brood__fail(BROOD_ECLOSED, "this process is in no session")
               : rv;
}

static apr_status_t size_check(const brood_queue_t *queue, size_t size) {
    if (size <= brood__ring_limit(&queue->ring)) {
        return APR_SUCCESS;
    }
    return brood__fail(BROOD_ETOOBIG, "a message of %llu bytes, the most is %llu",
                       (unsigned long long)size,
                       (unsigned long long)brood__ring_limit(&queue->ring));
}

static void fill_args(void *context, void *place, size_t size) {
    (void)size;
    brood__args_encode(*(const brood_args_t *)context, place);
}

apr_status_t brood_queue_put(brood_queue_t *queue, brood_args_t args,
                             apr_interval_time_t timeout) {
    size_t size = 0;
    apr_status_t rv = queue_check(queue);
    if (rv == APR_SUCCESS) {
        rv = brood__args_measure(args, &size);
    }
    if (rv == APR_SUCCESS) {
        rv = size_check(queue, size);
    }
    return rv != APR_SUCCESS ? rv
                             : brood__ring_put(&queue->ring, size, fill_args, &args,
                                               brood__deadline(timeout));
}

static void fill_bytes(void *context, void *place, size_t size) {
    if (size != 0) {
        memcpy(place, context, size);
    }
}

apr_status_t brood_queue_put_bytes(brood_queue_t *queue, const void *data, size_t size,
                                   apr_interval_time_t timeout) {
    apr_status_t rv = queue_check(queue);
    if (rv == APR_SUCCESS && data == NULL && size != 0) {
        rv = brood__fail(APR_EINVAL, "data is NULL and size is %llu",
                         (unsigned long long)size);
    }
    if (rv == APR_SUCCESS) {
        rv = size_check(queue, size);
    }
    return rv != APR_SUCCESS ? rv
                             : brood__ring_put(&queue->ring, size, fill_bytes,
                                               (void *)data, brood__deadline(timeout));
}

typedef struct drain_pool_t {
    apr_pool_t *pool;
    void *data;
    size_t size;
} drain_pool_t;

static apr_status_t drain_pool(void *context, const void *place, size_t size) {
    drain_pool_t *drain = context;
    drain->data = apr_palloc(drain->pool, size == 0 ? 1 : size);
    if (drain->data == NULL) {
        return APR_ENOMEM;
    }
    memcpy(drain->data, place, size);
    drain->size = size;
    return APR_SUCCESS;
}

apr_status_t brood_queue_get(brood_queue_t *queue, brood_values_t **values,
                             apr_interval_time_t timeout, apr_pool_t *pool) {
    drain_pool_t drain = {pool, NULL, 0};
    apr_status_t rv;
    *values = NULL;
    rv = queue_check(queue);
    if (rv == APR_SUCCESS) {
        rv = brood__ring_get(&queue->ring, drain_pool, &drain, brood__deadline(timeout));
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

static apr_status_t drain_buffer(void *context, const void *place, size_t size) {
    drain_buffer_t *drain = context;
    drain->size = size;
    if (size > drain->capacity) {
        return BROOD_ETOOBIG;
    }
    if (size != 0) {
        memcpy(drain->buffer, place, size);
    }
    return APR_SUCCESS;
}

apr_status_t brood_queue_get_bytes(brood_queue_t *queue, void *buffer, size_t capacity,
                                   size_t *size, apr_interval_time_t timeout) {
    drain_buffer_t drain = {buffer, capacity, 0};
    apr_status_t rv;
    *size = 0;
    rv = queue_check(queue);
    if (rv == APR_SUCCESS && buffer == NULL && capacity != 0) {
        rv = brood__fail(APR_EINVAL, "buffer is NULL and capacity is %llu",
                         (unsigned long long)capacity);
    }
    if (rv == APR_SUCCESS) {
        rv =
            brood__ring_get(&queue->ring, drain_buffer, &drain, brood__deadline(timeout));
    }
    if (rv == APR_SUCCESS || rv == BROOD_ETOOBIG) {
        *size = drain.size;
    }
    if (rv == BROOD_ETOOBIG) {
        brood__fail(rv, "the message has %llu bytes, the buffer %llu",
                    (unsigned long long)drain.size, (unsigned long long)capacity);
    }
    return rv;
}

apr_status_t brood_queue_qsize(brood_queue_t *queue, size_t *count) {
    apr_status_t rv = queue_check(queue);
    *count = rv == APR_SUCCESS ? brood__ring_count(&queue->ring) : 0;
    return rv;
}

int brood_queue_empty(brood_queue_t *queue) {
    return queue_check(queue) != APR_SUCCESS || brood__ring_count(&queue->ring) == 0;
}

int brood_queue_full(brood_queue_t *queue) {
    return queue_check(queue) == APR_SUCCESS && brood__ring_is_full(&queue->ring, 0);
}

size_t brood_queue_limit(brood_queue_t *queue) {
    return queue_check(queue) == APR_SUCCESS ? brood__ring_limit(&queue->ring) : 0;
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
