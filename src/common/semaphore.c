/* Semaphore: a count in a cell of an arena, or permits that know their holders.
 *
 * Shared state, in the cell:
 *   word           how many permits are free, of a plain semaphore. CAS by whoever takes one
 *                  or gives some; the ceiling is checked in the same step. A death leaves it
 *                  as it was before or after that.
 *   own.words[0]   eventcount of those who sleep (eventcount.c). Killed between giving and
 *                  waking, a process leaves sleepers who look again at the end of their slice,
 *                  or when somebody sweeps.
 *   own.words[1]   the ceiling, with the top bit for BROOD_SEM_OWNED. Written by the creator
 *                  before anybody else knows the cell, and never again.
 *   own.longs[1…]  with BROOD_SEM_OWNED: semaphore_owned.c.
 * A sweep may meet a cell that is just getting its next life, so it writes nothing but slots
 * that name the dead; waking sleepers by the system alone is harmless. */
#include "brood/boot.h"
#include "brood/semaphore.h"

#include "eventcount.h"
#include "object.h"
#include "os/clock.h"
#include "os/fault.h"
#include "semaphore_owned.h"
#include "session.h"
#include "status.h"
#include <limits.h>

#define OWNED 0x80000000u

struct brood_semaphore_t {
    brood__object_t object;
    _Atomic uint32_t *count;
    brood_os_word_t event;
    uint32_t ceiling;
    int owned;
    brood__permits_t permits; /* owned */
    brood__sweeper_t sweeper; /* of permits in a segment, which no arena sweeps */
    brood__pace_t pace;
};

/* ---- taking and giving ---- */

static inline int count_take(_Atomic uint32_t *count) {
    uint32_t seen = atomic_load_explicit(count, memory_order_relaxed);
    while (seen != 0) {
        /* acquire: pairs with the release in count_give */
        if (atomic_compare_exchange_weak_explicit(
                count, &seen, seen - 1, memory_order_acquire, memory_order_relaxed)) {
            return 1;
        }
    }
    return 0;
}

static inline int count_give(_Atomic uint32_t *count, uint32_t more, uint32_t ceiling) {
    uint32_t seen = atomic_load_explicit(count, memory_order_relaxed);
    do {
        if (more > ceiling || seen > ceiling - more) {
            return 0;
        }
        /* release: pairs with the acquire in count_take */
    } while (!atomic_compare_exchange_weak_explicit(
        count, &seen, seen + more, memory_order_release, memory_order_relaxed));
    return 1;
}

static inline int take(brood_semaphore_t *semaphore) {
    if (!(semaphore->owned ? brood__permits_take(&semaphore->permits)
                           : count_take(semaphore->count))) {
        return 0;
    }
    BROOD_KILL_POINT("semaphore.taken");
    return 1;
}

static int may_take(const brood_semaphore_t *semaphore) {
    return semaphore->owned
               ? brood__permits_may_be_free(&semaphore->permits)
               : atomic_load_explicit(semaphore->count, memory_order_relaxed) != 0;
}

/* After permits have become free. */
static inline void wake(const brood_semaphore_t *semaphore, uint32_t permits) {
    brood__eventcount_wake_unlocked(&semaphore->event);
    while (--permits > 0 &&
           (atomic_load_explicit(semaphore->event.word, memory_order_relaxed) &
            BROOD__EVENTCOUNT_SLEEPERS) != 0) {
        brood__eventcount_wake(&semaphore->event);
    }
}

/* Frees the permits of holders who are dead; 0: there are none. */
static int reclaim(brood_semaphore_t *semaphore) {
    uint32_t reclaimed =
        semaphore->owned ? brood__permits_reclaim(&semaphore->permits, 0) : 0;
    if (reclaimed != 0) {
        wake(semaphore, reclaimed);
    }
    return reclaimed != 0;
}

/* ---- waiting ---- */

typedef struct waiting_t {
    brood_semaphore_t *semaphore;
    brood__wait_t wait;
    int64_t ask_again; /* when it is time to ask whether a holder is dead */
} waiting_t;

static int waiting_may_take(void *context, size_t size) {
    waiting_t *waiting = context;
    (void)size;
    if (may_take(waiting->semaphore)) {
        return 1;
    }
    if (waiting->semaphore->owned && waiting->wait.slept) {
        int64_t now = brood_os_now_ns();
        if (now >= waiting->ask_again) {
            waiting->ask_again = now + BROOD__SLICE_NS;
            return reclaim(waiting->semaphore);
        }
    }
    return 0;
}

static apr_status_t acquire_slowly(brood_semaphore_t *semaphore,
                                   brood_os_deadline_t deadline) {
    waiting_t waiting = {semaphore, brood__wait_begin(&semaphore->pace, deadline), 0};
    do { /* ends with a permit or the deadline */
        apr_status_t rv;
        BROOD_KILL_POINT("semaphore.waiting");
        rv = brood__eventcount_wait(&semaphore->event, &waiting.wait, waiting_may_take,
                                    &waiting, 0);
        if (rv == APR_TIMEUP && !reclaim(semaphore)) {
            return brood__fail_plainly(rv);
        }
    } while (!take(semaphore));
    brood__wait_end(&waiting.wait);
    if (waiting.wait.slept && may_take(semaphore)) {
        brood__eventcount_wake(&semaphore->event); /* the wake-up of one who has died */
    }
    return APR_SUCCESS;
}

