/* Ring: tasks that are done, and the end of a ring.
 *
 * Shared state:
 *   done      how many messages are done with, by CAS from a number that is lower than that of
 *             the messages put. A message counts as a task from its publication on, because
 *             both are counted by the same word, tail; so a death leaves nothing to repair.
 *   joined    eventcount of those who wait until all are done. Whoever is the last one wakes
 *             them all; killed before that, it costs them a slice.
 *   shutdown  written once or twice, under put_lock and (to drop what is there) get_lock, by
 *             one release store. Whoever is killed before it has done nothing, whoever is
 *             killed after it owes wake-ups, which cost the sleepers a slice. What has been
 *             dropped is nobody's task: `shutdown` says how many messages had been taken, and
 *             `tail` stands still from then on. So is a message on lease that comes back later. */
#include "payload.h"

#include "eventcount.h"
#include "os/fault.h"
#include "ring_steps.h"

/* Of `left` messages that are not done with, those that have not been dropped. Tasks that were
 * called done before they were taken may be among the dropped ones. */
static uint32_t not_dropped(const brood__ring_t *ring, uint32_t left, uint32_t tail,
                            uint32_t end) {
    uint32_t dropped = (tail - end / (BROOD__RING_STATE + 1u)) & BROOD__MARK_COUNT_MASK;
    if ((end & BROOD__RING_STATE) != BROOD__RING_SHUT) {
        return left;
    }
    if (ring->flags & BROOD__RING_LEASES) {
        dropped += brood__payload_fallen(ring);
    }
    return left > dropped ? left - dropped : 0;
}

uint32_t brood__ring_unfinished(const brood__ring_t *ring) {
    brood__ring_shared_t *shared = ring->shared;
    uint32_t done, again, end, tail;
    do { /* ends when nothing was done meanwhile: then both were true at one moment */
        /* acquire, all of them: pair with the releases of done, shutdown and tail, and keep
         * the loads in order */
        done = atomic_load_explicit(&shared->done, memory_order_acquire);
        end = atomic_load_explicit(&shared->shutdown, memory_order_acquire);
        tail =
            brood__mark_count(atomic_load_explicit(&shared->tail, memory_order_acquire));
        again = atomic_load_explicit(&shared->done, memory_order_acquire);
    } while (done != again);
    return not_dropped(ring, (tail - done) & BROOD__MARK_COUNT_MASK, tail, end);
}

apr_status_t brood__ring_task_done(brood__ring_t *ring) {
    _Atomic uint32_t *done = &ring->shared->done;
    uint32_t seen = atomic_load_explicit(done, memory_order_relaxed);
    for (;;) { /* ends with the CAS or when there is no task left */
        uint32_t left = brood__ring_unfinished(ring);
        if (left == 0) {
            return brood__fail(BROOD_EOVERDONE, "every task is done already");
        }
        /* release: what was done for the task comes before; pairs with the acquire of whoever
         * waits for all */
        if (atomic_compare_exchange_strong_explicit(
                done, &seen, (seen + 1) & BROOD__MARK_COUNT_MASK, memory_order_acq_rel,
                memory_order_relaxed)) {
            break;
        }
    }
    BROOD_KILL_POINT("queue.task_done");
    if (brood__ring_unfinished(ring) == 0) {
        brood__eventcount_wake_all(&ring->joined);
    }
    /* A put may wait because there were too many of them. */
    brood__eventcount_wake(&ring->space);
    return APR_SUCCESS;
}

static int all_done(void *ring, size_t size) {
    (void)size;
    return brood__ring_unfinished(ring) == 0;
}

apr_status_t brood__ring_join(brood__ring_t *ring, brood_os_deadline_t deadline) {
    brood__wait_t wait = brood__wait_begin(&ring->join_pace, deadline);
    apr_status_t rv = brood__fail_plainly(
        brood__eventcount_wait(&ring->joined, &wait, all_done, ring, 0));
    if (rv == APR_SUCCESS) {
        brood__wait_end(&wait);
    }
    return rv;
}

/* With get_lock held: a message that somebody had leased who died before he moved the head past its
 * record has come back beside the ring, and would be dropped twice. Returns the head. */
static uint64_t pass_what_was_had(brood__ring_t *ring) {
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_relaxed);
    uint64_t tail = brood__ring_tail_seen(ring);
    brood__found_t found;
    while (
        (ring->flags & BROOD__RING_LEASES) &&
        brood__ring_find(ring, &tail, head, &found) == APR_SUCCESS &&
        (found.record.flags & BROOD__RECORD_BESIDE) &&
        !brood__payload_is_new(ring, *(const uint64_t *)(const void *)(found.at + 1))) {
        brood__ring_taken(ring, head, found.head, 0);
        head = found.head;
    }
    return head;
}

apr_status_t brood__ring_shutdown(brood__ring_t *ring, int drop,
                                  brood_os_deadline_t deadline) {
    brood__ring_shared_t *shared = ring->shared;
    uint32_t state;
    uint64_t head;
    apr_status_t rv =
        brood__ring_lock(&ring->put_lock, &ring->put_pace, &shared->put_deaths, deadline);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    /* Nobody takes this one and then waits for the other. */
    rv =
        brood__ring_lock(&ring->get_lock, &ring->get_pace, &shared->get_deaths, deadline);
    if (rv == APR_SUCCESS) {
        state = brood__ring_state(ring);
        head = drop ? pass_what_was_had(ring)
                    : atomic_load_explicit(&shared->head, memory_order_relaxed);
        BROOD_KILL_POINT("queue.shutting");
        if (state == BROOD__RING_OPEN || (state == BROOD__RING_DRAINING && drop)) {
            /* release: pairs with the acquire in brood__ring_state() */
            atomic_store_explicit(&shared->shutdown,
                                  brood__mark_count(head) * (BROOD__RING_STATE + 1u) +
                                      (drop ? BROOD__RING_SHUT : BROOD__RING_DRAINING),
                                  memory_order_release);
        }
        BROOD_KILL_POINT("queue.shut");
        (void)brood__lockword_release(&ring->get_lock);
    }
    (void)brood__lockword_release(&ring->put_lock);
    if (rv == APR_SUCCESS) {
        /* release: as in brood__payload_ask_for_look() */
        atomic_fetch_add_explicit(&shared->returned, 1, memory_order_release);
        brood__eventcount_wake_all(&ring->items);
        brood__ring_bells_asked(ring);
        brood__eventcount_wake_all(&ring->space);
        brood__eventcount_wake_all(&ring->places);
        brood__eventcount_wake_all(&ring->joined);
    }
    return rv;
}
