/* Handles: the head of an object, and the parcel that its parts travel in. */
#include "values_fixture.h"

#include "os/handle.h"
#include "os/stream.h"

/* ---- objects ---- */

static void a_fresh_head_is_open(void **state) {
    (void)state;
    assert_ok(brood__handle_check(&fixture.queue, "queue"));
}

static void what_is_no_object(void **state) {
    brood_handle_t wild;
    (void)state;
    assert_fails(brood__handle_check(NULL, "queue"), APR_EINVAL, "queue is NULL");
    memset(&wild, 0x5a, sizeof wild);
    assert_fails(brood__handle_check(&wild, "queue"), APR_EINVAL,
                 "queue is no object of Brood's");
}

static void a_closed_object(void **state) {
    (void)state;
    atomic_store(&fixture.lock.closed, 1);
    assert_fails(brood__handle_check(&fixture.lock, "lock"), BROOD_ECLOSED,
                 "lock: the lock has been closed");
}

static void classes_by_their_codes(void **state) {
    (void)state;
    assert_ptr_equal(brood__handle_class(BROOD__HANDLE_QUEUE), &brood__queue_class);
    assert_ptr_equal(brood__handle_class(BROOD__HANDLE_CONNECTION),
                     &brood__connection_class);
    assert_ptr_equal(brood__handle_class(BROOD__HANDLE_LOCK), &brood__lock_class);
    assert_null(brood__handle_class(0));
    assert_null(brood__handle_class(BROOD__HANDLE_CODE_END));
    assert_null(brood__handle_class(UINT32_MAX));
    for (uint32_t code = 1; code < BROOD__HANDLE_CODE_END; code++)
        assert_int_equal(brood__handle_class(code)->code, code);
}

/* ---- parcels ---- */

static brood__parcel_t *parcel(void) {
    brood__parcel_t *fresh;
    assert_ok(brood__parcel_create(&fresh, fixture.pool));
    return fresh;
}

static size_t open_handles(void) {
    brood_os_handle_t handles[1];
    size_t count;
    assert_ok(brood_os_handle_list(handles, 0, &count));
    return count;
}

/* As if `sent` had arrived in another process, with handles of its own. */
static brood__parcel_t *arrived(const brood__parcel_t *sent, apr_pool_t *pool) {
    const brood_os_handle_t *handles;
    const uint64_t *numbers;
    brood_os_handle_t copies[4];
    brood__parcel_t *fresh;
    size_t handle_count = brood__parcel_os_handles(sent, &handles);
    size_t number_count = brood__parcel_numbers(sent, &numbers);
    assert_in_range(handle_count, 0, 4);
    for (size_t i = 0; i < handle_count; i++)
        assert_ok(brood_os_handle_duplicate(handles[i], &copies[i]));
    assert_ok(
        brood__parcel_arrived(&fresh, copies, handle_count, numbers, number_count, pool));
    return fresh;
}

static void numbers_come_out_in_order(void **state) {
    uint64_t number;
    (void)state;
    brood__parcel_t *sent = parcel();
    for (uint64_t i = 0; i < 100; i++)
        brood__parcel_put_number(sent, UINT64_MAX - i);
    brood__parcel_t *received = arrived(sent, fixture.pool);
    for (uint64_t i = 0; i < 100; i++) {
        assert_ok(brood__parcel_take_number(received, &number));
        assert_true(number == UINT64_MAX - i);
    }
    assert_fails(brood__parcel_take_number(received, &number), BROOD_EENCODING,
                 "a parcel of 100 numbers has no number 101");
    assert_true(number == 0);
}

static void handles_and_numbers_come_out_in_order(void **state) {
    brood_os_handle_t pipe[2];
    brood_os_handle_t taken[3];
    const brood_os_handle_t *handles;
    uint64_t number;
    (void)state;
    assert_ok(brood_os_stream_pipe(&pipe[0], &pipe[1]));
    size_t before = open_handles();

    brood__parcel_t *sent = parcel();
    brood__parcel_put_os_handle(sent, pipe[0]);
    brood__parcel_put_number(sent, 7);
    brood__parcel_put_os_handle(sent, pipe[1]);
    brood__parcel_put_os_handle(sent, pipe[0]);
    /* the same one twice travels once */
    assert_int_equal(brood__parcel_os_handles(sent, &handles), 2);
    assert_true(handles[0] == pipe[0] && handles[1] == pipe[1]);

    brood__parcel_t *received = arrived(sent, fixture.pool);
    assert_ok(brood__parcel_take_os_handle(received, &taken[0]));
    assert_ok(brood__parcel_take_number(received, &number));
    assert_ok(brood__parcel_take_os_handle(received, &taken[1]));
    /* the first taker may have closed its own by now */
    assert_true(brood_os_handle_close(taken[0]) == BROOD_OS_NO_HANDLE);
    assert_ok(brood__parcel_take_os_handle(received, &taken[2]));
    assert_true(number == 7 && taken[2] != pipe[0] && taken[2] != BROOD_OS_NO_HANDLE);
    assert_int_equal(open_handles(), before + 2);
    (void)brood_os_handle_close(taken[1]);
    (void)brood_os_handle_close(taken[2]);
    assert_int_equal(open_handles(), before);
    (void)brood_os_handle_close(pipe[0]);
    (void)brood_os_handle_close(pipe[1]);
}

