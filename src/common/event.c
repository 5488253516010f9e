/* Event: one word in a cell of an arena.
 *
 * Shared state, the cell's word: bit 0 set; bit 1 somebody may sleep; bits 2 to 31 an epoch.
 *   set    CAS to set, nobody asleep, the epoch one higher; then all are woken if bit 1 was on.
 *          It is a CAS even when the event is set already: the clear that follows it then shows
 *          what the setter did before. Killed between the CAS and the wake-up, it leaves
 *          sleepers who look again at the end of their slice, or when somebody sweeps.
 *   clear  bit 0 off, in one step, and nothing else: who waits knows by the epoch.
 *   sleep  CAS of bit 1 from a clear word, by who is about to sleep on what it makes.
 * So bit 1 is never on together with bit 0. A waiter that was held up while the epoch went round
 * once, 2^30 sets, and the event was clear again each time, would go on waiting. */
#include "brood/event.h"

#include "object.h"
#include "os/fault.h"
#include "pace.h"
#include "status.h"
#include <limits.h>

#define SET 1u
#define ASLEEP 2u
#define EPOCH_ONE 4u
#define EPOCH(seen) ((seen) & ~(SET | ASLEEP))

struct brood_event_t {
    brood__object_t object;
    brood_os_word_t word;
    brood__pace_t pace;
};

apr_status_t brood_event_create(brood_event_t **event, apr_pool_t *pool) {
    brood__object_t *fresh;
    apr_status_t rv = brood__object_create(&fresh, &brood__event_class, pool);
    *event = NULL;
    if (rv == APR_SUCCESS) {
        brood__object_open(fresh);
        *event = (brood_event_t *)fresh;
    }
    return rv;
}

static inline apr_status_t event_check(const brood_event_t *event) {
    return brood__object_check(event == NULL ? NULL : &event->object,
                               &brood__event_class);
}

apr_status_t brood_event_set(brood_event_t *event) {
    apr_status_t rv = event_check(event);
    uint32_t seen;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    seen = atomic_load_explicit(event->word.word, memory_order_relaxed);
    /* release: what the setter did before; pairs with the acquires in look() and clear */
    while (!atomic_compare_exchange_weak_explicit(
        event->word.word, &seen, (EPOCH(seen) + EPOCH_ONE) | SET, memory_order_release,
        memory_order_relaxed)) {}
    BROOD_KILL_POINT("event.set");
    if (seen & ASLEEP) {
        brood_os_unpark(&event->word, INT_MAX);
    }
    return APR_SUCCESS;
}

apr_status_t brood_event_clear(brood_event_t *event) {
    apr_status_t rv = event_check(event);
    if (rv == APR_SUCCESS) {
        /* acquire: what the setters did before; pairs with the release in set */
        (void)atomic_fetch_and_explicit(event->word.word, ~SET, memory_order_acquire);
        BROOD_KILL_POINT("event.cleared");
    }
    return rv;
}

static inline uint32_t look(const brood_event_t *event) {
    /* acquire: pairs with the release in set */
    return atomic_load_explicit(event->word.word, memory_order_acquire);
}

int brood_event_is_set(brood_event_t *event) {
    return event_check(event) == APR_SUCCESS && (look(event) & SET) != 0;
}

/* Announces a sleeper; 0: the word has changed. */
static int announce(const brood_event_t *event, uint32_t *seen) {
    if ((*seen & ASLEEP) == 0) {
        /* relaxed: the word itself is what the sleeper waits on */
        if (!atomic_compare_exchange_strong_explicit(event->word.word, seen,
                                                     *seen | ASLEEP, memory_order_relaxed,
                                                     memory_order_relaxed)) {
            return 0;
        }
        *seen |= ASLEEP;
    }
    BROOD_KILL_POINT("event.waiting");
    return 1;
}

static apr_status_t await(const brood_event_t *event, uint32_t begin,
                          brood__wait_t *wait) {
    apr_status_t slept = APR_SUCCESS;
    for (;;) { /* ends with a set or the deadline */
        uint32_t seen = look(event);
        if ((seen & SET) != 0 || EPOCH(seen) != EPOCH(begin)) {
            return APR_SUCCESS;
        }
        if (slept == APR_TIMEUP || brood__deadline_is_now(wait->deadline)) {
            return brood__fail_plainly(APR_TIMEUP);
        }
        if (!brood__wait_awake(wait) && announce(event, &seen)) {
            slept = brood__wait_asleep(wait, &event->word, seen);
        }
    }
}

apr_status_t brood_event_wait(brood_event_t *event, apr_interval_time_t timeout) {
    apr_status_t rv = event_check(event);
    brood__wait_t wait;
    uint32_t begin;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    begin = look(event);
    if ((begin & SET) != 0) {
        return APR_SUCCESS;
    }
    brood__object_enter(&event->object);
    wait = brood__wait_begin(&event->pace, brood__deadline(timeout));
    rv = await(event, begin, &wait);
    brood__wait_leave(&wait);
    if (rv == APR_SUCCESS) {
        brood__wait_end(&wait);
    }
    brood__object_leave(&event->object);
    return rv;
}

apr_status_t brood_event_close(brood_event_t *event) {
    return brood__object_close(event == NULL ? NULL : &event->object,
                               &brood__event_class);
}

static void event_opened(brood_handle_t *handle) {
    brood_event_t *event = (brood_event_t *)handle;
    event->word =
        brood__segment_word(event->object.hold.segment, &event->object.hold.cell->word);
}

/* The dead one may have set it and owed the wake-up: then bit 1 is off and tells nothing. */
static void event_sweep(const brood__segment_t *segment, brood__cell_t *cell,
                        uint32_t dead) {
    brood_os_word_t word = brood__segment_word(segment, &cell->word);
    (void)dead;
    brood_os_unpark(&word, INT_MAX);
}

const brood__handle_class_t brood__event_class = {.code = BROOD__HANDLE_EVENT,
                                                  .name = "event",
                                                  .pack = brood__object_pack,
                                                  .unpack = brood__object_unpack,
                                                  .size = sizeof(brood_event_t),
                                                  .opened = event_opened,
                                                  .sweep = event_sweep};
