/* Ring: waiting for a message together with other things, which is not sleeping in a word.
 *
 * Shared state:
 *   bells   1: somebody waits for a message with a bell (os/bell.h), that his record among the
 *           session's waiters names. Set by the waiter, who then looks at the ring once more;
 *           taken back to 0 by whoever then changes the ring, and rings the bells of all whose
 *           record says that they wait for `items`. A waiter who was rung for nothing sets it
 *           again before he looks again.
 * The fences order it as they do with an eventcount: "changed, then read `bells`" against "set
 * `bells`, then looked". Whoever is killed between 0 and the ringing costs the waiters a slice; a
 * waiter who is killed leaves a 1 that costs one look at the records, and a record that costs a
 * ring for nobody now and then until he is buried. */
#include "payload.h"

#include "os/fault.h"
#include "ring_steps.h"

void brood__ring_ask_for_bells(brood__ring_t *ring) {
    BROOD_KILL_POINT("queue.bell.record");
    /* release: the record first; pairs with the acquire in brood__ring_bells(). An exchange, so
     * that whoever takes one waiter's flag has seen the records of all who set it before. */
    (void)atomic_exchange_explicit(&ring->shared->bells, 1, memory_order_release);
    /* seq_cst: the flag before the look; pairs with the fence of the eventcount's wake that comes
     * before the look at `bells` */
    atomic_thread_fence(memory_order_seq_cst);
    BROOD_KILL_POINT("queue.bell.asked");
}

void brood__ring_bells(brood__ring_t *ring) {
    BROOD_KILL_POINT("queue.bell.seen");
    /* acquire: the records of those who have asked; pairs with brood__ring_ask_for_bells() */
    if (atomic_exchange_explicit(&ring->shared->bells, 0, memory_order_acquire) != 0) {
        BROOD_KILL_POINT("queue.bell.taken");
        brood__waiters_ring(&ring->items);
        BROOD_KILL_POINT("queue.bell.rung");
    }
}

/* Whether the record at the head is a message. One that somebody has had is taken away, as a get
 * would do. */
static int head_is_there(brood__ring_t *ring) {
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_relaxed);
    uint64_t tail = brood__ring_tail_seen(ring);
    brood__found_t found;
    apr_status_t rv = brood__ring_find(ring, &tail, head, &found);
    while (
        rv == APR_SUCCESS && (found.record.flags & BROOD__RECORD_BESIDE) &&
        !brood__payload_is_there(ring, *(const uint64_t *)(const void *)(found.at + 1))) {
        brood__ring_taken(ring, head, found.head, 0);
        head = found.head;
        rv = brood__ring_find(ring, &tail, head, &found);
    }
    return rv != APR_EAGAIN; /* a get says what else there may be to say */
}

/* Whether one of the records is a message, when some may not be. */
static int message_there(brood__ring_t *ring) {
    int there;
    if (brood__ring_lock(&ring->get_lock, &ring->get_pace, &ring->shared->get_deaths,
                         0) != APR_SUCCESS) {
        return 1; /* somebody is at it: to wait for him is the same as to try to get one */
    }
    there = head_is_there(ring);
    (void)brood__lockword_release(&ring->get_lock);
    return there;
}

int brood__ring_is_ready(brood__ring_t *ring) {
    /* Before the look at the messages: after it none comes any more. */
    uint32_t state = brood__ring_state(ring);
    if (state == BROOD__RING_SHUT) {
        return 1;
    }
    if (brood__payload_is_time_to_look(ring) && brood__payload_has_returned(ring)) {
        return 1;
    }
    if (brood__ring_has_items(ring) &&
        (atomic_load_explicit(&ring->shared->payload_highest, memory_order_relaxed) ==
             0 ||
         message_there(ring))) {
        return 1;
    }
    return state != BROOD__RING_OPEN &&
           !((ring->flags & BROOD__RING_LEASES) && brood__payload_may_return(ring));
}
