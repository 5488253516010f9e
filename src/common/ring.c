/* Ring: how it stays whole, and what it can be asked.
 *
 * Shared state, and what holds if its writer dies between any two lines:
 *   tail    written only under put_lock, by one release store after the records and all their
 *           bytes: that store is the publication. Before it nothing has happened, after it
 *           the messages are there with the count of messages so much higher. Nothing needs
 *           repair: whoever gets put_lock with BROOD_EOWNERDEAD just goes on.
 *   head    the same for the consumers, under get_lock, after the bytes were copied out.
 *   *_seen  each side's copy of the other's mark, to keep from pulling its cache line at
 *           each message. Only ever behind the truth; guarded by the side's lock.
 *   items, space, places
 *           eventcounts (eventcount.c) for those who wait for a message, for room, or for a place
 *           beside the ring. A wake-up wakes one, who must be one that it can serve.
 *   bells   asks for the wake-up of those who sleep elsewhere (ring_wait.c).
 *   newest  a copy of the newest message, when it is small (ring_newest.h).
 *   gets, *_bytes, *_waits, *_deaths, most_items
 *           for people. A side's death may leave them wrong by what it was just doing.
 * Nobody sleeps while holding a lock of the ring. */
#include "ring.h"

#include "os/clock.h"
#include "payload.h"
#include "ring_steps.h"

apr_status_t brood__ring_lock_slowly(const brood_os_word_t *lock, brood__pace_t *pace,
                                     brood_os_deadline_t deadline) {
    brood_os_deadline_t least = brood_os_now_ns() + BROOD__RING_PATIENCE_NS;
    apr_status_t rv =
        brood__lockword_acquire_slowly(lock, pace, deadline < least ? least : deadline);
    return rv == APR_TIMEUP
               ? brood__fail(rv,
                             "another process stands still in the middle of a put or get")
               : rv;
}

/* Where both ends stood at one moment. */
static void marks(const brood__ring_t *ring, uint64_t *tail, uint64_t *head) {
    uint64_t again;
    do { /* ends when head stood still meanwhile: then both were true at one moment */
        /* acquire: pairs with the releases of head and tail; keeps the three in order, and what
         * head gives up has been copied out */
        *head = atomic_load_explicit(&ring->shared->head, memory_order_acquire);
        *tail = atomic_load_explicit(&ring->shared->tail, memory_order_acquire);
        again = atomic_load_explicit(&ring->shared->head, memory_order_acquire);
    } while (*head != again);
}

int brood__ring_is_full(brood__ring_t *ring, size_t size) {
    uint64_t bytes = brood__ring_record_size(ring, size);
    uint64_t tail, head;
    if (brood__ring_state(ring) == BROOD__RING_SHUT) {
        return 0;
    }
    marks(ring, &tail, &head);
    return brood__mark_bytes(tail, head) + bytes +
                   brood__ring_gap_before(ring, tail, bytes) >
               ring->capacity ||
           brood__mark_items(tail, head) >= brood__ring_items_most(ring) ||
           ((ring->flags & BROOD__RING_JOINABLE) &&
            brood__ring_unfinished(ring) >= BROOD__MARK_COUNT_MASK);
}

uint32_t brood__ring_between(const brood__ring_t *ring) {
    uint64_t tail, head;
    marks(ring, &tail, &head);
    return brood__mark_items(tail, head);
}

uint32_t brood__ring_count(brood__ring_t *ring) {
    if (brood__ring_state(ring) == BROOD__RING_SHUT) {
        return 0;
    }
    return brood__ring_between(ring) +
           ((ring->flags & BROOD__RING_LEASES)
                ? brood__payload_count(ring, BROOD__PAYLOAD_RETURNED)
                : 0);
}

int brood__ring_has_items(const brood__ring_t *ring) {
    return brood__mark_items(
               atomic_load_explicit(&ring->shared->tail, memory_order_relaxed),
               atomic_load_explicit(&ring->shared->head, memory_order_relaxed)) != 0;
}

/* Keeps the most messages that a side has seen at once. */
static void most_seen(brood__ring_t *ring, uint64_t tail, uint64_t head) {
    _Atomic uint32_t *most = &ring->shared->most_items;
    uint32_t items = brood__mark_items(tail, head);
    uint32_t before = atomic_load_explicit(most, memory_order_relaxed);
    while (items > before && items <= BROOD__MARK_COUNT_MASK / 2) {
        if (atomic_compare_exchange_weak_explicit(
                most, &before, items, memory_order_relaxed, memory_order_relaxed)) {
            return;
        }
    }
}

uint64_t brood__ring_see_head(brood__ring_t *ring, uint64_t tail) {
    brood__ring_shared_t *shared = ring->shared;
    /* acquire: pairs with the release of head; the consumer is done with the bytes */
    uint64_t head = atomic_load_explicit(&shared->head, memory_order_acquire);
    atomic_store_explicit(&shared->head_seen, head, memory_order_relaxed);
    most_seen(ring, tail, head);
    return head;
}

uint64_t brood__ring_see_tail(brood__ring_t *ring, uint64_t head) {
    brood__ring_shared_t *shared = ring->shared;
    /* acquire: pairs with the release that published */
    uint64_t tail = atomic_load_explicit(&shared->tail, memory_order_acquire);
    atomic_store_explicit(&shared->tail_seen, tail, memory_order_relaxed);
    most_seen(ring, tail, head);
    return tail;
}
