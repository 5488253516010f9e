/* Queue: messages in place, and on lease. */
#include "brood/message.h"

#include "payload.h"
#include "queue.h"
#include "session.h"
#include <string.h>

/* A lease that is longer has no end: 100 years. */
#define LEASE_MOST_US (100LL * 365 * 86400 * 1000000)

static apr_status_t message_check(const brood_queue_t *queue,
                                  const brood_message_t *message) {
    apr_status_t rv = brood__queue_check(queue);
    return rv == APR_SUCCESS && message == NULL
               ? brood__fail(APR_EINVAL, "message is NULL")
               : rv;
}

static void message_clear(brood_message_t *message) {
    if (message != NULL) {
        memset(message, 0, sizeof *message);
    }
}

/* What the caller has in its hands now. BROOD_ELEASE: a lease that is over already; then what was
 * read may be another message's. */
static apr_status_t message_fill(brood_queue_t *queue, brood_message_t *message,
                                 const brood__held_t *held) {
    uint32_t size;
    apr_status_t rv = brood__payload_place(&queue->ring, held, &message->data, &size);
    message->size = size;
    if (!brood__payload_is_held(&queue->ring, held)) {
        message_clear(message);
        return BROOD_ELEASE;
    }
    message->deliveries = BROOD__PAYLOAD_DELIVERIES(held->state);
    message->place = held->index;
    message->tenancy = held->state;
    if (rv != APR_SUCCESS) {
        brood__held_t back = *held;
        if (APR_STATUS_IS_ENOMEM(rv) &&
            BROOD__PAYLOAD_HAND(held->state) != BROOD__PAYLOAD_RESERVED) {
            brood__payload_undeliver(&queue->ring, &back); /* for who can map it */
        } else {
            (void)brood__payload_free(&queue->ring, held);
        }
        message_clear(message);
    }
    return rv;
}

/* The message as the one in this process's hand that it must be. A forked child has none of
 * its parent's. */
static apr_status_t message_held(brood_queue_t *queue, const brood_message_t *message,
                                 uint32_t hand, brood__held_t *held) {
    apr_status_t rv = message_check(queue, message);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    held->index = message->place;
    held->state = message->tenancy;
    if (BROOD__PAYLOAD_OWNER(held->state) != brood__self_id ||
        BROOD__PAYLOAD_HAND(held->state) != hand ||
        held->index >= queue->ring.payload_count) {
        rv = brood__fail(BROOD_ENOTOWNER, "the message is not one that this process %s",
                         hand == BROOD__PAYLOAD_RESERVED ? "has reserved"
                         : hand == BROOD__PAYLOAD_TAKEN  ? "has taken"
                                                         : "has leased");
    }
    return rv;
}

/* What a call that lets a message go returns. */
static apr_status_t message_gone(brood_message_t *message, int done, uint32_t hand) {
    message_clear(message);
    if (done) {
        return APR_SUCCESS;
    }
    return hand == BROOD__PAYLOAD_LEASED
               ? brood__fail(BROOD_ELEASE, "the lease has run out")
               : brood__fail(BROOD_ENOTOWNER, "the message was let go before");
}

static apr_status_t message_free(brood_queue_t *queue, brood_message_t *message,
                                 uint32_t hand) {
    brood__held_t held;
    apr_status_t rv = message_held(queue, message, hand, &held);
    return rv == APR_SUCCESS
               ? message_gone(message, brood__payload_free(&queue->ring, &held), hand)
               : rv;
}

/* ---- producers ---------------------------------------------------------------------- */

apr_status_t brood_queue_reserve(brood_queue_t *queue, brood_message_t *message,
                                 size_t size, apr_interval_time_t timeout) {
    brood__held_t held;
    apr_status_t rv = message_check(queue, message);
    message_clear(message);
    if (rv == APR_SUCCESS) {
        rv = brood__queue_size_check(queue, size);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__ring_reserve(&queue->ring, size, &held, brood__deadline(timeout));
    }
    return rv == APR_SUCCESS ? message_fill(queue, message, &held) : rv;
}

apr_status_t brood_queue_commit(brood_queue_t *queue, brood_message_t *message,
                                apr_interval_time_t timeout) {
    brood__held_t held;
    apr_status_t rv = message_held(queue, message, BROOD__PAYLOAD_RESERVED, &held);
    if (rv == APR_SUCCESS && message->size > brood__payload_size(&queue->ring, &held)) {
        rv = brood__fail(BROOD_ETOOBIG, "the message has %llu bytes, %u were reserved",
                         (unsigned long long)message->size,
                         brood__payload_size(&queue->ring, &held));
    }
    if (rv == APR_SUCCESS) {
        brood__payload_set_size(&queue->ring, &held, (uint32_t)message->size);
        rv = brood__ring_put_payload(&queue->ring, &held, brood__deadline(timeout));
    }
    if (rv == APR_SUCCESS) {
        message_clear(message);
    }
    return rv;
}

