/* Reports: which objects there are, and who holds them. */
#include "doctor_report.h"

#include "lockword.h"
#include "semaphore_owned.h"
#include <stdio.h>
#include <string.h>

/* As semaphore.c and semaphore_owned.c have it. */
#define SEMAPHORE_CEILING \
    1 /* own.words[1], with the top bit for permits that know holders */
#define SEMAPHORE_OWNED 0x80000000u
#define PERMIT_HOLDER(slot) ((uint32_t)(slot)&BROOD__ID_MASK)

int brood__kind_has_lock(uint32_t kind) {
    switch (kind) {
    case BROOD__HANDLE_LOCK:
    case BROOD__HANDLE_RLOCK:
    case BROOD__HANDLE_CONDITION:
    case BROOD__HANDLE_SHARED_VALUE:
    case BROOD__HANDLE_SHARED_ARRAY: return 1;
    default: return 0;
    }
}

/* ---- holds ---- */

brood_doctor_hold_t *brood__report_hold(brood__report_t *report, uint32_t id,
                                        const char *what, const char *object) {
    brood_doctor_hold_t *hold = apr_array_push(report->holds);
    memset(hold, 0, sizeof *hold);
    hold->process = brood__report_process(report, id);
    hold->what = what;
    hold->depth = 1;
    memcpy(hold->object, object, sizeof hold->object);
    report->stale += !hold->process.is_alive;
    return hold;
}

uint32_t brood__report_owner(uint32_t word) {
    uint32_t owner = word & BROOD__LOCK_OWNER;
    return owner == BROOD__LOCK_LOST ? 0 : owner;
}

static void lock_hold_add(brood__report_t *report, uint32_t *hold_of,
                          const brood__cell_t *cell, const char *object) {
    uint32_t owner =
        brood__report_owner(atomic_load_explicit(&cell->word, memory_order_relaxed));
    uint64_t holder = atomic_load_explicit(&cell->holder, memory_order_relaxed);
    uint32_t depth = atomic_load_explicit(&cell->depth, memory_order_relaxed);
    brood_doctor_hold_t *hold;
    if (owner == 0) {
        return;
    }
    *hold_of = (uint32_t)report->holds->nelts;
    hold = brood__report_hold(report, owner, "lock", object);
    if (holder >> 32 == owner) {
        hold->thread = (uint32_t)holder;
        hold->depth = depth == 0 ? 1 : depth;
    }
}

/* Of two tenants of one slot, of which one must be dead and forgotten, the first is listed. */
void brood__report_count(brood__report_holders_t *holders, uint32_t id) {
    uint32_t slot = BROOD__ID_SLOT(id);
    holders->ids[slot] = holders->ids[slot] == 0 ? id : holders->ids[slot];
    holders->counts[slot] += id != 0 && holders->ids[slot] == id;
}

void brood__report_holders(brood__report_t *report,
                           const brood__report_holders_t *holders, const char *what,
                           const char *object) {
    for (uint32_t slot = 0; slot <= BROOD__SLOTS; slot++) {
        if (holders->counts[slot] != 0) {
            brood__report_hold(report, holders->ids[slot], what, object)->depth =
                holders->counts[slot];
        }
    }
}

static void permits_add(brood__report_t *report, const _Atomic uint64_t *slots,
                        size_t count, const char *object) {
    brood__report_holders_t holders = {{0}, {0}};
    for (size_t i = 0; i < count; i++) {
        brood__report_count(&holders, PERMIT_HOLDER(atomic_load_explicit(
                                          &slots[i], memory_order_relaxed)));
    }
    brood__report_holders(report, &holders, "permit", object);
}

static void semaphore_holds_add(brood__report_t *report, const brood__cell_t *cell,
                                const char *object) {
    uint32_t ceiling =
        atomic_load_explicit(&cell->own.words[SEMAPHORE_CEILING], memory_order_relaxed);
    uint32_t count = ceiling & ~SEMAPHORE_OWNED;
    uint64_t payload = atomic_load_explicit(&cell->own.longs[1], memory_order_relaxed);
    if ((ceiling & SEMAPHORE_OWNED) == 0) {
        return;
    }
    if (count <= BROOD__PERMITS_INLINE) {
        permits_add(report, &cell->own.longs[1], count, object);
        return;
    }
    for (size_t i = 0; i < report->reading->payload_count; i++) {
        const brood__read_payload_t *read = &report->reading->payloads[i];
        if (read->id == payload) {
            permits_add(report, read->words, count < read->count ? count : read->count,
                        object);
            return;
        }
    }
}