/* ---- the public functions ---- */

static apr_status_t create(brood_semaphore_t **semaphore, uint32_t value,
                           uint32_t ceiling, int owned, apr_pool_t *pool) {
    brood__object_t *object;
    brood_semaphore_t *fresh;
    apr_status_t rv = brood__object_create(&object, &brood__semaphore_class, pool);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    fresh = (brood_semaphore_t *)object;
    if (owned) {
        rv = brood__permits_create(&fresh->permits, object->hold.cell, ceiling);
        ceiling |= OWNED;
    } else {
        atomic_store_explicit(&object->hold.cell->word, value, memory_order_relaxed);
    }
    if (rv != APR_SUCCESS) {
        brood__arena_release(&object->hold);
        return rv;
    }
    atomic_store_explicit(&object->hold.cell->own.words[1], ceiling,
                          memory_order_relaxed);
    brood__object_open(object);
    *semaphore = fresh;
    return APR_SUCCESS;
}

apr_status_t brood_semaphore_create(brood_semaphore_t **semaphore, uint32_t value,
                                    uint32_t flags, apr_pool_t *pool) {
    int owned = (flags & BROOD_SEM_OWNED) != 0;
    uint32_t most = owned ? BROOD_SEM_OWNED_MAX : BROOD_SEM_VALUE_MAX;
    *semaphore = NULL;
    if ((flags & ~BROOD_SEM_OWNED) != 0) {
        return brood__fail(APR_EINVAL, "flags are 0x%x, only BROOD_SEM_OWNED is known",
                           flags);
    }
    if (value > most || (owned && value == 0)) {
        return brood__fail(APR_EINVAL, "value is %u, not %d to %u", value, owned, most);
    }
    return create(semaphore, value, owned ? value : most, owned, pool);
}

apr_status_t brood_semaphore_create_bounded(brood_semaphore_t **semaphore, uint32_t value,
                                            uint32_t ceiling, apr_pool_t *pool) {
    *semaphore = NULL;
    if (ceiling == 0 || ceiling > BROOD_SEM_VALUE_MAX) {
        return brood__fail(APR_EINVAL, "ceiling is %u, not 1 to %u", ceiling,
                           BROOD_SEM_VALUE_MAX);
    }
    if (value > ceiling) {
        return brood__fail(APR_EINVAL, "value is %u, the ceiling %u", value, ceiling);
    }
    return create(semaphore, value, ceiling, 0, pool);
}

static inline apr_status_t semaphore_check(const brood_semaphore_t *semaphore) {
    return brood__object_check(semaphore == NULL ? NULL : &semaphore->object,
                               &brood__semaphore_class);
}

apr_status_t brood_semaphore_acquire(brood_semaphore_t *semaphore,
                                     apr_interval_time_t timeout) {
    apr_status_t rv = semaphore_check(semaphore);
    if (rv != APR_SUCCESS || take(semaphore)) {
        return rv;
    }
    brood__object_enter(&semaphore->object);
    rv = acquire_slowly(semaphore, brood__deadline(timeout));
    brood__object_leave(&semaphore->object);
    return rv;
}

/* Why permits cannot be given. */
static apr_status_t refused(const brood_semaphore_t *semaphore, uint32_t count) {
    if (semaphore->owned) {
        return brood__fail(BROOD_ENOTOWNER, "process %s does not hold %u permits",
                           brood_current_name(), count);
    }
    return brood__fail(
        BROOD_EOVERRELEASE, "%u permits more, with %u free of at most %u", count,
        atomic_load_explicit(semaphore->count, memory_order_relaxed), semaphore->ceiling);
}

apr_status_t brood_semaphore_release(brood_semaphore_t *semaphore, uint32_t count) {
    apr_status_t rv = semaphore_check(semaphore);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (count == 0) {
        return brood__fail(APR_EINVAL, "count is 0");
    }
    if (!(semaphore->owned ? brood__permits_give(&semaphore->permits, count)
                           : count_give(semaphore->count, count, semaphore->ceiling))) {
        return refused(semaphore, count);
    }
    BROOD_KILL_POINT("semaphore.given");
    wake(semaphore, count);
    return APR_SUCCESS;
}

apr_status_t brood_semaphore_value(brood_semaphore_t *semaphore, uint32_t *value) {
    apr_status_t rv = semaphore_check(semaphore);
    *value = 0;
    if (rv == APR_SUCCESS) {
        *value = semaphore->owned
                     ? brood__permits_count(&semaphore->permits).free
                     : atomic_load_explicit(semaphore->count, memory_order_relaxed);
    }
    return rv;
}

