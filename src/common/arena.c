/* Arenas: giving out cells, holding them, and finding out which are free.
 *
 * Shared state of an arena:
 *   records  one 64-bit word each: {participant id, cell number + 1, or ALL}; 0 is free.
 *            Claimed by CAS from 0 and given back by a store of 0, by the holder; cleared by
 *            CAS from exactly what was read by anyone who proved the holder dead. A process
 *            that dies at any step leaves a record that names it, or none.
 *   cells    given out by the arena's creator alone: its private map says which it believes
 *            taken; a cell that it has let go of becomes free when a scan of the records
 *            finds nobody alive who holds it. The generation rises before the cell is used.
 * Whoever sends a cell holds it until the receiver has its own record, so that a cell on its
 * way is never free. A scan is no moment: a hold may go from a record that it has yet to read
 * to one that it has read. So it counts only when no record was written meanwhile, which
 * `arrivals` tells. And a cell may arrive after its sender has died and all have let go: before
 * that scan the creator marks its kind as retired, and whoever arrives writes its record first
 * and looks at the cell then, so that one of the two sees the other (tests/model/arena.pml).
 * A creator killed in between leaves a mark, and cells that nobody gives out any more. A forked
 * child holds everything by one record (ALL), which keeps the cells of that time from being
 * given out again as long as it lives. */
#include "arena.h"

#include "arena_records.h"
#include "guard.h"
#include "os/clock.h"
#include "os/fault.h"
#include "os/handle.h"
#include "pace.h"
#include "session.h"
#include "status.h"
#include <stdlib.h>
#include <string.h>

/* How long who arrives waits for a creator that is about to decide: scans take a millisecond, and
 * one that was stopped meanwhile may have given up the cell. */
#define PATIENCE_US (1000 * 1000)

/* One for each arena mapped here, whoever made it. */
typedef struct arena_t {
    brood__sweeper_t sweeper;
    struct arena_t *next;
    brood__segment_t *segment;
    unsigned holds;  /* of this process; the arena is let go of with the last */
    int own;         /* this process gives out its cells */
    uint32_t closed; /* cells that may have become free since the last scan */
    uint32_t record_hint;
    uint8_t taken[BROOD__ARENA_CELLS]; /* own: believed in use */
} arena_t;

static brood__guard_t arena_guard = BROOD__GUARD_INIT;
static arena_t *arenas;

static brood__arena_shared_t *shared_of(const arena_t *arena) {
    return (brood__arena_shared_t *)arena->segment->base;
}

static void arena_sweep(brood__sweeper_t *sweeper, uint32_t dead) {
    arena_t *arena = (arena_t *)sweeper;
    brood__arena_shared_t *shared = shared_of(arena);
    for (uint32_t i = 0; i < BROOD__ARENA_CELLS; i++) {
        brood__cell_t *cell = &shared->cells[i];
        /* acquire: pairs with the release in allocate */
        const brood__handle_class_t *cls =
            brood__handle_class(atomic_load_explicit(&cell->kind, memory_order_acquire) &
                                ~BROOD__ARENA_RETIRED);
        if (cls != NULL && cls->sweep != NULL) {
            cls->sweep(arena->segment, cell, dead);
        }
    }
}

/* Puts a mapped arena on the list. The segment's use goes over to it. */
static arena_t *arena_add(brood__segment_t *segment, int own) {
    arena_t *arena = calloc(1, sizeof *arena);
    if (arena != NULL) {
        arena->segment = segment;
        arena->own = own;
        arena->sweeper.sweep = arena_sweep;
        arena->next = arenas;
        arenas = arena;
        brood__sweeper_add(&arena->sweeper);
    }
    return arena;
}

static arena_t *arena_of(const brood__segment_t *segment) {
    arena_t *arena;
    for (arena = arenas; arena != NULL && arena->segment != segment;
         arena = arena->next) {}
    return arena;
}

static void arena_remove(arena_t *arena) {
    arena_t **link;
    for (link = &arenas; *link != arena; link = &(*link)->next) {}
    *link = arena->next;
    brood__sweeper_remove(&arena->sweeper);
    brood__segment_release(arena->segment);
    free(arena);
}

static apr_status_t record_write(arena_t *arena, uint32_t participant, uint32_t cell,
                                 uint32_t *where) {
    return brood__records_write(shared_of(arena), &arena->record_hint, participant, cell,
                                where);
}

/* Finds out which of the cells believed taken nobody holds any more. */
static void cells_scan(arena_t *arena) {
    arena->closed = (uint32_t)brood__records_untake(shared_of(arena), arena->taken);
}

static int cell_find(arena_t *arena, uint32_t *cell) {
    for (int pass = 0; pass < 2; pass++) {
        uint8_t *free_cell = memchr(arena->taken, 0, BROOD__ARENA_CELLS);
        if (free_cell != NULL) {
            *cell = (uint32_t)(free_cell - arena->taken);
            return 1;
        }
        if (arena->closed == 0) {
            return 0;
        }
        cells_scan(arena);
    }
    return 0;
}

