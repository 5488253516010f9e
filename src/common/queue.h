/* Queue: what the files of the queue tell each other. Internal. */
#ifndef BROOD_COMMON_QUEUE_H
#define BROOD_COMMON_QUEUE_H

#include "brood/queue.h"
#include "handle.h"
#include "participant.h"
#include "ring.h"

struct brood_queue_t {
    brood_handle_t handle;
    brood__ring_t ring;
};

static inline apr_status_t brood__queue_check(const brood_queue_t *queue) {
    apr_status_t rv = brood__handle_check(queue == NULL ? NULL : &queue->handle, "queue");
    return rv == APR_SUCCESS && brood__self_id == 0
               ? brood__fail(BROOD_ECLOSED, "this process is in no session")
               : rv;
}

/* Whether brood__queue_check() would say APR_SUCCESS: for hot paths. */
static inline int brood__queue_is_ready(const brood_queue_t *queue) {
    return queue != NULL && brood__handle_is_open(&queue->handle) && brood__self_id != 0;
}

/* The counts of a ring, or of a copy of its head, which has so many messages between its ends. */
void brood__queue_counts_read(brood_queue_counts_t *counts,
                              const brood__ring_shared_t *shared, uint32_t between);

/* BROOD_ETOOBIG: larger than the queue takes. */
apr_status_t brood__queue_size_check(const brood_queue_t *queue, size_t size);

/* Whether a call may write to this memory. */
apr_status_t brood__queue_buffer_check(const brood_queue_t *queue, const void *buffer,
                                       size_t capacity);

/* BROOD_ETOOBIG, with its detail line. */
apr_status_t brood__queue_too_big(size_t size, size_t capacity);

#endif
