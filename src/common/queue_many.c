/* Queue: several messages at once, tasks, the end, and what has happened so far. */
#include "queue.h"

#include "status.h"
#include <string.h>

/* ---- several at once ---------------------------------------------------------------- */

static apr_status_t messages_check(const brood_queue_t *queue,
                                   const brood_bytes_t *messages, size_t count) {
    apr_status_t rv = brood__queue_check(queue);
    if (rv == APR_SUCCESS && messages == NULL && count != 0) {
        rv = brood__fail(APR_EINVAL, "messages is NULL and count is %llu",
                         (unsigned long long)count);
    }
    for (size_t i = 0; rv == APR_SUCCESS && i < count; i++) {
        if (messages[i].data != NULL && messages[i].size <= queue->ring.message_max) {
            continue;
        }
        rv = brood__queue_size_check(queue, messages[i].size);
        if (rv == APR_SUCCESS && messages[i].data == NULL && messages[i].size != 0) {
            rv = brood__fail(APR_EINVAL, "messages[%llu].data is NULL and its size %llu",
                             (unsigned long long)i, (unsigned long long)messages[i].size);
        }
    }
    return rv;
}

static void fill_many(void *context, size_t number, void *place, size_t size) {
    const brood_bytes_t *messages = context;
    if (size != 0) {
        memcpy(place, messages[number].data, size);
    }
}

apr_status_t brood_queue_put_many(brood_queue_t *queue, const brood_bytes_t *messages,
                                  size_t count, size_t *done,
                                  apr_interval_time_t timeout) {
    brood__ring_put_t put = {count,           0, NULL, sizeof *messages, fill_many,
                             (void *)messages};
    apr_status_t rv = messages_check(queue, messages, count);
    if (rv == APR_SUCCESS && count != 0) {
        put.sizes = &messages[0].size;
        rv = brood__ring_put(&queue->ring, &put, brood__deadline(timeout));
    }
    if (done != NULL) {
        *done = put.done;
    }
    return rv;
}

/* Where the messages that are taken together go: one behind the other. */
typedef struct drain_many_t {
    char *buffer;
    size_t left;
    brood_bytes_t *messages;
    size_t count;
    size_t needed; /* of the first message that did not fit */
} drain_many_t;

static apr_status_t accept_many(void *context, size_t size) {
    drain_many_t *drain = context;
    if (size > drain->left) {
        drain->needed = size;
        return BROOD_ETOOBIG;
    }
    return APR_SUCCESS;
}

static void drain_many(void *context, const void *place, size_t size) {
    drain_many_t *drain = context;
    char *to = drain->buffer;
    drain->messages[drain->count++] = (brood_bytes_t){to, size};
    drain->buffer += size;
    drain->left -= size;
    if (size != 0) {
        memcpy(to, place, size);
    }
}

apr_status_t brood_queue_get_many(brood_queue_t *queue, void *buffer, size_t capacity,
                                  brood_bytes_t *messages, size_t most, size_t *count,
                                  apr_interval_time_t timeout) {
    drain_many_t drain = {buffer, capacity, messages, 0, 0};
    brood__ring_get_t get = {most, 0, accept_many, drain_many, &drain};
    apr_status_t rv = brood__queue_buffer_check(queue, buffer, capacity);
    *count = 0;
    if (rv == APR_SUCCESS && (messages == NULL || most == 0)) {
        rv = brood__fail(APR_EINVAL, "messages is %s and most is %llu",
                         messages == NULL ? "NULL" : "there", (unsigned long long)most);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__ring_get(&queue->ring, &get, brood__deadline(timeout));
    }
    *count = drain.count;
    return rv == BROOD_ETOOBIG ? brood__queue_too_big(drain.needed, capacity) : rv;
}

/* ---- tasks -------------------------------------------------------------------------- */

static apr_status_t joinable_check(const brood_queue_t *queue) {
    apr_status_t rv = brood__queue_check(queue);
    if (rv == APR_SUCCESS && !(queue->ring.flags & BROOD__RING_JOINABLE)) {
        rv = brood__fail(APR_EINVAL, "queue was made without BROOD_QUEUE_JOINABLE");
    }
    return rv;
}

apr_status_t brood_queue_task_done(brood_queue_t *queue) {
    apr_status_t rv = joinable_check(queue);
    return rv == APR_SUCCESS ? brood__ring_task_done(&queue->ring) : rv;
}

apr_status_t brood_queue_unfinished(brood_queue_t *queue, size_t *count) {
    apr_status_t rv = joinable_check(queue);
    *count = rv == APR_SUCCESS ? brood__ring_unfinished(&queue->ring) : 0;
    return rv;
}

apr_status_t brood_queue_join(brood_queue_t *queue, apr_interval_time_t timeout) {
    apr_status_t rv = joinable_check(queue);
    return rv == APR_SUCCESS ? brood__ring_join(&queue->ring, brood__deadline(timeout))
                             : rv;
}

/* ---- the end ------------------------------------------------------------------------ */

apr_status_t brood_queue_shutdown(brood_queue_t *queue, int immediate,
                                  apr_interval_time_t timeout) {
    apr_status_t rv = brood__queue_check(queue);
    return rv == APR_SUCCESS
               ? brood__ring_shutdown(&queue->ring, immediate, brood__deadline(timeout))
               : rv;
}

/* ---- what has happened -------------------------------------------------------------- */

static uint64_t number_of(const _Atomic uint64_t *number) {
    return atomic_load_explicit(number, memory_order_relaxed);
}

void brood__queue_counts_read(brood_queue_counts_t *counts,
                              const brood__ring_shared_t *shared, uint32_t between) {
    counts->put_bytes = number_of(&shared->put_bytes);
    counts->put_waits = number_of(&shared->put_waits);
    counts->gets = number_of(&shared->gets);
    counts->puts = counts->gets + between;
    counts->get_bytes = number_of(&shared->get_bytes);
    counts->get_waits = number_of(&shared->get_waits);
    counts->owner_deaths =
        atomic_load_explicit(&shared->put_deaths, memory_order_relaxed) +
        atomic_load_explicit(&shared->get_deaths, memory_order_relaxed);
    counts->most_items = atomic_load_explicit(&shared->most_items, memory_order_relaxed);
}

apr_status_t brood_queue_counts(brood_queue_t *queue, brood_queue_counts_t *counts) {
    apr_status_t rv = brood__queue_check(queue);
    memset(counts, 0, sizeof *counts);
    if (rv == APR_SUCCESS) {
        brood__queue_counts_read(counts, queue->ring.shared,
                                 brood__ring_between(&queue->ring));
    }
    return rv;
}