/* An own arena with a free cell and a record that says who holds it; makes one when there is
 * none, or none with a record left. */
static apr_status_t arena_with_room(arena_t **arena, uint32_t *cell, uint32_t *record) {
    brood__segment_t *segment;
    apr_status_t rv;
    for (*arena = arenas; *arena != NULL; *arena = (*arena)->next) {
        if ((*arena)->own && cell_find(*arena, cell) &&
            record_write(*arena, brood__self_id, *cell + 1, record) == APR_SUCCESS) {
            return APR_SUCCESS;
        }
    }
    rv = brood__segment_create(&segment, BROOD__SEGMENT_ARENA, 0,
                               sizeof(brood__arena_shared_t));
    if (rv != APR_SUCCESS) {
        return rv;
    }
    *arena = arena_add(segment, 1);
    *cell = 0;
    if (*arena == NULL) {
        brood__segment_release(segment);
        return APR_ENOMEM;
    }
    return record_write(*arena, brood__self_id, 1, record); /* all of them are free */
}

static void cell_clear(brood__cell_t *cell) {
    atomic_store_explicit(&cell->word, 0, memory_order_relaxed);
    atomic_store_explicit(&cell->depth, 0, memory_order_relaxed);
    atomic_store_explicit(&cell->holder, 0, memory_order_relaxed);
    memset(&cell->own, 0, sizeof cell->own);
}

static apr_status_t allocate(brood__hold_t *hold, brood__handle_code_t kind) {
    arena_t *arena;
    uint32_t number;
    brood__cell_t *cell;
    apr_status_t rv = arena_with_room(&arena, &number, &hold->record);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    cell = &shared_of(arena)->cells[number];
    arena->taken[number] = 1;
    arena->holds++;
    /* release: nobody sweeps what the cell was; pairs with the acquire in arena_sweep */
    atomic_store_explicit(&cell->kind, BROOD__HANDLE_NONE, memory_order_release);
    cell_clear(cell);
    atomic_fetch_add_explicit(&cell->generation, 1, memory_order_relaxed);
    /* release: the cell is whole before it has a kind; pairs with the acquire in unpack */
    atomic_store_explicit(&cell->kind, (uint32_t)kind, memory_order_release);
    hold->segment = arena->segment;
    hold->cell = cell;
    return APR_SUCCESS;
}

apr_status_t brood__arena_allocate(brood__hold_t *hold, brood__handle_code_t kind) {
    apr_status_t rv = brood__session_ensure();
    memset(hold, 0, sizeof *hold);
    if (rv == APR_SUCCESS) {
        brood__guard_take(&arena_guard);
        rv = allocate(hold, kind);
        brood__guard_give(&arena_guard);
    }
    return rv;
}

apr_status_t brood__arena_hold_again(brood__hold_t *hold, const brood__hold_t *held) {
    arena_t *arena;
    apr_status_t rv = BROOD_ECLOSED;
    memset(hold, 0, sizeof *hold);
    brood__guard_take(&arena_guard);
    arena = arena_of(held->segment);
    if (arena != NULL) {
        uint32_t number = (uint32_t)(held->cell - shared_of(arena)->cells);
        rv = record_write(arena, brood__self_id, number + 1, &hold->record);
    }
    if (rv == APR_SUCCESS) {
        arena->holds++;
        hold->segment = held->segment;
        hold->cell = held->cell;
    }
    brood__guard_give(&arena_guard);
    return rv;
}

/* Only a record that is still this process's own: not the parent's after a fork, and not
 * one that another took after this process left the session. */
static void record_give_back(arena_t *arena, const brood__hold_t *hold) {
    uint32_t cell = (uint32_t)(hold->cell - shared_of(arena)->cells);
    if (brood__records_clear(shared_of(arena), hold->record, brood__self_id, cell + 1)) {
        arena->closed++;
    }
}

void brood__arena_release(brood__hold_t *hold) {
    arena_t *arena;
    if (hold->segment == NULL) {
        return;
    }
    brood__guard_take(&arena_guard);
    arena = arena_of(hold->segment);
    if (arena != NULL) {
        record_give_back(arena, hold);
        if (--arena->holds == 0) {
            arena_remove(arena);
        }
    }
    brood__guard_give(&arena_guard);
    hold->segment = NULL;
}

void brood__arena_pack(const brood__hold_t *hold, brood__parcel_t *parcel) {
    brood__parcel_put_os_handle(parcel, hold->segment->memory);
    brood__parcel_put_number(
        parcel,
        (uint64_t)(hold->cell - ((brood__arena_shared_t *)hold->segment->base)->cells));
    brood__parcel_put_number(
        parcel, atomic_load_explicit(&hold->cell->generation, memory_order_relaxed));
}

