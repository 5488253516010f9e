/* Waiters: claiming records, notifying, and freeing those of the dead.
 *
 * Shared state, one record each (waiter.h):
 *   owner   CAS 0 -> id by who claims; store of 0 by the owner; CAS dead id -> 0 by anyone who
 *           proved the death. Ids are never used again, so that CAS cannot hit another's life.
 *   state   store {tenancy + 1, WAITING} by the owner when the rest is written, release;
 *           CAS to NOTIFIED by a notifier, to GONE by the owner, to FREE by who buries; each
 *           from exactly what it read, so that it meets the same wait or fails.
 *   bell    written by the owner with the rest of the wait; of use while WAITING.
 *   highest one more than the highest record ever claimed: where scans may stop.
 * Whoever buries sees the owner dead, then reads the state, then sees that the owner is still
 * the same: that state is the dead one's last, or what a notifier made of it. The record is
 * freed only when it is FREE: one that is nobody's and WAITING would be notified in the name of
 * whoever claims it next. Killed at any step, the owner leaves a record that names it; a notifier
 * or burier leaves the record in one of its states (tests/model/condition.pml). */
#include "waiter.h"

#include "brood/status.h"
#include "os/bell.h"
#include "os/fault.h"
#include "participant.h"
#include "session.h"
#include "status.h"
#include <apr_time.h>

#define STATE(seen) ((seen)&BROOD__WAITER_STATE)
#define NEXT_TENANCY(seen) (((seen) | BROOD__WAITER_STATE) + 1u)
#define SEEN_AS(seen, state) (((seen) & ~BROOD__WAITER_STATE) | (state))

typedef struct table_t {
    _Atomic uint32_t highest;
    uint32_t unused[15];
    brood__waiter_t records[BROOD__WAITERS];
} table_t;

static table_t *table;
static const brood__segment_t *home; /* the segment that holds it */

size_t brood__waiter_table_size(void) {
    return sizeof(table_t);
}

void brood__waiter_use(const brood__segment_t *control, size_t offset) {
    home = control;
    table = (table_t *)(control->base + offset);
}

uint32_t brood__thread_number(void) {
    static _Atomic uint32_t last;
    static _Thread_local uint32_t mine;
    if (mine == 0) {
        mine = atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
    }
    return mine;
}

static uint32_t highest(void) {
    /* acquire: pairs with the release CAS of raise_highest() */
    uint32_t count = atomic_load_explicit(&table->highest, memory_order_acquire);
    return count > BROOD__WAITERS ? BROOD__WAITERS : count;
}

static void raise_highest(uint32_t count) {
    uint32_t seen = atomic_load_explicit(&table->highest, memory_order_relaxed);
    /* release: pairs with the acquire in highest() */
    while (seen < count && !atomic_compare_exchange_weak_explicit(
                               &table->highest, &seen, count, memory_order_release,
                               memory_order_relaxed)) {}
}

static int is_dead(uint32_t owner) {
    return owner != brood__self_id && brood__participant_is_dead(owner);
}

/* Makes the state of a dead owner's record FREE. 0: the record is no longer that one's. */
static int bury_state(brood__waiter_t *waiter, uint32_t owner) {
    uint32_t seen;
    do { /* ends: a state that is not FREE changes once more at the most, to NOTIFIED */
        /* acquire: the state before the second look at the owner */
        seen = atomic_load_explicit(&waiter->state, memory_order_acquire);
        if (atomic_load_explicit(&waiter->owner, memory_order_relaxed) != owner) {
            return 0;
        }
        if (STATE(seen) == BROOD__WAITER_FREE) {
            return 1;
        }
        /* relaxed: only the word itself counts */
    } while (!atomic_compare_exchange_strong_explicit(
        &waiter->state, &seen, SEEN_AS(seen, BROOD__WAITER_FREE), memory_order_relaxed,
        memory_order_relaxed));
    return 1;
}

/* The bell of a record; 0: it has none. It is the bell of the wait that was seen, or of a later
 * one, or of neither: to ring the wrong one is harmless. */
