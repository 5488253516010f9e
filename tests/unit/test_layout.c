/* What processes share has the same layout in every build: 64 and 32 bits, every compiler. The
 * numbers are those of docs/shared-memory-layout.md; that this file compiles is most of the test.
 * What a process does with a segment of another layout is the rest.
 *
 * Programs that were built with different versions of the library meet in one place, the doctor,
 * which puts right what the dead of other programs have left: it must not take one layout for
 * another. So the numbers belong to a version, and the test fails when they change without it. */
#include "methods.h"

#include "arena_layout.h"
#include "block_name.h"
#include "forkserver.h"
#include "notice.h"
#include "os/handle.h"
#include "participant_layout.h"
#include "payload.h"
#include "ring.h"
#include "waiter.h"
#include <string.h>

#define FREE_OF_LOCKS(kind) \
    _Static_assert(ATOMIC_##kind##_LOCK_FREE == 2, #kind " is not always lock-free")

FREE_OF_LOCKS(SHORT);
FREE_OF_LOCKS(INT);
FREE_OF_LOCKS(LONG);
FREE_OF_LOCKS(LLONG);
FREE_OF_LOCKS(POINTER);
_Static_assert(_Alignof(_Atomic uint64_t) == 8, "one that crosses lines is not atomic");

/* Each is the number, and does not compile where that is not true. */
#define HOLDS(condition)                              \
    (0 * sizeof(struct {                              \
         _Static_assert(condition, "another layout"); \
         int unused;                                  \
     }))
#define SIZE(type, size) ((size) + HOLDS(sizeof(type) == (size)))
#define AT(type, field, offset) ((offset) + HOLDS(offsetof(type, field) == (offset)))

static const size_t numbers[] = {
    SIZE(_Atomic uint32_t, 4),
    SIZE(_Atomic uint64_t, 8),
    SIZE(_Atomic int64_t, 8),

    SIZE(brood__segment_head_t, 64),
    AT(brood__segment_head_t, magic, 0),
    AT(brood__segment_head_t, version, 4),
    AT(brood__segment_head_t, byte_order, 6),
    AT(brood__segment_head_t, kind, 8),
    AT(brood__segment_head_t, head_size, 12),
    AT(brood__segment_head_t, id, 16),
    AT(brood__segment_head_t, size, 24),
    AT(brood__segment_head_t, committed, 32),

    SIZE(brood__slot_t, 64),
    AT(brood__slot_t, word, 0),
    AT(brood__slot_t, stop, 4),
    AT(brood__slot_t, pid, 8),
    AT(brood__slot_t, birth, 16),
    AT(brood__slot_t, since_us, 24),
    AT(brood__slot_t, name, 32),

    SIZE(brood__origin_t, 8),
    AT(brood__origin_t, ids, 0),

    SIZE(brood__waiter_t, 64),
    AT(brood__waiter_t, owner, 0),
    AT(brood__waiter_t, state, 4),
    AT(brood__waiter_t, segment, 8),
    AT(brood__waiter_t, offset, 16),
    AT(brood__waiter_t, ticket, 24),
    AT(brood__waiter_t, since_us, 32),
    AT(brood__waiter_t, thread, 40),
    AT(brood__waiter_t, bell, 48),

    SIZE(brood__cell_t, 64),
    AT(brood__cell_t, generation, 0),
    AT(brood__cell_t, kind, 4),
    AT(brood__cell_t, word, 8),
    AT(brood__cell_t, depth, 12),
    AT(brood__cell_t, holder, 16),
    AT(brood__cell_t, own, 24),
    AT(brood__cell_t, own.longs[1], 32),
    SIZE(brood__arena_shared_t, 64 + 64 + 8 * 4032 + 64 * 1008),
    AT(brood__arena_shared_t, arrivals, 64),
    AT(brood__arena_shared_t, records, 128),
    AT(brood__arena_shared_t, cells, 32384),

    SIZE(brood__ring_shared_t, 704),
    AT(brood__ring_shared_t, capacity, 64),
    AT(brood__ring_shared_t, data_offset, 72),
    AT(brood__ring_shared_t, payload_offset, 80),
    AT(brood__ring_shared_t, payload_size, 88),
    AT(brood__ring_shared_t, message_max, 96),
    AT(brood__ring_shared_t, max_items, 104),
    AT(brood__ring_shared_t, flags, 108),
    AT(brood__ring_shared_t, payload_count, 112),
    AT(brood__ring_shared_t, deliveries_max, 116),
    AT(brood__ring_shared_t, put_lock, 128),
    AT(brood__ring_shared_t, put_deaths, 132),
    AT(brood__ring_shared_t, head_seen, 136),
    AT(brood__ring_shared_t, put_bytes, 144),
    AT(brood__ring_shared_t, tail, 192),
    AT(brood__ring_shared_t, newest_at, 200),
    AT(brood__ring_shared_t, newest, 208),
    AT(brood__ring_shared_t, get_lock, 256),
    AT(brood__ring_shared_t, get_deaths, 260),
    AT(brood__ring_shared_t, head, 264),
    AT(brood__ring_shared_t, tail_seen, 272),
    AT(brood__ring_shared_t, get_bytes, 280),
    AT(brood__ring_shared_t, gets, 288),
    AT(brood__ring_shared_t, get_waits, 296),
    AT(brood__ring_shared_t, items, 320),
    AT(brood__ring_shared_t, bells, 324),
    AT(brood__ring_shared_t, space, 384),
    AT(brood__ring_shared_t, joined, 448),
    AT(brood__ring_shared_t, done, 452),
    AT(brood__ring_shared_t, shutdown, 456),
    AT(brood__ring_shared_t, payload_highest, 512),
    AT(brood__ring_shared_t, payload_frees, 516),
    AT(brood__ring_shared_t, returned, 520),
    AT(brood__ring_shared_t, returned_seen, 524),
    AT(brood__ring_shared_t, payload_idle, 528),
    AT(brood__ring_shared_t, look_at_ns, 536),
    AT(brood__ring_shared_t, put_waits, 544),
    AT(brood__ring_shared_t, most_items, 552),
    AT(brood__ring_shared_t, places, 556),
    AT(brood__ring_shared_t, freed, 576),
    SIZE(brood__record_t, 8),
    AT(brood__record_t, flags, 4),
    SIZE(brood__payload_t, 32),
    AT(brood__payload_t, chunk, 8),
    AT(brood__payload_t, size, 16),
    AT(brood__payload_t, until_ns, 24),

    SIZE(brood__note_t, 64),
    AT(brood__note_t, version, 4),
    AT(brood__note_t, byte_order, 6),
    AT(brood__note_t, state, 8),
    AT(brood__note_t, persistent, 12),
    AT(brood__note_t, size, 16),
    AT(brood__note_t, since, 24),
    AT(brood__note_t, owner_pid, 32),
    AT(brood__note_t, owner_birth, 40),
    AT(brood__note_t, mark, 48),

    /* What goes over a boot stream. */
    SIZE(brood__request_t, 24),
    AT(brood__request_t, how, 8),
    AT(brood__request_t, pid, 16),
    AT(brood__notice_t, kind, 4),
    AT(brood__notice_t, status, 8),
    AT(brood__notice_t, length, 12),
    AT(brood__notice_t, numbers, 16),
    AT(brood__notice_t, text, 32),
};

/* The sum of the numbers, in their order, that belongs to BROOD__SEGMENT_VERSION. Whoever changes
 * a number, or what a number means, raises the version and writes the new sum here. */
#define VERSION 4
#define SUM UINT32_C(0x68f0ec99)

/* ---- another layout ---- */

typedef void damage_fn(brood__segment_head_t *head);

static void another_magic(brood__segment_head_t *head) {
    head->magic ^= 1;
}

static void another_version(brood__segment_head_t *head) {
    head->version = 999;
}

static void another_byte_order(brood__segment_head_t *head) {
    head->byte_order = 0x0201;
}

static void a_longer_head(brood__segment_head_t *head) {
    head->head_size = 128;
}

static void another_kind(brood__segment_head_t *head) {
    head->kind = BROOD__SEGMENT_ARENA;
}

static void no_id(brood__segment_head_t *head) {
    head->id = 0;
}

static void larger_than_its_memory(brood__segment_head_t *head) {
    head->size = UINT64_C(1) << 40;
}

static void maps_more_than_it_has(brood__segment_head_t *head) {
    head->committed = head->size + 1;
}

static void maps_less_than_its_head(brood__segment_head_t *head) {
    head->committed = sizeof *head - 1;
}

/* What is too large for the address space of 32 bits is refused there, and not cut. */
static void maps_more_than_fits(brood__segment_head_t *head) {
    head->committed = (uint64_t)SIZE_MAX / 2 + 1;
    head->size = head->committed;
}

static apr_status_t attach_damaged(damage_fn *damage) {
    brood__segment_t *segment, *again;
    brood_os_handle_t memory;
    apr_status_t rv;

    assert_success(brood__segment_create(&segment, BROOD__SEGMENT_PAYLOAD, 4096, 4096));
    assert_success(brood_os_handle_duplicate(segment->memory, &memory));
    if (damage != NULL) {
        damage((brood__segment_head_t *)segment->base);
    }
    rv = brood__segment_attach(&again, BROOD__SEGMENT_PAYLOAD, memory);
    if (rv == APR_SUCCESS) {
        assert_ptr_equal(again, segment);
        brood__segment_release(again);
    } else {
        assert_null(again);
    }
    brood__segment_release(segment);
    return rv;
}

static void a_segment_of_this_layout(void **state) {
    (void)state;
    assert_success(attach_damaged(NULL));
}

static void a_segment_of_another_layout(void **state) {
    static const struct {
        damage_fn *damage;
        const char *word;
    } cases[] = {{another_magic, "magic"},
                 {another_version, "layout 999,"},
                 {another_byte_order, "byte order 201"},
                 {a_longer_head, "128"},
                 {another_kind, "kind"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_status(attach_damaged(cases[i].damage), BROOD_EMISMATCH);
        assert_detail(cases[i].word);
    }
}

static void a_segment_with_impossible_numbers(void **state) {
    static damage_fn *const cases[] = {no_id, larger_than_its_memory,
                                       maps_more_than_it_has, maps_less_than_its_head,
                                       maps_more_than_fits};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_status(attach_damaged(cases[i]), BROOD_EFORGED);
    }
}

static void another_layout_is_another_version(void **state) {
    uint32_t sum = UINT32_C(2166136261); /* FNV-1a */

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        sum = (sum ^ (uint32_t)numbers[i]) * UINT32_C(16777619);
    }
    print_message("version %d, sum 0x%08x\n", BROOD__SEGMENT_VERSION, (unsigned)sum);
    assert_int_equal(BROOD__SEGMENT_VERSION, VERSION);
    assert_int_equal(sum, SUM);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(another_layout_is_another_version),
    BROOD_TEST(a_segment_of_this_layout),
    BROOD_TEST(a_segment_of_another_layout),
    BROOD_TEST(a_segment_with_impossible_numbers),
};

int main(int argc, char **argv) {
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    return brood_test_run_once("layout", tests, sizeof tests / sizeof tests[0],
                               argc > 1 ? argv[1] : NULL);
}