static void what_nobody_takes_is_closed_with_the_pool(void **state) {
    brood_os_handle_t pipe[2];
    brood_os_handle_t taken;
    apr_pool_t *pool;
    (void)state;
    assert_ok(brood_os_stream_pipe(&pipe[0], &pipe[1]));
    size_t before = open_handles();
    assert_ok(apr_pool_create(&pool, fixture.pool));
    brood__parcel_t *sent = parcel();
    brood__parcel_put_os_handle(sent, pipe[0]);
    brood__parcel_put_os_handle(sent, pipe[1]);
    brood__parcel_t *received = arrived(sent, pool);
    assert_int_equal(open_handles(), before + 2);
    assert_ok(brood__parcel_take_os_handle(received, &taken));
    apr_pool_destroy(pool);
    assert_int_equal(open_handles(), before + 1);
    (void)brood_os_handle_close(taken);
    (void)brood_os_handle_close(pipe[0]);
    (void)brood_os_handle_close(pipe[1]);
}

static void a_parcel_that_did_not_travel_gives_duplicates(void **state) {
    brood_os_handle_t pipe[2];
    brood_os_handle_t taken;
    (void)state;
    assert_ok(brood_os_stream_pipe(&pipe[0], &pipe[1]));
    brood__parcel_t *local = parcel();
    brood__parcel_put_os_handle(local, pipe[0]);
    assert_ok(brood__parcel_take_os_handle(local, &taken));
    assert_true(taken != pipe[0]);
    (void)brood_os_handle_close(taken);
    (void)brood_os_handle_close(pipe[0]);
    (void)brood_os_handle_close(pipe[1]);
}

/* ---- hostile parcels ---- */

static void handles_that_are_not_there(void **state) {
    const uint64_t numbers[] = {0, UINT64_MAX, UINT64_C(1) << 33};
    brood__parcel_t *received;
    brood_os_handle_t taken;
    (void)state;
    assert_ok(brood__parcel_arrived(&received, NULL, 0, numbers, 3, fixture.pool));
    assert_fails(brood__parcel_take_os_handle(received, &taken), BROOD_EENCODING,
                 "a parcel of 0 handles has no handle 1");
    assert_fails(brood__parcel_take_os_handle(received, &taken), BROOD_EENCODING,
                 "a parcel of 0 handles has no handle 9223372036854775808");
    assert_int_equal(brood__parcel_take_os_handle(received, &taken), BROOD_EENCODING);
    assert_int_equal(brood__parcel_take_os_handle(received, &taken), BROOD_EENCODING);
    assert_true(taken == BROOD_OS_NO_HANDLE);
}

static void a_handle_after_its_last_mention(void **state) {
    const uint64_t numbers[] = {0, 0, 1};
    brood__parcel_t *received;
    brood_os_handle_t pipe[2];
    brood_os_handle_t taken;
    (void)state;
    assert_ok(brood_os_stream_pipe(&pipe[0], &pipe[1]));
    assert_ok(brood__parcel_arrived(&received, &pipe[0], 1, numbers, 3, fixture.pool));
    assert_ok(brood__parcel_take_os_handle(received, &taken));
    assert_true(taken == pipe[0]);
    for (int i = 0; i < 2; i++) {
        assert_fails(brood__parcel_take_os_handle(received, &taken), BROOD_EENCODING,
                     "handle 1 of a parcel was taken before");
        assert_true(taken == BROOD_OS_NO_HANDLE);
    }
    (void)brood_os_handle_close(pipe[0]);
    (void)brood_os_handle_close(pipe[1]);
}

static void more_than_can_be_counted(void **state) {
    brood__parcel_t *received;
    (void)state;
    assert_int_equal(brood__parcel_arrived(&received, NULL, (size_t)INT32_MAX + 1, NULL,
                                           0, fixture.pool),
                     BROOD_EENCODING);
    assert_null(received);
}

static int run(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_fresh_head_is_open),
        TEST(what_is_no_object),
        TEST(a_closed_object),
        TEST(classes_by_their_codes),
        TEST(numbers_come_out_in_order),
        TEST(handles_and_numbers_come_out_in_order),
        TEST(what_nobody_takes_is_closed_with_the_pool),
        TEST(a_parcel_that_did_not_travel_gives_duplicates),
        TEST(handles_that_are_not_there),
        TEST(a_handle_after_its_last_mention),
        TEST(more_than_can_be_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void) {
    return run_with_apr(run);
}