static int bell_of(brood__waiter_t *waiter, uint64_t bell[2]) {
    bell[0] = atomic_load_explicit(&waiter->bell[0], memory_order_relaxed);
    bell[1] = atomic_load_explicit(&waiter->bell[1], memory_order_relaxed);
    return (bell[0] | bell[1]) != 0;
}

/* Frees a record if its owner, who is `dead` or, when that is 0, whoever it is, is dead. */
static void bury(brood__waiter_t *waiter, uint32_t dead) {
    /* acquire: the owner before the state; pairs with the CAS in claim() */
    uint32_t owner = atomic_load_explicit(&waiter->owner, memory_order_acquire);
    uint64_t bell[2];
    int has_bell;
    if (owner == 0 || (dead == 0 ? !is_dead(owner) : owner != dead)) {
        return;
    }
    has_bell = bell_of(waiter, bell);
    /* acquire: the bell before the second look at the owner, whose bell it is then */
    atomic_thread_fence(memory_order_acquire);
    if (!bury_state(waiter, owner)) {
        return;
    }
    if (has_bell) {
        brood_os_bell_forget(bell);
    }
    BROOD_KILL_POINT("waiter.burying");
    /* release: the state is free before the record is; pairs with the CAS in claim() */
    (void)atomic_compare_exchange_strong_explicit(
        &waiter->owner, &owner, 0, memory_order_release, memory_order_relaxed);
}

/* One of the first `most`. */
static brood__waiter_t *claim(uint32_t most) {
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < most; i++) {
            brood__waiter_t *waiter = &table->records[i];
            uint32_t nobody = 0;
            if (pass == 1) {
                bury(waiter, 0);
            }
            if (atomic_load_explicit(&waiter->owner, memory_order_relaxed) != 0) {
                continue;
            }
            /* acquire: pairs with the store or CAS that freed it */
            if (atomic_compare_exchange_strong_explicit(
                    &waiter->owner, &nobody, brood__self_id, memory_order_acquire,
                    memory_order_relaxed)) {
                raise_highest(i + 1);
                return waiter;
            }
        }
    }
    return NULL;
}

static int begin(brood__waiter_t **waiter, uint32_t *state, const brood_os_word_t *object,
                 uint64_t ticket, const uint64_t bell[2]) {
    brood__waiter_t *mine =
        claim((bell[0] | bell[1]) == 0 ? BROOD__WAITERS : BROOD__WAITERS_WITH_BELL);
    *waiter = mine;
    *state = 0;
    if (mine == NULL) {
        return 0;
    }
    BROOD_KILL_POINT("waiter.claimed");
    /* release: the record was FREE before the rest changes; pairs with the fence in waits_for() */
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&mine->segment, object->segment, memory_order_relaxed);
    atomic_store_explicit(&mine->offset, object->offset, memory_order_relaxed);
    atomic_store_explicit(&mine->ticket, ticket, memory_order_relaxed);
    atomic_store_explicit(&mine->since_us, apr_time_now(), memory_order_relaxed);
    atomic_store_explicit(&mine->thread, brood__thread_number(), memory_order_relaxed);
    atomic_store_explicit(&mine->bell[0], bell[0], memory_order_relaxed);
    atomic_store_explicit(&mine->bell[1], bell[1], memory_order_relaxed);
    *state =
        SEEN_AS(NEXT_TENANCY(atomic_load_explicit(&mine->state, memory_order_relaxed)),
                BROOD__WAITER_WAITING);
    /* release: the rest of the record first; pairs with the acquire in waits_for() */
    atomic_store_explicit(&mine->state, *state, memory_order_release);
    BROOD_KILL_POINT("waiter.waiting");
    return 1;
}

int brood__waiter_try_begin(brood__waiter_t **waiter, uint32_t *state,
                            const brood_os_word_t *object, uint64_t ticket) {
    static const uint64_t none[2];
    return begin(waiter, state, object, ticket, none);
}