/* The arena that a segment which has just arrived is; the segment's use goes over to it. */
static arena_t *arena_arrived(brood__segment_t *segment) {
    arena_t *arena = arena_of(segment);
    if (arena != NULL) {
        brood__segment_release(segment);
        return arena;
    }
    return arena_add(segment, 0);
}

/* Whether the cell is what was sent, once the creator has made up its mind about it. */
static int is_as_sent(const brood__cell_t *cell, brood__handle_code_t kind,
                      uint64_t generation) {
    brood_os_deadline_t patience = brood__deadline(PATIENCE_US);
    for (;;) { /* ends with an unmarked cell, another's, or the patience */
        /* acquire: pairs with the release in allocate */
        uint32_t seen = atomic_load_explicit(&cell->kind, memory_order_acquire);
        if ((seen & ~BROOD__ARENA_RETIRED) != (uint32_t)kind ||
            atomic_load_explicit(&cell->generation, memory_order_relaxed) != generation) {
            return 0;
        }
        if ((seen & BROOD__ARENA_RETIRED) == 0) {
            return 1;
        }
        if (brood_os_now_ns() >= patience) {
            return 0;
        }
        brood_os_yield();
    }
}

static apr_status_t forged(uint64_t number) {
    return brood__fail(BROOD_EFORGED, "cell %llu of an arena is not what was sent",
                       (unsigned long long)number);
}

static apr_status_t hold_arrived(brood__hold_t *hold, brood__segment_t *segment,
                                 brood__handle_code_t kind, uint64_t number,
                                 uint64_t generation) {
    brood__cell_t *cell;
    apr_status_t rv;
    arena_t *arena;
    if (segment->mapped < sizeof(brood__arena_shared_t)) {
        brood__segment_release(segment);
        return brood__fail(BROOD_EFORGED, "an arena is too small to be one");
    }
    arena = arena_arrived(segment);
    if (arena == NULL) {
        brood__segment_release(segment);
        return APR_ENOMEM;
    }
    cell = number < BROOD__ARENA_CELLS ? &shared_of(arena)->cells[number] : NULL;
    rv = cell == NULL
             ? forged(number)
             : record_write(arena, brood__self_id, (uint32_t)number + 1, &hold->record);
    if (rv == APR_SUCCESS) {
        BROOD_KILL_POINT("arena.arrived");
        if (!is_as_sent(cell, kind, generation)) {
            (void)brood__records_clear(shared_of(arena), hold->record, brood__self_id,
                                       (uint32_t)number + 1);
            rv = forged(number);
        }
    }
    if (rv != APR_SUCCESS) {
        if (arena->holds == 0) {
            arena_remove(arena);
        }
        return rv;
    }
    arena->holds++;
    hold->segment = arena->segment;
    hold->cell = cell;
    return APR_SUCCESS;
}

apr_status_t brood__arena_unpack(brood__hold_t *hold, brood__handle_code_t kind,
                                 brood__parcel_t *parcel) {
    brood_os_handle_t memory;
    brood__segment_t *segment;
    uint64_t number = 0;
    uint64_t generation = 0;
    apr_status_t rv = brood__parcel_take_os_handle(parcel, &memory);
    memset(hold, 0, sizeof *hold);
    if (rv == APR_SUCCESS) {
        rv = brood__parcel_take_number(parcel, &number);
        if (rv == APR_SUCCESS) {
            rv = brood__parcel_take_number(parcel, &generation);
        }
        if (rv != APR_SUCCESS) {
            brood_os_handle_close(memory);
        } else {
            rv = brood__segment_attach(&segment, BROOD__SEGMENT_ARENA, memory);
        }
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    brood__guard_take(&arena_guard);
    rv = hold_arrived(hold, segment, kind, number, generation);
    brood__guard_give(&arena_guard);
    return rv;
}

apr_status_t brood__arena_hold_all(uint32_t participant) {
    apr_status_t rv = APR_SUCCESS;
    brood__guard_take(&arena_guard);
    for (arena_t *arena = arenas; arena != NULL && rv == APR_SUCCESS;
         arena = arena->next) {
        uint32_t where;
        rv = record_write(arena, participant, BROOD__ARENA_ALL, &where);
    }
    brood__guard_give(&arena_guard);
    return rv;
}

static void records_rename(uint32_t from, uint32_t to) {
    brood__guard_take(&arena_guard);
    for (arena_t *arena = arenas; arena != NULL; arena = arena->next) {
        brood__records_rename(shared_of(arena), from, to);
    }
    brood__guard_give(&arena_guard);
}

void brood__arena_renamed(uint32_t from, uint32_t to) {
    if (from != 0) {
        records_rename(from, to);
    }
}

void brood__arena_leave(uint32_t participant) {
    records_rename(participant, 0);
}

void brood__arena_after_fork(void) {
    brood__guard_reset(&arena_guard);
    for (arena_t *arena = arenas; arena != NULL; arena = arena->next) {
        arena->own = 0; /* the parent goes on giving out its cells */
    }
}
