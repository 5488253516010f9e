/* Barrier: one word in a cell of an arena, and the records of those who have arrived.
 *
 * Shared state, in the cell:
 *   word          state (2 bits), somebody may sleep (1), how many have arrived (10), phase (19).
 *                 Changed by CAS alone, from exactly what was read:
 *     FILLING     one more has arrived, by that one, whose record says so already. The last one
 *                 makes it the next phase, FILLING, nobody; or ACTING, when there is an action.
 *     ACTING      all have arrived and the last one runs the action. It makes it the next phase.
 *     BROKEN      with a reason in place of the number: from FILLING or ACTING, by anyone. By a
 *                 reset the next phase, FILLING, nobody, but not before each record of this phase
 *                 is marked NOTIFIED.
 *   own.words[0]  parties; own.longs[1] the default timeout. Written by the creator before anybody
 *                 else knows the cell, and never again.
 * and the waiters' records (waiter.c), with a ticket made of the cell's generation and the phase.
 * Whoever finds its phase gone has been let through, unless its record is marked: then the
 * phase was broken and reset before it looked.
 *
 * Killed at any step, a process leaves the word as it was before or after it, and a record that
 * names the dead; or, when that has been buried, fewer records than have arrived. A sweep, or
 * the next slice of anyone who waits, breaks the phase then. One that is killed as the last to
 * arrive, when there is no action, has either opened the barrier or not arrived. A wake-up that
 * the dead owed comes with the sweep or the end of the slice.
 * A party that was held up while the phase went round once, 2^19 times, would take that phase for
 * its own and wait for its end. */
#include "brood/barrier.h"

#include "barrier_action.h"
#include "barrier_word.h"
#include "object.h"
#include "os/fault.h"
#include "pace.h"
#include "status.h"
#include "waiter.h"

struct brood_barrier_t {
    brood__object_t object;
    brood_os_word_t word;
    uint32_t parties;
    uint64_t generation; /* of the cell, in the high half */
    apr_interval_time_t timeout;
    brood_barrier_action_fn *action;
    void *data;
    brood__pace_t pace;
};

static uint64_t ticket_of(uint64_t generation, uint32_t seen) {
    return generation | PHASE(seen);
}

static apr_status_t fail_broken(uint32_t reason) {
    static const char *const words[] = {"",
                                        "the time of a party was over",
                                        "it was aborted",
                                        "its action failed",
                                        "a party died while it waited",
                                        "it was reset"};
    return brood__fail(BROOD_EBROKENBARRIER, "%s",
                       reason < sizeof words / sizeof words[0] ? words[reason] : "");
}

/* ---- waiting ---- */

typedef struct visit_t {
    brood_barrier_t *barrier;
    brood__wait_t wait;
    uint32_t state;  /* of the record, as long as it is not marked */
    uint64_t ticket; /* of the record; 0: there is none, or none of a party */
    uint32_t index;
    apr_status_t slept;
} visit_t;

/* A moment awake, or a slice asleep while the word is what was seen. Finds out about deaths. */
static void visit_pause(visit_t *visit, uint32_t seen) {
    brood_barrier_t *barrier = visit->barrier;
    if (brood__wait_awake(&visit->wait)) {
        return;
    }
    if ((seen & ASLEEP) == 0) {
        if (!change(&barrier->word, seen, seen | ASLEEP)) {
            return;
        }
        seen |= ASLEEP;
    }
    BROOD_KILL_POINT("barrier.waiting");
    visit->slept = brood__wait_asleep(&visit->wait, &barrier->word, seen);
    if (look(&barrier->word) == seen &&
        brood__waiters_lost(visit->wait.record, &barrier->word,
                            ticket_of(barrier->generation, seen), ARRIVED(seen))) {
        (void)break_phase(&barrier->word, seen, REASON_DEATH);
    }
}

static int visit_is_late(const visit_t *visit) {
    return visit->slept == APR_TIMEUP || brood__deadline_is_now(visit->wait.deadline);
}