int brood__waiter_try_begin_bell(brood__waiter_t **waiter, const brood_os_word_t *object,
                                 const uint64_t bell[2]) {
    uint32_t state;
    return begin(waiter, &state, object, 0, bell);
}

apr_status_t brood__waiter_begin(brood__waiter_t **waiter, uint32_t *state,
                                 const brood_os_word_t *object, uint64_t ticket) {
    return brood__waiter_try_begin(waiter, state, object, ticket)
               ? APR_SUCCESS
               : brood__fail(BROOD_EFULL, "%u threads wait in this session",
                             BROOD__WAITERS);
}

void brood__waiter_end(brood__waiter_t *waiter) {
    uint32_t seen;
    if (waiter == NULL) {
        return;
    }
    seen = atomic_load_explicit(&waiter->state, memory_order_relaxed);
    atomic_store_explicit(&waiter->state, SEEN_AS(seen, BROOD__WAITER_FREE),
                          memory_order_relaxed);
    /* release: the state is free before the record is; pairs with the CAS in claim() */
    atomic_store_explicit(&waiter->owner, 0, memory_order_release);
}

brood_os_word_t brood__waiter_word(brood__waiter_t *waiter) {
    return brood__segment_word(home, &waiter->state);
}

int brood__waiter_leave(brood__waiter_t *waiter, uint32_t state) {
    /* acquire: when it fails, what the notifier did before */
    return atomic_compare_exchange_strong_explicit(
        &waiter->state, &state, SEEN_AS(state, BROOD__WAITER_GONE), memory_order_acquire,
        memory_order_acquire);
}

/* One wait, as a scan meets it. */
typedef struct seen_t {
    uint32_t state;
    uint32_t owner;
    uint64_t ticket;
} seen_t;

/* Whether the record is that of a waiter for `object`; `seen` receives what belongs to the same
 * wait. A ticket of the record's next wait would hide the waiters that are older than that. */
static int waits_for(brood__waiter_t *waiter, const brood_os_word_t *object,
                     seen_t *seen) {
    /* acquire: pairs with the release in brood__waiter_begin */
    seen->state = atomic_load_explicit(&waiter->state, memory_order_acquire);
    if (STATE(seen->state) != BROOD__WAITER_WAITING ||
        atomic_load_explicit(&waiter->offset, memory_order_relaxed) != object->offset ||
        atomic_load_explicit(&waiter->segment, memory_order_relaxed) != object->segment) {
        return 0;
    }
    seen->owner = atomic_load_explicit(&waiter->owner, memory_order_relaxed);
    seen->ticket = atomic_load_explicit(&waiter->ticket, memory_order_relaxed);
    /* acquire: the rest before the state; pairs with the fence in brood__waiter_begin */
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&waiter->state, memory_order_relaxed) == seen->state;
}

/* 1: it was still waiting and is notified now. */
static int notify_one(brood__waiter_t *waiter, uint32_t seen) {
    brood_os_word_t word = brood__waiter_word(waiter);
    /* release: what the notifier did before; pairs with the acquire of who wakes */
    if (!atomic_compare_exchange_strong_explicit(
            &waiter->state, &seen, SEEN_AS(seen, BROOD__WAITER_NOTIFIED),
            memory_order_release, memory_order_relaxed)) {
        return 0;
    }
    BROOD_KILL_POINT("waiter.notified");
    brood_os_unpark(&word, 1);
    return 1;
}

static uint32_t notify_all(const brood_os_word_t *object) {
    uint32_t notified = 0;
    seen_t seen;
    for (uint32_t i = 0; i < highest(); i++) {
        brood__waiter_t *waiter = &table->records[i];
        if (waits_for(waiter, object, &seen) && !is_dead(seen.owner)) {
            notified += (uint32_t)notify_one(waiter, seen.state);
        }
    }
    return notified;
}

