/* Many locks: what ten thousand of them cost, and that each is a lock of its own. */
#include "methods.h"

#include "arena_layout.h"
#include "ledger.h"
#include <string.h>

#define MANY 10000
#define LATE (20 * 1000000)

/* Counts what the process holds of the kernel: descriptors or handles, and mappings. */
static void count_one(void *page, const char *format, ...) {
    (void)format;
    ++*(unsigned *)page;
}

static unsigned things_held(void) {
    unsigned count = 0;
    brood_test_ledger_read(count_one, &count);
    return count;
}

static void ten_thousand_cost_a_few_descriptors(void **state) {
    brood_test_t *test = *state;
    unsigned before = things_held();
    brood_lock_t *lock;
    for (int i = 0; i < MANY; i++) {
        assert_success(brood_lock_create(&lock, test->pool));
        assert_success(brood_lock_acquire(lock, 0));
    }
    /* An arena is one descriptor and one mapping; the session may be new, too. */
    assert_true(things_held() - before <= 2 * (MANY / BROOD__ARENA_CELLS + 1) + 4);
    assert_true(sizeof(brood__arena_shared_t) / BROOD__ARENA_CELLS < 100);
}

static void each_is_a_lock_of_its_own(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *locks[3 * BROOD__ARENA_CELLS];
    size_t count = sizeof locks / sizeof locks[0];
    for (size_t i = 0; i < count; i++) {
        assert_success(brood_lock_create(&locks[i], test->pool));
    }
    for (size_t i = 0; i < count; i += 2) {
        assert_success(brood_lock_acquire(locks[i], 0));
    }
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(brood_lock_locked(locks[i]), i % 2 == 0);
    }
}

static int use_three(const brood_values_t *state, apr_pool_t *pool) {
    brood_lock_t *first, *middle, *last;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &first, &middle, &last));
    CHILD_STATUS(brood_lock_acquire(first, 0), APR_TIMEUP);
    CHILD_OK(brood_lock_acquire(middle, LATE));
    CHILD_OK(brood_lock_release(middle));
    CHILD_OK(brood_lock_acquire(last, LATE));
    return 0;
}

static void they_travel_from_several_arenas(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *locks[3 * BROOD__ARENA_CELLS];
    size_t count = sizeof locks / sizeof locks[0];
    brood_process_t *child;
    for (size_t i = 0; i < count; i++) {
        assert_success(brood_lock_create(&locks[i], test->pool));
    }
    assert_success(brood_lock_acquire(locks[0], 0));
    child = brood_test_start(
        use_three, BROOD_ARGS(locks[0], locks[count / 2], locks[count - 1]), test);
    brood_test_join(child, 0);
    assert_status(brood_lock_acquire(locks[count - 1], LATE), BROOD_EOWNERDEAD);
}

/* A cell is given out again when nobody holds it, and not while somebody does. */
static void cells_are_used_again(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *kept;
    unsigned before;
    assert_success(brood_lock_create(&kept, test->pool));
    assert_success(brood_lock_acquire(kept, 0));
    before = things_held();
    for (int i = 0; i < MANY; i++) {
        brood_lock_t *lock;
        assert_success(brood_lock_create(&lock, test->pool));
        assert_success(brood_lock_acquire(lock, 0));
        assert_success(brood_lock_release(lock));
        assert_success(brood_lock_close(lock));
    }
    assert_true(brood_lock_locked(kept));
    assert_true(things_held() <= before + 2);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(ten_thousand_cost_a_few_descriptors),
    BROOD_TEST(each_is_a_lock_of_its_own),
    BROOD_TEST(they_travel_from_several_arenas),
    BROOD_TEST(cells_are_used_again),
};
BROOD_TEST_MAIN(tests)