/* How the phase of this party has ended, when it has. */
static apr_status_t verdict(const visit_t *visit, uint32_t seen) {
    if (ticket_of(visit->barrier->generation, seen) == visit->ticket) {
        return fail_broken(ARRIVED(seen));
    }
    return brood__waiter_is_notified(visit->wait.record, visit->state)
               ? fail_broken(REASON_RESET)
               : APR_SUCCESS;
}

static int visit_is_over(const visit_t *visit, uint32_t seen) {
    return STATE(seen) == BROKEN ||
           ticket_of(visit->barrier->generation, seen) != visit->ticket;
}

/* Arrived, not as the last. */
static apr_status_t stay(visit_t *visit) {
    for (;;) { /* ends with the phase or the deadline */
        uint32_t seen = look(&visit->barrier->word);
        if (visit_is_over(visit, seen)) {
            return verdict(visit, seen);
        }
        if (!visit_is_late(visit)) {
            visit_pause(visit, seen);
        } else if (break_phase(&visit->barrier->word, seen, REASON_TIME)) {
            return brood__fail_plainly(APR_TIMEUP);
        }
    }
}

/* Arrived as the last, and everybody waits for the action. */
static apr_status_t act(visit_t *visit) {
    brood_barrier_t *barrier = visit->barrier;
    apr_status_t rv;
    BROOD_KILL_POINT("barrier.acting");
    rv = barrier->action(barrier->data);
    BROOD_KILL_POINT("barrier.acted");
    for (
        ;
        ;) { /* ends when the word is changed, by whomever; sleepers announce themselves */
        uint32_t seen = look(&barrier->word);
        if (visit_is_over(visit, seen)) {
            return rv != APR_SUCCESS ? rv : verdict(visit, seen);
        }
        if (rv != APR_SUCCESS ? break_phase(&barrier->word, seen, REASON_ACTION)
                              : end_phase(&barrier->word, seen, NEXT_PHASE(seen))) {
            return rv;
        }
    }
}

/* A record of this phase for this party. */
static apr_status_t visit_record(visit_t *visit, uint64_t ticket) {
    apr_status_t rv;
    if (visit->ticket == ticket) {
        return APR_SUCCESS;
    }
    brood__wait_leave(&visit->wait);
    visit->ticket = 0;
    rv = brood__waiter_begin(&visit->wait.record, &visit->state, &visit->barrier->word,
                             ticket);
    if (rv == APR_SUCCESS) {
        visit->ticket = ticket;
        BROOD_KILL_POINT("barrier.recorded");
    }
    return rv;
}

/* Arrives, if the word is still what was seen; 0: it is not. */
static int arrive(visit_t *visit, uint32_t seen, apr_status_t *rv) {
    brood_barrier_t *barrier = visit->barrier;
    int is_last = ARRIVED(seen) + 1 >= barrier->parties;
    visit->index = ARRIVED(seen);
    *rv = APR_SUCCESS;
    if (is_last && barrier->action == NULL) {
        return end_phase(&barrier->word, seen, NEXT_PHASE(seen));
    }
    *rv = visit_record(visit, ticket_of(barrier->generation, seen));
    if (*rv != APR_SUCCESS) {
        return 1;
    }
    if (!change(&barrier->word, seen, (seen + ARRIVED_ONE) | (is_last ? ACTING : 0))) {
        return 0;
    }
    BROOD_KILL_POINT("barrier.arrived");
    *rv = is_last ? act(visit) : stay(visit);
    return 1;
}

static apr_status_t visit_barrier(visit_t *visit) {
    for (;;) { /* ends with the phase, with BROKEN or at the deadline */
        uint32_t seen = look(&visit->barrier->word);
        apr_status_t rv;
        if (STATE(seen) == BROKEN) {
            return fail_broken(ARRIVED(seen));
        }
        if (STATE(seen) == FILLING) {
            if (arrive(visit, seen, &rv)) {
                return rv;
            }
        } else if (visit_is_late(visit)) {
            /* the others' action runs; this one is for the next time */
            return brood__fail_plainly(APR_TIMEUP);
        } else {
            if (visit->ticket != 0) { /* it would be counted in place of a dead party's */
                brood__wait_leave(&visit->wait);
                visit->ticket = 0;
            }
            visit_pause(visit, seen);
        }
    }
}