/* The oldest that is younger than `after`; `least` receives what it was when it was seen. */
static brood__waiter_t *oldest(const brood_os_word_t *object, uint64_t after,
                               seen_t *least) {
    brood__waiter_t *found = NULL;
    seen_t seen;
    least->ticket = UINT64_MAX;
    for (uint32_t i = 0; i < highest(); i++) {
        brood__waiter_t *waiter = &table->records[i];
        if (waits_for(waiter, object, &seen) && seen.ticket > after &&
            seen.ticket < least->ticket) {
            *least = seen;
            found = waiter;
        }
    }
    return found;
}

uint32_t brood__waiters_notify(const brood_os_word_t *object, uint32_t count) {
    uint32_t notified = 0;
    seen_t seen = {0, 0, 0};
    if (count >= highest()) { /* there cannot be more */
        return notify_all(object);
    }
    while (notified < count) { /* ends with enough, or with nobody left */
        brood__waiter_t *waiter = oldest(object, seen.ticket, &seen);
        if (waiter == NULL) {
            return notified;
        }
        if (!is_dead(seen.owner)) {
            notified += (uint32_t)notify_one(waiter, seen.state);
        }
    }
    return notified;
}

void brood__waiters_ring(const brood_os_word_t *object) {
    seen_t seen;
    for (uint32_t i = 0; i < highest(); i++) {
        brood__waiter_t *waiter = &table->records[i];
        uint64_t bell[2];
        if (waits_for(waiter, object, &seen) && bell_of(waiter, bell)) {
            brood_os_bell_ring(bell);
        }
    }
}

/* Whether it waits for `object` with that ticket. */
static int waits_with(brood__waiter_t *waiter, const brood_os_word_t *object,
                      uint64_t ticket, seen_t *seen) {
    return waits_for(waiter, object, seen) &&
           (ticket == UINT64_MAX || seen->ticket == ticket);
}

void brood__waiters_mark(const brood_os_word_t *object, uint64_t ticket) {
    seen_t seen;
    for (uint32_t i = 0; i < highest(); i++) {
        brood__waiter_t *waiter = &table->records[i];
        if (waits_with(waiter, object, ticket, &seen)) {
            /* release: as in notify_one(); a failure means that it has gone, or is marked */
            (void)atomic_compare_exchange_strong_explicit(
                &waiter->state, &seen.state, SEEN_AS(seen.state, BROOD__WAITER_NOTIFIED),
                memory_order_release, memory_order_relaxed);
        }
    }
}

uint32_t brood__waiters_count(const brood_os_word_t *object, uint64_t ticket) {
    uint32_t count = 0;
    seen_t seen;
    for (uint32_t i = 0; i < highest(); i++) {
        count += (uint32_t)waits_with(&table->records[i], object, ticket, &seen);
    }
    return count;
}

int brood__waiters_lost(const brood__waiter_t *mine, const brood_os_word_t *object,
                        uint64_t ticket, uint32_t count) {
    uint32_t used = highest();
    uint32_t first = mine == NULL ? 0 : (uint32_t)(mine - table->records) + 1;
    uint32_t found = 0;
    seen_t seen;
    for (uint32_t i = 0; i < used; i++) {
        if (waits_with(&table->records[(first + i) % used], object, ticket, &seen) &&
            found++ < BROOD__WAITERS_ASKED && is_dead(seen.owner)) {
            return 1;
        }
    }
    return found < count;
}

int brood__waiters_have(const brood_os_word_t *object, uint64_t ticket, uint32_t owner) {
    seen_t seen;
    for (uint32_t i = 0; i < highest(); i++) {
        if (waits_with(&table->records[i], object, ticket, &seen) &&
            seen.owner == owner) {
            return 1;
        }
    }
    return 0;
}

void brood__waiters_bury(uint32_t dead) {
    for (uint32_t i = 0; i < highest(); i++) {
        brood__waiter_t *waiter = &table->records[i];
        bury(waiter, dead);
        if (STATE(atomic_load_explicit(&waiter->state, memory_order_relaxed)) ==
            BROOD__WAITER_NOTIFIED) {
            brood_os_word_t word = brood__waiter_word(waiter);
            brood_os_unpark(&word, 1);
        }
    }
}