uint32_t brood_semaphore_held(brood_semaphore_t *semaphore) {
    return semaphore_check(semaphore) == APR_SUCCESS && semaphore->owned
               ? brood__permits_count(&semaphore->permits).mine
               : 0;
}

apr_status_t brood_semaphore_close(brood_semaphore_t *semaphore) {
    uint32_t held = brood_semaphore_held(semaphore);
    if (held != 0) {
        return brood__fail(BROOD_EBUSY, "this process holds %u permits of the semaphore",
                           held);
    }
    return brood__object_close(semaphore == NULL ? NULL : &semaphore->object,
                               &brood__semaphore_class);
}

/* ---- the class ---- */

/* The wake-ups that the dead one may have owed. */
static void wake_all(const brood_os_word_t *event) {
    if ((atomic_load_explicit(event->word, memory_order_relaxed) &
         BROOD__EVENTCOUNT_SLEEPERS) != 0) {
        brood_os_unpark(event, INT_MAX);
    }
}

static void permits_sweep(const brood__permits_t *permits, const brood_os_word_t *event,
                          uint32_t dead) {
    (void)brood__permits_reclaim(permits, dead);
    if (brood__permits_may_be_free(permits)) {
        wake_all(event);
    }
}

static void semaphore_sweep(const brood__segment_t *segment, brood__cell_t *cell,
                            uint32_t dead) {
    brood_os_word_t event = brood__segment_word(segment, &cell->own.words[0]);
    uint32_t ceiling = atomic_load_explicit(&cell->own.words[1], memory_order_relaxed);
    if ((ceiling & OWNED) != 0 && (ceiling & ~OWNED) <= BROOD__PERMITS_INLINE) {
        brood__permits_t permits = {&cell->own.longs[1], ceiling & ~OWNED, 0, NULL};
        permits_sweep(&permits, &event, dead);
    } else if (atomic_load_explicit(&cell->word, memory_order_relaxed) != 0) {
        wake_all(&event);
    }
}

static void payload_sweep(brood__sweeper_t *sweeper, uint32_t dead) {
    brood_semaphore_t *semaphore =
        (brood_semaphore_t *)(void *)((char *)sweeper -
                                      offsetof(brood_semaphore_t, sweeper));
    permits_sweep(&semaphore->permits, &semaphore->event, dead);
}

static void semaphore_opened(brood_handle_t *handle) {
    brood_semaphore_t *semaphore = (brood_semaphore_t *)handle;
    brood__cell_t *cell = semaphore->object.hold.cell;
    uint32_t ceiling = atomic_load_explicit(&cell->own.words[1], memory_order_relaxed);
    semaphore->count = &cell->word;
    semaphore->event =
        brood__segment_word(semaphore->object.hold.segment, &cell->own.words[0]);
    semaphore->ceiling = ceiling & ~OWNED;
    semaphore->owned = (ceiling & OWNED) != 0;
    if (semaphore->permits.payload != NULL) {
        semaphore->sweeper.sweep = payload_sweep;
        brood__sweeper_add(&semaphore->sweeper);
    }
}

static void semaphore_closing(brood_handle_t *handle) {
    brood_semaphore_t *semaphore = (brood_semaphore_t *)handle;
    if (semaphore->permits.payload != NULL) {
        brood__sweeper_remove(&semaphore->sweeper);
        brood__permits_close(&semaphore->permits);
    }
}

static apr_status_t semaphore_pack(brood_handle_t *handle, brood__parcel_t *parcel) {
    apr_status_t rv = brood__object_pack(handle, parcel);
    brood__permits_pack(&((brood_semaphore_t *)handle)->permits, parcel);
    return rv;
}

static apr_status_t semaphore_unpack(const brood__handle_class_t *cls,
                                     brood_handle_t **handle, brood__parcel_t *parcel,
                                     apr_pool_t *pool) {
    brood__object_t *object;
    uint32_t ceiling;
    apr_status_t rv = brood__object_arrived(&object, cls, parcel, pool);
    *handle = NULL;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    ceiling =
        atomic_load_explicit(&object->hold.cell->own.words[1], memory_order_relaxed);
    if ((ceiling & OWNED) != 0) {
        ceiling &= ~OWNED;
        rv = ceiling == 0 || ceiling > BROOD_SEM_OWNED_MAX
                 ? brood__fail(BROOD_EFORGED, "a semaphore of %u permits", ceiling)
                 : brood__permits_arrived(&((brood_semaphore_t *)object)->permits,
                                          object->hold.cell, ceiling, parcel);
    }
    if (rv != APR_SUCCESS) {
        brood__arena_release(&object->hold);
        return rv;
    }
    brood__object_open(object);
    *handle = &object->handle;
    return APR_SUCCESS;
}

const brood__handle_class_t brood__semaphore_class = {.code = BROOD__HANDLE_SEMAPHORE,
                                                      .name = "semaphore",
                                                      .pack = semaphore_pack,
                                                      .unpack = semaphore_unpack,
                                                      .size = sizeof(brood_semaphore_t),
                                                      .opened = semaphore_opened,
                                                      .closing = semaphore_closing,
                                                      .sweep = semaphore_sweep};
