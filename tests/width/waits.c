/* Both widths: conditions, events, and shared numbers. */
#include "peers.h"

#define TURNS 1000
#define ADDITIONS 20000
#define ITEMS 100u

/* ---- what the two do together -------------------------------------------------------- */

/* The turn is an even number for the first process and an odd one for the peer. */
static int take_turns(brood_condition_t *condition, brood_shared_value_t *turn, int odd) {
    int i;

    for (i = 0; i < TURNS; i++) {
        int64_t now;

        CHILD_OK(brood_condition_acquire(condition, WIDTH_LATE));
        CHILD_OK(brood_shared_value_load(turn, &now));
        while ((now & 1) != odd) { /* ends when the other has had its turn */
            CHILD_OK(brood_condition_wait(condition, WIDTH_LATE));
            CHILD_OK(brood_shared_value_load(turn, &now));
        }
        CHILD_OK(brood_shared_value_store(turn, now + 1));
        CHILD_OK(brood_condition_notify(condition, 1, NULL));
        CHILD_OK(brood_condition_release(condition));
    }
    return 0;
}

/* To a value in one step, to one under its lock, and to all items of an array. */
static int add(brood_shared_value_t *atomic, brood_shared_value_t *locked,
               brood_shared_array_t *array) {
    int i;

    for (i = 0; i < ADDITIONS; i++) {
        double sum;
        int64_t old;
        size_t at = (size_t)i % ITEMS;

        CHILD_OK(brood_shared_value_fetch_add(atomic, -3, &old));
        CHILD_OK(brood_shared_value_acquire(locked, WIDTH_LATE));
        CHILD_OK(brood_shared_value_get_double(locked, &sum, WIDTH_LATE));
        CHILD_OK(brood_shared_value_set_double(locked, sum + 0.5, WIDTH_LATE));
        CHILD_OK(brood_shared_value_release(locked));
        CHILD_OK(brood_shared_array_acquire(array, WIDTH_LATE));
        CHILD_OK(brood_shared_array_get_int(array, at, &old, WIDTH_LATE));
        CHILD_OK(brood_shared_array_set_int(array, at, old + 1, WIDTH_LATE));
        CHILD_OK(brood_shared_array_release(array));
    }
    return 0;
}

/* ---- the peer's side ----------------------------------------------------------------- */

int width_peer_waits(const brood_values_t *args, apr_pool_t *pool) {
    brood_condition_t *condition;
    brood_event_t *begin, *done;
    brood_shared_value_t *turn;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(args, &condition, &turn, &begin, &done));
    CHILD_OK(brood_event_wait(begin, WIDTH_LATE));
    CHILD_CHECK(take_turns(condition, turn, 1) == 0);
    CHILD_OK(brood_event_set(done));
    return 0;
}

int width_peer_adds(const brood_values_t *args, apr_pool_t *pool) {
    brood_shared_value_t *atomic, *locked;
    brood_shared_array_t *array;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(args, &atomic, &locked, &array));
    CHILD_CHECK(brood_shared_array_length(array) == ITEMS);
    return add(atomic, locked, array);
}

/* ---- the first process --------------------------------------------------------------- */

void width_they_wait_for_each_other(void **state) {
    brood_test_t *test = *state;
    brood_condition_t *condition;
    brood_event_t *begin, *done;
    brood_shared_value_t *turn;
    brood_process_t *peer;
    int64_t turns;

    assert_success(brood_condition_create(&condition, test->pool));
    assert_success(brood_event_create(&begin, test->pool));
    assert_success(brood_event_create(&done, test->pool));
    assert_success(brood_shared_value_create(&turn, 'q', NULL, test->pool));
    peer = width_start(WIDTH_WAITS, BROOD_ARGS(condition, turn, begin, done), test);
    assert_success(brood_event_set(begin));
    assert_int_equal(take_turns(condition, turn, 0), 0);
    assert_success(brood_event_wait(done, WIDTH_LATE));
    brood_test_join(peer, 0);
    assert_success(brood_shared_value_load(turn, &turns));
    assert_int_equal(turns, 2 * TURNS);
}

void width_both_add_to_values(void **state) {
    brood_test_t *test = *state;
    brood_shared_value_t *atomic, *locked;
    brood_shared_array_t *array;
    brood_process_t *peer;
    int64_t number;
    double sum;
    size_t i;

    assert_success(brood_shared_value_create(&atomic, 'l', NULL, test->pool));
    assert_success(brood_shared_value_create(&locked, 'd', NULL, test->pool));
    assert_success(brood_shared_array_create(&array, 'i', ITEMS, NULL, test->pool));
    assert_success(brood_shared_value_store(atomic, INT64_C(1) << 40));
    peer = width_start(WIDTH_ADDS, BROOD_ARGS(atomic, locked, array), test);
    assert_int_equal(add(atomic, locked, array), 0);
    brood_test_join(peer, 0);
    assert_success(brood_shared_value_load(atomic, &number));
    assert_true(number == (INT64_C(1) << 40) - 2 * 3 * ADDITIONS);
    assert_success(brood_shared_value_get_double(locked, &sum, WIDTH_LATE));
    assert_true(sum > ADDITIONS - 0.25 && sum < ADDITIONS + 0.25);
    for (i = 0; i < ITEMS; i++) {
        assert_success(brood_shared_array_get_int(array, i, &number, WIDTH_LATE));
        assert_int_equal(number, 2 * ADDITIONS / ITEMS);
    }
}