apr_status_t brood_queue_abandon(brood_queue_t *queue, brood_message_t *message) {
    return message_free(queue, message, BROOD__PAYLOAD_RESERVED);
}

/* ---- consumers ---------------------------------------------------------------------- */

static apr_status_t hold(brood_queue_t *queue, brood_message_t *message, uint32_t hand,
                         int64_t lease_ns, apr_interval_time_t timeout) {
    brood_os_deadline_t deadline = brood__deadline(timeout);
    brood__held_t held;
    apr_status_t rv;
    do { /* ends unless every lease is over before this process sees it */
        rv = brood__ring_hold(&queue->ring, hand, lease_ns, &held, deadline);
        if (rv == APR_SUCCESS) {
            rv = message_fill(queue, message, &held);
        }
    } while (rv == BROOD_ELEASE);
    return rv;
}

apr_status_t brood_queue_take(brood_queue_t *queue, brood_message_t *message,
                              apr_interval_time_t timeout) {
    apr_status_t rv = message_check(queue, message);
    message_clear(message);
    return rv == APR_SUCCESS ? hold(queue, message, BROOD__PAYLOAD_TAKEN, 0, timeout)
                             : rv;
}

apr_status_t brood_queue_release(brood_queue_t *queue, brood_message_t *message) {
    return message_free(queue, message, BROOD__PAYLOAD_TAKEN);
}

/* How long a lease is, in nanoseconds; 0: for ever. */
static apr_status_t lease_length(apr_interval_time_t lease, int64_t *lease_ns) {
    if (lease == 0) {
        return brood__fail(APR_EINVAL, "lease is 0");
    }
    *lease_ns = lease < 0 || lease > LEASE_MOST_US ? 0 : lease * 1000;
    return APR_SUCCESS;
}

apr_status_t brood_queue_lease(brood_queue_t *queue, brood_message_t *message,
                               apr_interval_time_t lease, apr_interval_time_t timeout) {
    int64_t lease_ns = 0;
    apr_status_t rv = message_check(queue, message);
    message_clear(message);
    if (rv == APR_SUCCESS && !(queue->ring.flags & BROOD__RING_LEASES)) {
        rv = brood__fail(APR_EINVAL, "queue was made without BROOD_QUEUE_LEASES");
    }
    if (rv == APR_SUCCESS) {
        rv = lease_length(lease, &lease_ns);
    }
    return rv == APR_SUCCESS
               ? hold(queue, message, BROOD__PAYLOAD_LEASED, lease_ns, timeout)
               : rv;
}

apr_status_t brood_queue_acknowledge(brood_queue_t *queue, brood_message_t *message) {
    return message_free(queue, message, BROOD__PAYLOAD_LEASED);
}

apr_status_t brood_queue_give_back(brood_queue_t *queue, brood_message_t *message) {
    brood__held_t held;
    apr_status_t rv = message_held(queue, message, BROOD__PAYLOAD_LEASED, &held);
    return rv == APR_SUCCESS
               ? message_gone(
                     message,
                     brood__payload_let_go(&queue->ring, &held, BROOD__PAYLOAD_RETURNED),
                     BROOD__PAYLOAD_LEASED)
               : rv;
}

apr_status_t brood_queue_renew(brood_queue_t *queue, brood_message_t *message,
                               apr_interval_time_t lease) {
    brood__held_t held;
    int64_t lease_ns = 0;
    apr_status_t rv = message_held(queue, message, BROOD__PAYLOAD_LEASED, &held);
    if (rv == APR_SUCCESS) {
        rv = lease_length(lease, &lease_ns);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!brood__payload_renew(&queue->ring, &held, lease_ns)) {
        return message_gone(message, 0, BROOD__PAYLOAD_LEASED);
    }
    message->tenancy = held.state;
    return APR_SUCCESS;
}

apr_status_t brood_queue_take_failed(brood_queue_t *queue, brood_message_t *message) {
    brood__held_t held;
    apr_status_t rv = message_check(queue, message);
    message_clear(message);
    if (rv == APR_SUCCESS) {
        rv = brood__payload_map(&queue->ring);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    return brood__payload_take_failed(&queue->ring, &held)
               ? message_fill(queue, message, &held)
               : APR_ENOENT;
}