/* ---- objects ---- */

/* How many handles each cell has: those of one cell, and those of all. */
static void handles_count(const brood__arena_shared_t *shared,
                          uint32_t handles[BROOD__ARENA_CELLS]) {
    uint32_t all = 0;
    memset(handles, 0, sizeof(uint32_t) * BROOD__ARENA_CELLS);
    for (uint32_t i = 0; i < BROOD__ARENA_RECORDS; i++) {
        uint64_t record = atomic_load_explicit(&shared->records[i], memory_order_relaxed);
        uint32_t held = BROOD__ARENA_HELD(record);
        if (record != 0 && held == BROOD__ARENA_ALL) {
            all++;
        } else if (record != 0 && held >= 1 && held <= BROOD__ARENA_CELLS) {
            handles[held - 1]++;
        }
    }
    for (uint32_t i = 0; i < BROOD__ARENA_CELLS; i++) {
        handles[i] += handles[i] != 0 ? all : 0;
    }
}

static void semaphore_state(char state[32], const brood__cell_t *cell) {
    uint32_t ceiling =
        atomic_load_explicit(&cell->own.words[SEMAPHORE_CEILING], memory_order_relaxed);
    uint32_t word = atomic_load_explicit(&cell->word, memory_order_relaxed);
    if ((ceiling & SEMAPHORE_OWNED) == 0) {
        (void)snprintf(state, 32, "%lu free", (unsigned long)word);
    } else {
        (void)snprintf(state, 32, "%lu permits",
                       (unsigned long)(ceiling & ~SEMAPHORE_OWNED));
    }
}

static const char *lock_state(uint32_t word) {
    return (word & BROOD__LOCK_OWNER) == BROOD__LOCK_LOST ? "lost"
           : brood__report_owner(word) != 0               ? "held"
           : word & BROOD__LOCK_DIED                      ? "its owner died"
                                                          : "free";
}

static void cell_state(char state[32], uint32_t kind, const brood__cell_t *cell) {
    uint32_t word = atomic_load_explicit(&cell->word, memory_order_relaxed);
    switch (kind) {
    case BROOD__HANDLE_SEMAPHORE: semaphore_state(state, cell); break;
    case BROOD__HANDLE_EVENT:
        (void)snprintf(state, 32, "%s", (word & 1u) != 0 ? "set" : "not set");
        break;
    default:
        if (brood__kind_has_lock(kind)) {
            (void)snprintf(state, 32, "%s", lock_state(word));
        }
        break;
    }
}

static void cell_add(brood__report_t *report, size_t arena, uint32_t number,
                     uint32_t handles) {
    const brood__read_arena_t *read = &report->reading->arenas[arena];
    const brood__cell_t *cell = &read->shared->cells[number];
    uint32_t kind = atomic_load_explicit(&cell->kind, memory_order_relaxed);
    const brood__handle_class_t *cls = brood__handle_class(kind);
    brood_doctor_object_t *object;
    if (cls == NULL || handles == 0) {
        return;
    }
    object = apr_array_push(report->objects);
    memset(object, 0, sizeof *object);
    brood__object_name(object->name, cls->name, read->id, number);
    object->segment = read->id;
    object->cell = number;
    object->handles = handles;
    object->kind = cls->name;
    cell_state(object->state, kind, cell);
    if (brood__kind_has_lock(kind)) {
        lock_hold_add(report, &report->hold_of[arena][number], cell, object->name);
    } else if (kind == BROOD__HANDLE_SEMAPHORE) {
        semaphore_holds_add(report, cell, object->name);
    }
}

static void arena_add(brood__report_t *report, size_t arena) {
    uint32_t handles[BROOD__ARENA_CELLS];
    report->hold_of[arena] = apr_palloc(report->pool, sizeof handles);
    memset(report->hold_of[arena], 0xff, sizeof handles); /* BROOD__NO_HOLD */
    handles_count(report->reading->arenas[arena].shared, handles);
    for (uint32_t number = 0; number < BROOD__ARENA_CELLS; number++) {
        cell_add(report, arena, number, handles[number]);
    }
}

void brood__report_objects(brood__report_t *report) {
    for (size_t i = 0; i < report->reading->arena_count; i++) {
        arena_add(report, i);
    }
}