/* ---- the public functions ---- */

static inline apr_status_t barrier_check(const brood_barrier_t *barrier) {
    return brood__object_check(barrier == NULL ? NULL : &barrier->object,
                               &brood__barrier_class);
}

apr_status_t brood_barrier_create(brood_barrier_t **barrier, uint32_t parties,
                                  brood_barrier_action_fn *action,
                                  apr_interval_time_t timeout, apr_pool_t *pool) {
    brood__object_t *fresh;
    brood__cell_t *cell;
    apr_status_t rv;
    *barrier = NULL;
    if (parties == 0 || parties > BROOD_BARRIER_PARTIES_MAX) {
        return brood__fail(APR_EINVAL, "parties is %u, not 1 to %u", parties,
                           BROOD_BARRIER_PARTIES_MAX);
    }
    rv = brood__object_create(&fresh, &brood__barrier_class, pool);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    cell = fresh->hold.cell;
    /* A sweep that met the cell's last life does not take this one's phases for that one's. */
    atomic_store_explicit(
        &cell->word,
        PHASE_ONE * atomic_load_explicit(&cell->generation, memory_order_relaxed),
        memory_order_relaxed);
    atomic_store_explicit(&cell->own.words[0], parties, memory_order_relaxed);
    atomic_store_explicit(&cell->own.longs[1], (uint64_t)timeout, memory_order_relaxed);
    ((brood_barrier_t *)fresh)->action = action;
    brood__object_open(fresh);
    *barrier = (brood_barrier_t *)fresh;
    return APR_SUCCESS;
}

apr_status_t brood_barrier_set_data(brood_barrier_t *barrier, void *data) {
    apr_status_t rv = barrier_check(barrier);
    if (rv == APR_SUCCESS) {
        barrier->data = data;
    }
    return rv;
}

apr_status_t brood_barrier_wait(brood_barrier_t *barrier, apr_interval_time_t timeout,
                                uint32_t *index) {
    apr_status_t rv = barrier_check(barrier);
    visit_t visit = {.barrier = barrier};
    if (rv == APR_SUCCESS) {
        visit.wait = brood__wait_begin(&barrier->pace,
                                       brood__deadline(timeout == BROOD_BARRIER_TIMEOUT
                                                           ? barrier->timeout
                                                           : timeout));
        brood__object_enter(&barrier->object);
        rv = visit_barrier(&visit);
        brood__wait_leave(&visit.wait);
        if (rv == APR_SUCCESS) {
            brood__wait_end(&visit.wait);
        }
        brood__object_leave(&barrier->object);
    }
    if (index != NULL) {
        *index = visit.index;
    }
    return rv;
}

apr_status_t brood_barrier_abort(brood_barrier_t *barrier) {
    apr_status_t rv = barrier_check(barrier);
    while (rv == APR_SUCCESS) { /* ends when it is broken, by whomever */
        uint32_t seen = look(&barrier->word);
        if (STATE(seen) == BROKEN || break_phase(&barrier->word, seen, REASON_ABORT)) {
            break;
        }
    }
    return rv;
}

apr_status_t brood_barrier_reset(brood_barrier_t *barrier) {
    apr_status_t rv = barrier_check(barrier);
    while (rv == APR_SUCCESS) { /* ends when it is whole and nobody there, once */
        uint32_t seen = look(&barrier->word);
        if (STATE(seen) == FILLING && ARRIVED(seen) == 0) {
            break;
        }
        if (STATE(seen) != BROKEN) {
            (void)break_phase(&barrier->word, seen, REASON_RESET);
            continue;
        }
        BROOD_KILL_POINT("barrier.resetting");
        brood__waiters_mark(&barrier->word, ticket_of(barrier->generation, seen));
        BROOD_KILL_POINT("barrier.marked");
        if (change(&barrier->word, seen, NEXT_PHASE(seen))) {
            break;
        }
    }
    return rv;
}

