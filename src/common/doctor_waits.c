/* Reports: who waits, for what. */
#include "doctor_report.h"

#include <stdio.h>
#include <string.h>

#define STATE(word) ((word)&BROOD__WAITER_STATE)

/* What a wait is for. */
typedef struct target_t {
    const char *what;
    uint32_t hold;   /* who is in its way; BROOD__NO_HOLD: nobody, or nobody alone */
    uint64_t holder; /* which thread that is; 0: not known */
} target_t;

static const char *cell_what(uint32_t kind, uint64_t within) {
    int is_word = within == offsetof(brood__cell_t, word);
    switch (kind) {
    case BROOD__HANDLE_SEMAPHORE: return "permit";
    case BROOD__HANDLE_CONDITION: return is_word ? "lock" : "notification";
    case BROOD__HANDLE_EVENT: return "event";
    case BROOD__HANDLE_BARRIER: return "others";
    default: return is_word && brood__kind_has_lock(kind) ? "lock" : "change";
    }
}

/* The lock in a cell, and the thread that holds it. */
static void cell_holder(const brood__report_t *report, size_t arena, uint32_t number,
                        target_t *target) {
    const brood__cell_t *cell = &report->reading->arenas[arena].shared->cells[number];
    uint32_t hold = report->hold_of[arena][number];
    const brood_doctor_hold_t *known;
    if (strcmp(target->what, "lock") != 0 || hold == BROOD__NO_HOLD) {
        return;
    }
    known = &APR_ARRAY_IDX(report->holds, (int)hold, brood_doctor_hold_t);
    target->hold = hold;
    if (known->thread != 0 && known->process.is_alive) {
        target->holder = atomic_load_explicit(&cell->holder, memory_order_relaxed);
    }
}

static int cell_target(const brood__report_t *report, const brood__wait_key_t *key,
                       target_t *target, char name[BROOD_DOCTOR_OBJECT_SIZE]) {
    const uint64_t cells = offsetof(brood__arena_shared_t, cells);
    for (size_t i = 0; i < report->reading->arena_count; i++) {
        const brood__read_arena_t *arena = &report->reading->arenas[i];
        uint64_t number = (key->offset - cells) / sizeof(brood__cell_t);
        const brood__handle_class_t *cls;
        uint32_t kind;
        if (arena->id != key->segment || key->offset < cells ||
            number >= BROOD__ARENA_CELLS) {
            continue;
        }
        kind = atomic_load_explicit(&arena->shared->cells[number].kind,
                                    memory_order_relaxed);
        cls = brood__handle_class(kind);
        if (cls == NULL) {
            return 0;
        }
        brood__object_name(name, cls->name, arena->id, (uint32_t)number);
        target->what = cell_what(kind, (key->offset - cells) % sizeof(brood__cell_t));
        cell_holder(report, i, (uint32_t)number, target);
        return 1;
    }
    return 0;
}

static int ring_target(const brood__report_t *report, const brood__wait_key_t *key,
                       target_t *target, char name[BROOD_DOCTOR_OBJECT_SIZE]) {
    for (size_t i = 0; i < report->reading->ring_count; i++) {
        if (report->reading->rings[i].id == key->segment) {
            brood__object_name(name, "queue", key->segment, UINT32_MAX);
            target->what =
                key->offset == offsetof(brood__ring_shared_t, items)      ? "message"
                : key->offset == offsetof(brood__ring_shared_t, space)    ? "room"
                : key->offset == offsetof(brood__ring_shared_t, places)   ? "room"
                : key->offset == offsetof(brood__ring_shared_t, put_lock) ? "turn to put"
                : key->offset == offsetof(brood__ring_shared_t, get_lock) ? "turn to get"
                                                                          : "change";
            return 1;
        }
    }
    return 0;
}

static void wait_add(brood__report_t *report, brood__wait_key_t *key,
                     const brood__waiter_t *record) {
    target_t target = {"change", BROOD__NO_HOLD, 0};
    brood_doctor_wait_t *wait = apr_array_push(report->waits);
    memset(wait, 0, sizeof *wait);
    wait->process = brood__report_process(report, key->owner);
    wait->thread = key->thread;
    wait->since = atomic_load_explicit(&record->since_us, memory_order_relaxed);
    if (!cell_target(report, key, &target, wait->object) &&
        !ring_target(report, key, &target, wait->object)) {
        (void)snprintf(wait->object, sizeof wait->object, "segment %08lx+%lu",
                       (unsigned long)(uint32_t)key->segment, (unsigned long)key->offset);
    }
    wait->what = target.what;
    report->stale += !wait->process.is_alive;
    if (target.hold != BROOD__NO_HOLD && target.holder != 0 && wait->process.is_alive) {
        key->hold = target.hold;
        key->holder = target.holder;
        key->wait = (uint32_t)report->waits->nelts - 1;
        APR_ARRAY_PUSH(report->keys, brood__wait_key_t) = *key;
    }
}

void brood__report_waits(brood__report_t *report) {
    for (uint32_t i = 0; i < report->reading->waiter_count; i++) {
        const brood__waiter_t *record = &report->reading->waiters[i];
        brood__wait_key_t key;
        memset(&key, 0, sizeof key);
        key.record = i;
        key.owner = atomic_load_explicit(&record->owner, memory_order_relaxed);
        key.state = atomic_load_explicit(&record->state, memory_order_relaxed);
        key.thread = atomic_load_explicit(&record->thread, memory_order_relaxed);
        key.segment = atomic_load_explicit(&record->segment, memory_order_relaxed);
        key.offset = atomic_load_explicit(&record->offset, memory_order_relaxed);
        if (key.owner != 0 && STATE(key.state) == BROOD__WAITER_WAITING) {
            wait_add(report, &key, record);
        }
    }
}
