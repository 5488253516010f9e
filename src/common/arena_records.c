/* The records of an arena: claiming, clearing and counting them. What is shared, who may write
 * it and what a death leaves is said in arena.c. */
#include "arena_records.h"

#include "os/fault.h"
#include "participant.h"
#include "session.h"
#include "status.h"
#include <string.h>

apr_status_t brood__records_write(brood__arena_shared_t *shared, uint32_t *hint,
                                  uint32_t participant, uint32_t cell, uint32_t *where) {
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < BROOD__ARENA_RECORDS; i++) {
            uint32_t at = (*hint + i) % BROOD__ARENA_RECORDS;
            uint64_t seen =
                atomic_load_explicit(&shared->records[at], memory_order_relaxed);
            if (seen != 0 &&
                (pass == 0 || !brood__participant_is_dead(BROOD__ARENA_HOLDER(seen)))) {
                continue;
            }
            /* acq_rel: pairs with the acquire of brood__records_scan */
            if (atomic_compare_exchange_strong_explicit(
                    &shared->records[at], &seen, BROOD__ARENA_RECORD(participant, cell),
                    memory_order_acq_rel, memory_order_relaxed)) {
                /* seq_cst: the record before the number and the look at the cell that follows;
                 * pairs with the fence and the loads in brood__records_untake() */
                atomic_fetch_add_explicit(&shared->arrivals, 1, memory_order_seq_cst);
                *hint = at + 1;
                *where = at;
                return APR_SUCCESS;
            }
        }
    }
    return brood__fail(BROOD_EFULL, "%u holders of small objects in one arena",
                       BROOD__ARENA_RECORDS);
}

int brood__records_clear(brood__arena_shared_t *shared, uint32_t where,
                         uint32_t participant, uint32_t cell) {
    uint64_t own = BROOD__ARENA_RECORD(participant, cell);
    /* release: what was done to the cell comes before its next life; pairs with the acquire of
     * brood__records_scan */
    return atomic_compare_exchange_strong_explicit(
        &shared->records[where], &own, 0, memory_order_release, memory_order_relaxed);
}

int brood__records_scan(brood__arena_shared_t *shared, uint8_t held[BROOD__ARENA_CELLS]) {
    memset(held, 0, BROOD__ARENA_CELLS);
    for (uint32_t i = 0; i < BROOD__ARENA_RECORDS; i++) {
        /* acquire: pairs with the CAS that claimed or cleared the record */
        uint64_t seen = atomic_load_explicit(&shared->records[i], memory_order_acquire);
        uint32_t holder = BROOD__ARENA_HOLDER(seen);
        uint32_t cell = BROOD__ARENA_HELD(seen) - 1;
        if (seen == 0) {
            continue;
        }
        if (holder != brood__self_id && brood__participant_is_dead(holder)) {
            /* relaxed: a failure means that somebody else has seen to it */
            (void)atomic_compare_exchange_strong_explicit(&shared->records[i], &seen, 0,
                                                          memory_order_relaxed,
                                                          memory_order_relaxed);
        } else if (BROOD__ARENA_HELD(seen) == BROOD__ARENA_ALL) {
            return 0;
        } else if (cell < BROOD__ARENA_CELLS) {
            held[cell] = 1;
        }
    }
    return 1;
}

/* Marks those of the cells believed taken that nobody seems to hold. */
static void retire(brood__arena_shared_t *shared, const uint8_t taken[BROOD__ARENA_CELLS],
                   const uint8_t held[BROOD__ARENA_CELLS]) {
    for (uint32_t i = 0; i < BROOD__ARENA_CELLS; i++) {
        if (taken[i] && !held[i]) {
            atomic_fetch_or_explicit(&shared->cells[i].kind, BROOD__ARENA_RETIRED,
                                     memory_order_relaxed);
        }
    }
    /* seq_cst: the marks before the records; pairs with brood__records_write() */
    atomic_thread_fence(memory_order_seq_cst);
    BROOD_KILL_POINT("arena.retired");
}

/* Scans; 0 also when a record was written meanwhile. */
static int scan_undisturbed(brood__arena_shared_t *shared,
                            uint8_t held[BROOD__ARENA_CELLS]) {
    /* acquire: before the records; pairs with brood__records_write() */
    uint32_t arrivals = atomic_load_explicit(&shared->arrivals, memory_order_acquire);
    int found = brood__records_scan(shared, held);
    /* acquire: the records before the number; pairs with brood__records_write() */
    atomic_thread_fence(memory_order_acquire);
    return found &&
           atomic_load_explicit(&shared->arrivals, memory_order_relaxed) == arrivals;
}

int brood__records_untake(brood__arena_shared_t *shared,
                          uint8_t taken[BROOD__ARENA_CELLS]) {
    uint8_t seemed[BROOD__ARENA_CELLS];
    uint8_t held[BROOD__ARENA_CELLS];
    int doubts = 0;
    int sure;
    if (!brood__records_scan(shared, seemed)) {
        return 0;
    }
    retire(shared, taken, seemed);
    sure = scan_undisturbed(shared, held);
    for (uint32_t i = 0; i < BROOD__ARENA_CELLS; i++) {
        if (!taken[i] || seemed[i]) {
            continue;
        }
        if (sure && !held[i]) {
            taken[i] = 0;
        } else {
            /* relaxed: nothing else of the cell has changed */
            atomic_fetch_and_explicit(&shared->cells[i].kind, ~BROOD__ARENA_RETIRED,
                                      memory_order_relaxed);
            doubts = 1;
        }
    }
    return doubts;
}

void brood__records_rename(brood__arena_shared_t *shared, uint32_t from, uint32_t to) {
    for (uint32_t i = 0; i < BROOD__ARENA_RECORDS; i++) {
        uint64_t seen = atomic_load_explicit(&shared->records[i], memory_order_relaxed);
        if (BROOD__ARENA_HOLDER(seen) == from) {
            uint64_t next =
                to == 0 ? 0 : BROOD__ARENA_RECORD(to, BROOD__ARENA_HELD(seen));
            /* release: as in brood__records_clear */
            atomic_store_explicit(&shared->records[i], next, memory_order_release);
        }
    }
}