int brood_barrier_broken(brood_barrier_t *barrier) {
    return barrier_check(barrier) == APR_SUCCESS && STATE(look(&barrier->word)) == BROKEN;
}

uint32_t brood_barrier_parties(brood_barrier_t *barrier) {
    return barrier_check(barrier) == APR_SUCCESS ? barrier->parties : 0;
}

uint32_t brood_barrier_waiting(brood_barrier_t *barrier) {
    uint32_t seen = barrier_check(barrier) == APR_SUCCESS ? look(&barrier->word) : BROKEN;
    return STATE(seen) == FILLING ? ARRIVED(seen) : 0;
}

apr_status_t brood_barrier_close(brood_barrier_t *barrier) {
    return brood__object_close(barrier == NULL ? NULL : &barrier->object,
                               &brood__barrier_class);
}

/* ---- the class ---- */

static uint64_t generation_of(brood__cell_t *cell) {
    return (uint64_t)atomic_load_explicit(&cell->generation, memory_order_relaxed) << 32;
}

static void barrier_opened(brood_handle_t *handle) {
    brood_barrier_t *barrier = (brood_barrier_t *)handle;
    brood__cell_t *cell = barrier->object.hold.cell;
    barrier->word = brood__segment_word(barrier->object.hold.segment, &cell->word);
    barrier->generation = generation_of(cell);
    barrier->parties = atomic_load_explicit(&cell->own.words[0], memory_order_relaxed);
    barrier->timeout = (apr_interval_time_t)atomic_load_explicit(&cell->own.longs[1],
                                                                 memory_order_relaxed);
}

static void barrier_sweep(const brood__segment_t *segment, brood__cell_t *cell,
                          uint32_t dead) {
    brood_os_word_t word = brood__segment_word(segment, &cell->word);
    uint32_t seen;
    do { /* ends when the dead one has no part in what was seen, or that is broken */
        seen =
            look(&word); /* before the generation: it is of that life or an older one */
        if (STATE(seen) == BROKEN || ARRIVED(seen) == 0 ||
            !brood__waiters_have(&word, ticket_of(generation_of(cell), seen), dead)) {
            break;
        }
    } while (!break_phase(&word, seen, REASON_DEATH));
    brood_os_unpark(&word, INT_MAX); /* the wake-up that it may have owed */
}

static apr_status_t barrier_pack(brood_handle_t *handle, brood__parcel_t *parcel) {
    apr_status_t rv = brood__object_pack(handle, parcel);
    return rv == APR_SUCCESS
               ? brood__action_pack(((brood_barrier_t *)handle)->action, parcel)
               : rv;
}

static apr_status_t barrier_unpack(const brood__handle_class_t *cls,
                                   brood_handle_t **handle, brood__parcel_t *parcel,
                                   apr_pool_t *pool) {
    brood__object_t *object;
    uint32_t parties;
    apr_status_t rv = brood__object_arrived(&object, cls, parcel, pool);
    *handle = NULL;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood__action_unpack(&((brood_barrier_t *)object)->action, parcel);
    parties =
        atomic_load_explicit(&object->hold.cell->own.words[0], memory_order_relaxed);
    if (rv == APR_SUCCESS && (parties == 0 || parties > BROOD_BARRIER_PARTIES_MAX)) {
        rv = brood__fail(BROOD_EFORGED, "a barrier of %u parties", parties);
    }
    if (rv != APR_SUCCESS) {
        brood__arena_release(&object->hold);
        return rv;
    }
    brood__object_open(object);
    *handle = &object->handle;
    return APR_SUCCESS;
}

const brood__handle_class_t brood__barrier_class = {.code = BROOD__HANDLE_BARRIER,
                                                    .name = "barrier",
                                                    .pack = barrier_pack,
                                                    .unpack = barrier_unpack,
                                                    .size = sizeof(brood_barrier_t),
                                                    .opened = barrier_opened,
                                                    .sweep = barrier_sweep};
