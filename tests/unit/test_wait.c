/* Waiting for queues, connections and processes at once. */
#include "queues.h"

#include "os/fault.h"
#include "waiting.h"
#include <apr_strings.h>
#include <string.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

#define QUEUE(queue) ((brood_wait_item_t)BROOD_WAIT_QUEUE(queue))
#define CONNECTION(connection) ((brood_wait_item_t)BROOD_WAIT_CONNECTION(connection))
#define PROCESS(process) ((brood_wait_item_t)BROOD_WAIT_PROCESS(process))

static brood_queue_t *make_queue(brood_test_t *test, uint32_t flags) {
    return brood_test_queue(test, .flags = flags);
}

static void assert_ready(brood_wait_item_t *items, size_t count, size_t wanted) {
    size_t ready = 99;
    assert_success(brood_wait(items, count, LATE, &ready));
    assert_int_equal(ready, wanted);
}

static void assert_none(brood_wait_item_t *items, size_t count,
                        apr_interval_time_t time) {
    size_t ready = 99;
    assert_status(brood_wait(items, count, time, &ready), APR_TIMEUP);
    assert_int_equal(ready, 0);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(items[i].ready, 0);
    }
}

static apr_status_t take_byte(brood_queue_t *queue) {
    char byte;
    size_t size;
    return brood_queue_get_bytes(queue, &byte, 1, &size, 0);
}

/* ---- what is ready ------------------------------------------------------------------ */

static void a_queue_is_ready_while_there_is_a_message(void **state) {
    brood_queue_t *queue = make_queue(*state, 0);
    brood_wait_item_t item = QUEUE(queue);
    assert_none(&item, 1, 0);
    assert_none(&item, 1, SOON);
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    assert_ready(&item, 1, 1);
    assert_ready(&item, 1, 1); /* nobody has taken it */
    assert_int_equal(item.ready, 1);
    assert_success(take_byte(queue));
    assert_none(&item, 1, SOON);
}

static void a_large_message_is_a_message(void **state) {
    static char large[300000];
    brood_queue_t *queue = make_queue(*state, 0);
    brood_wait_item_t item = QUEUE(queue);
    size_t size;
    assert_success(brood_queue_put_bytes(queue, large, sizeof large, 0));
    assert_ready(&item, 1, 1);
    assert_success(brood_queue_get_bytes(queue, large, sizeof large, &size, 0));
    assert_none(&item, 1, 0);
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    assert_ready(&item, 1, 1);
}

static void a_queue_that_is_shut_is_ready(void **state) {
    brood_queue_t *queue = make_queue(*state, 0);
    brood_wait_item_t item = QUEUE(queue);
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    assert_success(brood_queue_shutdown(queue, 0, LATE));
    assert_ready(&item, 1, 1);
    assert_success(take_byte(queue));
    assert_ready(&item, 1, 1);
    assert_status(take_byte(queue), APR_EOF);
}

static void a_connection_is_ready_for_a_message_and_at_the_end(void **state) {
    brood_test_t *test = *state;
    brood_connection_t *one, *other;
    char byte;
    size_t size;
    assert_success(brood_pipe_create(&one, &other, 1, test->pool));
    brood_wait_item_t items[] = {BROOD_WAIT_CONNECTION(one),
                                 BROOD_WAIT_CONNECTION(other)};
    assert_none(items, 2, 0);
    assert_none(items, 2, SOON);
    assert_success(brood_connection_send_bytes(one, "a", 1, LATE));
    assert_ready(items, 2, 1);
    assert_int_equal(items[1].ready, 1);
    assert_success(brood_connection_recv_bytes_into(other, &byte, 1, &size, LATE));
    assert_none(items, 2, 0);
    assert_success(brood_connection_close(one));
    assert_ready(items + 1, 1, 1);
    assert_status(brood_connection_recv_bytes_into(other, &byte, 1, &size, 0), APR_EOF);
}

/* What was too large for the caller has left the stream and is the next message all the same. */
static void what_the_connection_has_read_is_ready(void **state) {
    brood_test_t *test = *state;
    brood_connection_t *reader, *writer;
    char bytes[8];
    size_t size;
    assert_success(brood_pipe_create(&reader, &writer, 0, test->pool));
    brood_wait_item_t item = CONNECTION(reader);
    assert_success(brood_connection_send_bytes(writer, "", 0, LATE));
    assert_ready(&item, 1, 1);
    assert_success(brood_connection_recv_bytes_into(reader, bytes, 8, &size, LATE));
    assert_none(&item, 1, 0);
    assert_success(brood_connection_send_bytes(writer, "abcdef", 6, LATE));
    assert_status(brood_connection_recv_bytes_into(reader, bytes, 1, &size, LATE),
                  BROOD_ETOOBIG);
    assert_ready(&item, 1, 1);
    assert_success(brood_connection_recv_bytes_into(reader, bytes, 8, &size, LATE));
    assert_int_equal(size, 6);
}

/* Until a message comes. */
static int stay(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    char byte;
    size_t size;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_queue_get_bytes(queue, &byte, 1, &size, LATE));
    return 5;
}

static void a_process_is_ready_when_it_has_ended(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test, 0);
    brood_process_t *process = brood_test_start(stay, BROOD_ARGS(queue), test);
    brood_wait_item_t item = PROCESS(process);
    assert_none(&item, 1, 0);
    assert_none(&item, 1, SOON);
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    assert_ready(&item, 1, 1);
    assert_ready(&item, 1, 1);
    brood_test_join(process, 5); /* its code has not been lost */
    assert_ready(&item, 1, 1);
    assert_success(brood_process_close(process));
    assert_status(brood_wait(&item, 1, 0, NULL), BROOD_ECLOSED);
}

static void a_killed_process_is_ready(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test, 0);
    brood_queue_t *silent = make_queue(test, 0);
    brood_process_t *process = brood_test_start(stay, BROOD_ARGS(queue), test);
    brood_wait_item_t items[] = {BROOD_WAIT_QUEUE(silent), BROOD_WAIT_PROCESS(process)};
    assert_none(items, 2, SOON);
    assert_success(brood_process_kill(process));
    assert_ready(items, 2, 1);
    assert_int_equal(items[0].ready, 0);
    assert_int_equal(items[1].ready, 1);
    brood_test_join(process, -9);
}

static void all_that_are_ready_are_marked(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test, 0);
    brood_queue_t *other = make_queue(test, 0);
    brood_connection_t *reader, *writer;
    brood_process_t *process = brood_test_start(stay, BROOD_ARGS(queue), test);
    assert_success(brood_pipe_create(&reader, &writer, 0, test->pool));
    brood_wait_item_t items[] = {BROOD_WAIT_PROCESS(process), BROOD_WAIT_QUEUE(other),
                                 BROOD_WAIT_CONNECTION(reader), BROOD_WAIT_QUEUE(queue)};
    assert_none(items, 4, SOON);
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    assert_ready(items, 1, 1);
    assert_success(brood_queue_put_bytes(queue, "b", 1, 0));
    assert_success(brood_connection_send_bytes(writer, "c", 1, LATE));
    assert_ready(items, 4, 3);
    assert_int_equal(items[0].ready, 1);
    assert_int_equal(items[1].ready, 0);
    assert_int_equal(items[2].ready, 1);
    assert_int_equal(items[3].ready, 1);
    brood_test_join(process, 5);
}

#define SAME 70 /* more than a system may wait for at once */
#define PIPES 40

static void many_things_and_the_same_ones_twice(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test, 0);
    brood_queue_t *mine = make_queue(test, 0);
    brood_process_t *process = brood_test_start(stay, BROOD_ARGS(queue), test);
    brood_connection_t *writer = NULL;
    brood_wait_item_t items[SAME + PIPES + 2];
    size_t count = 0;
    while (count < SAME) {
        items[count++] = PROCESS(process);
    }
    while (count < SAME + PIPES) {
        brood_connection_t *reader;
        assert_success(brood_pipe_create(&reader, &writer, 0, test->pool));
        items[count++] = CONNECTION(reader);
    }
    items[count++] = QUEUE(mine);
    items[count++] = QUEUE(mine);
    assert_none(items, count, SOON);
    assert_success(brood_connection_send_bytes(writer, "a", 1, LATE));
    assert_ready(items, count, 1);
    assert_int_equal(items[SAME + PIPES - 1].ready, 1);
    assert_success(brood_queue_put_bytes(mine, "b", 1, 0));
    assert_ready(items, count, 3);
    assert_success(brood_queue_put_bytes(queue, "c", 1, 0));
    assert_ready(items, 1, 1); /* it may end between one look and the next */
    assert_ready(items, SAME, SAME);
    brood_test_join(process, 5);
}

/* When somebody sleeps at the second: a message for the first. */
static int put_when_awaited(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue, *awaited;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue, &awaited));
    CHILD_CHECK(brood_test_await_waiters(awaited, 1));
    CHILD_OK(brood_queue_put_bytes(queue, "a", 1, 0));
    return 0;
}

#define CROWD 3000 /* more than a session keeps records for */

static void a_crowd_of_queues(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test, 0);
    brood_queue_t *first = make_queue(test, 0);
    brood_wait_item_t *items = apr_palloc(test->pool, CROWD * sizeof *items);
    brood_process_t *process =
        brood_test_start(put_when_awaited, BROOD_ARGS(queue, first), test);
    for (size_t i = 0; i < CROWD; i++) {
        items[i] = i == 0 ? QUEUE(first) : QUEUE(queue);
    }
    assert_success(
        brood_wait(items, CROWD, LATE, NULL)); /* it may come between two looks */
    assert_ready(items, CROWD, CROWD - 1);
    assert_int_equal(items[0].ready, 0);
    brood_test_join(process, 0);
}

#ifdef BROOD_FAULTS
/* Nobody can wake it; so it looks often. */
static void a_system_without_bells(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test, 0);
    brood_wait_item_t item = QUEUE(queue);
    brood_process_t *process =
        brood_test_start(put_when_awaited, BROOD_ARGS(queue, queue), test);
    brood__fault_plan(apr_psprintf(test->pool, "os.bell_open:1:%d", APR_ENOTIMPL));
    assert_ready(&item, 1, 1);
    assert_int_equal(brood__fault_count(), 1);
    brood__fault_plan(NULL);
    brood_test_join(process, 0);
}
#endif

/* ---- leases ------------------------------------------------------------------------- */

/* Has a message in its hands until it dies. */
static int lease_and_stay(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue, *told, *silent;
    brood_message_t message;
    char byte;
    size_t size;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue, &told, &silent));
    CHILD_OK(brood_queue_lease(queue, &message, BROOD_FOREVER, LATE));
    CHILD_OK(brood_queue_put_bytes(told, "l", 1, LATE));
    CHILD_OK(brood_queue_get_bytes(silent, &byte, 1, &size, BROOD_FOREVER));
    return 1;
}

static void what_comes_back_from_the_dead_is_ready(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test, BROOD_QUEUE_LEASES);
    brood_queue_t *told = make_queue(test, 0);
    brood_queue_t *silent = make_queue(test, 0);
    brood_process_t *process =
        brood_test_start(lease_and_stay, BROOD_ARGS(queue, told, silent), test);
    brood_wait_item_t items[] = {BROOD_WAIT_QUEUE(queue), BROOD_WAIT_QUEUE(told)};
    brood_message_t message;
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    assert_ready(items + 1, 1, 1);
    assert_none(items, 1, SOON);
    assert_success(brood_process_kill(process));
    assert_ready(items, 1, 1); /* not buried by anybody yet */
    assert_success(brood_queue_lease(queue, &message, LATE, 0));
    assert_int_equal(message.deliveries, 2);
    assert_success(brood_queue_acknowledge(queue, &message));
    brood_test_join(process, -9);
    assert_none(items, 1, 0);
}

static void a_lease_that_ends_makes_it_ready(void **state) {
    brood_queue_t *queue = make_queue(*state, BROOD_QUEUE_LEASES);
    brood_wait_item_t item = QUEUE(queue);
    brood_message_t message;
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    assert_success(brood_queue_lease(queue, &message, SOON, 0));
    assert_ready(&item, 1, 1);
    assert_success(brood_queue_lease(queue, &message, LATE, 0));
    assert_none(&item, 1, 0);
    assert_success(brood_queue_give_back(queue, &message));
    assert_ready(&item, 1, 1);
    assert_success(take_byte(queue));
    assert_none(&item, 1, 0);
}

/* The end is not there before the last lease is over; what was delivered too often is none. */
static void the_end_waits_for_leases(void **state) {
    brood_test_t *test = *state;
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_queue_t *queue;
    brood_queue_t *told = make_queue(test, 0);
    brood_queue_t *silent = make_queue(test, 0);
    brood_process_t *process;
    options.flags = BROOD_QUEUE_LEASES;
    options.deliveries_max = 1;
    assert_success(brood_queue_create(&queue, &options, test->pool));
    process = brood_test_start(lease_and_stay, BROOD_ARGS(queue, told, silent), test);
    brood_wait_item_t items[] = {BROOD_WAIT_QUEUE(queue), BROOD_WAIT_QUEUE(told)};
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    assert_ready(items + 1, 1, 1);
    assert_success(brood_queue_shutdown(queue, 0, LATE));
    assert_none(items, 1, SOON);
    assert_success(brood_process_kill(process));
    assert_ready(items, 1, 1);
    assert_status(take_byte(queue), APR_EOF);
    brood_test_join(process, -9);
}

/* Dies with a message in its hands whose record is still in the ring. */
static int die_taking(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_message_t message;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
#ifdef BROOD_FAULTS
    brood__fault_plan("queue.get.copied:1:kill");
#endif
    CHILD_OK(brood_queue_take(queue, &message, LATE));
    return 1;
}

/* What is left of it is passed over, and nothing that was taken before comes again. */
static void a_record_of_nothing_is_not_ready(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test, 0);
    brood_wait_item_t item = QUEUE(queue);
    brood_message_t message;
    size_t count;
#ifndef BROOD_FAULTS
    skip();
#endif
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    assert_success(take_byte(queue));
    assert_success(brood_queue_reserve(queue, &message, 10, 0));
    assert_success(brood_queue_commit(queue, &message, 0));
    brood_test_join(brood_test_start(die_taking, BROOD_ARGS(queue), test), -9);
    assert_none(&item, 1, 0);
    assert_success(brood_queue_qsize(queue, &count));
    assert_int_equal(count, 0);
    assert_status(take_byte(queue), APR_TIMEUP);
    assert_success(brood_queue_put_bytes(queue, "b", 1, 0));
    assert_ready(&item, 1, 1);
    assert_success(take_byte(queue));
    assert_none(&item, 1, 0);
}

/* ---- being woken -------------------------------------------------------------------- */

static void a_put_wakes_the_wait(void **state) {
    brood_test_t *test = *state;
    brood_connection_t *reader, *writer;
    brood_queue_t *queues[2] = {make_queue(test, 0), make_queue(test, 0)};
    brood_process_t *process =
        brood_test_start(put_when_awaited, BROOD_ARGS(queues[1], queues[1]), test);
    assert_success(brood_pipe_create(&reader, &writer, 0, test->pool));
    brood_wait_item_t items[] = {BROOD_WAIT_CONNECTION(reader),
                                 BROOD_WAIT_QUEUE(queues[0]),
                                 BROOD_WAIT_QUEUE(queues[1])};
    assert_ready(items, 3, 1);
    assert_int_equal(items[2].ready, 1);
    assert_int_equal(brood_test_waiters_in(queues[0]), 0); /* nothing is left of it */
    brood_test_join(process, 0);
}

static int send_when_awaited(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *writer;
    brood_queue_t *queue;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue, &writer));
    CHILD_CHECK(brood_test_await_waiters(queue, 1));
    CHILD_OK(brood_connection_send_bytes(writer, "a", 1, LATE));
    return 0;
}

static void a_send_wakes_the_wait(void **state) {
    brood_test_t *test = *state;
    brood_connection_t *reader, *writer;
    brood_queue_t *queue = make_queue(test, 0);
    brood_process_t *process;
    assert_success(brood_pipe_create(&reader, &writer, 0, test->pool));
    process = brood_test_start(send_when_awaited, BROOD_ARGS(queue, writer), test);
    brood_wait_item_t items[] = {BROOD_WAIT_CONNECTION(reader), BROOD_WAIT_QUEUE(queue)};
    assert_ready(items, 2, 1);
    assert_int_equal(items[0].ready, 1);
    brood_test_join(process, 0);
}

static int end_when_awaited(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_CHECK(brood_test_await_waiters(queue, 1));
    return 6;
}

static void an_end_wakes_the_wait(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test, 0);
    brood_process_t *process =
        brood_test_start(end_when_awaited, BROOD_ARGS(queue), test);
    brood_wait_item_t items[] = {BROOD_WAIT_QUEUE(queue), BROOD_WAIT_PROCESS(process)};
    assert_ready(items, 2, 1);
    assert_int_equal(items[1].ready, 1);
    brood_test_join(process, 6);
}

/* Waits for a message and takes one; another may be quicker. */
static int wait_and_take(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    apr_status_t rv = APR_TIMEUP;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    brood_wait_item_t item = QUEUE(queue);
    while (rv == APR_TIMEUP) {
        CHILD_OK(brood_wait(&item, 1, LATE, NULL));
        rv = take_byte(queue);
    }
    return rv == APR_SUCCESS ? 0 : rv == APR_EOF ? 3 : 1;
}

static void two_waiters_have_one_message_each(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test, 0);
    brood_process_t *one = brood_test_start(wait_and_take, BROOD_ARGS(queue), test);
    brood_process_t *other = brood_test_start(wait_and_take, BROOD_ARGS(queue), test);
    assert_true(brood_test_await_waiters(queue, 2));
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    assert_success(brood_queue_put_bytes(queue, "b", 1, 0));
    brood_test_join(one, 0);
    brood_test_join(other, 0);
    assert_true(brood_queue_empty(queue));
}

static void shutdown_wakes_all(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test, 0);
    brood_process_t *one = brood_test_start(wait_and_take, BROOD_ARGS(queue), test);
    brood_process_t *other = brood_test_start(wait_and_take, BROOD_ARGS(queue), test);
    assert_true(brood_test_await_waiters(queue, 2));
    assert_success(brood_queue_shutdown(queue, 1, LATE));
    brood_test_join(one, 3);
    brood_test_join(other, 3);
}

static void a_killed_waiter_is_no_matter(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test, 0);
    brood_process_t *victim = brood_test_start(wait_and_take, BROOD_ARGS(queue), test);
    brood_process_t *other = brood_test_start(wait_and_take, BROOD_ARGS(queue), test);
    assert_true(brood_test_await_waiters(queue, 2));
    assert_success(brood_process_kill(victim));
    brood_test_join(victim, -9);
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    brood_test_join(other, 0);
}

/* ---- nothing is missed -------------------------------------------------------------- */

#define ROUNDS 300
#define LIKE_A_SLICE 40000 /* microseconds: who is not woken sleeps longer than that */

static apr_status_t wait_and_get(brood_queue_t *queue, brood_queue_t *silent) {
    brood_wait_item_t items[] = {BROOD_WAIT_QUEUE(silent), BROOD_WAIT_QUEUE(queue)};
    apr_status_t rv = brood_wait(items, 2, LATE, NULL);
    return rv == APR_SUCCESS ? take_byte(queue) : rv;
}

static int answer(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *there, *back, *silent;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &there, &back, &silent));
    for (int i = 0; i < ROUNDS; i++) {
        CHILD_OK(wait_and_get(there, silent));
        CHILD_OK(brood_queue_put_bytes(back, "b", 1, 0));
    }
    return 0;
}

static void there_and_back_many_times(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *there = make_queue(test, 0);
    brood_queue_t *back = make_queue(test, 0);
    brood_queue_t *silent = make_queue(test, 0);
    brood_process_t *process =
        brood_test_start(answer, BROOD_ARGS(there, back, silent), test);
    int slow = 0;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t begun = brood_test_now_us();
        if (i % 3 == 0) { /* else it may be that nobody comes to sleep at all */
            assert_true(brood_test_await_waiters(there, 1));
        }
        begun = brood_test_now_us();
        assert_success(brood_queue_put_bytes(there, "a", 1, 0));
        assert_success(wait_and_get(back, silent));
        slow += brood_test_now_us() - begun > LIKE_A_SLICE;
    }
    brood_test_join(process, 0);
    assert_in_range(slow, 0, ROUNDS / 10); /* on a busy machine a few are */
}

/* ---- what is refused ---------------------------------------------------------------- */

static void bad_items_are_named(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test, 0);
    brood_connection_t *reader, *writer;
    brood_process_t *process;
    size_t ready = 99;
    assert_success(brood_pipe_create(&reader, &writer, 0, test->pool));
    process = brood_test_create(stay, BROOD_ARGS(queue), NULL, test);
    brood_wait_item_t items[2] = {BROOD_WAIT_QUEUE(queue), BROOD_WAIT_QUEUE(NULL)};
    assert_status(brood_wait(items, 2, LATE, &ready), APR_EINVAL);
    assert_detail("items[1]");
    assert_int_equal(ready, 0);
    items[1].queue = queue;
    items[1].connection = reader;
    assert_status(brood_wait(items, 2, LATE, NULL), APR_EINVAL);
    assert_detail("more than one");
    items[1] = CONNECTION(writer);
    assert_status(brood_wait(items, 2, LATE, NULL), BROOD_EDIRECTION);
    items[1] = PROCESS(process);
    assert_status(brood_wait(items, 2, LATE, NULL), BROOD_ENOTSTARTED);
    assert_detail("items[1]");
    assert_status(brood_wait(NULL, 1, LATE, NULL), APR_EINVAL);
    assert_status(brood_wait(NULL, 0, BROOD_FOREVER, NULL), APR_EINVAL);
    assert_status(brood_wait(NULL, 0, 0, NULL), APR_TIMEUP);
    assert_status(brood_wait(NULL, 0, SOON, &ready), APR_TIMEUP);
}

static void closed_ones_are_refused(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test, 0);
    brood_connection_t *reader, *writer;
    assert_success(brood_pipe_create(&reader, &writer, 0, test->pool));
    brood_wait_item_t items[] = {BROOD_WAIT_CONNECTION(reader), BROOD_WAIT_QUEUE(queue)};
    assert_success(brood_queue_close(queue));
    assert_status(brood_wait(items, 2, LATE, NULL), BROOD_ECLOSED);
    assert_detail("items[1]");
    assert_success(brood_connection_close(reader));
    assert_status(brood_wait(items, 1, LATE, NULL), BROOD_ECLOSED);
    assert_detail("items[0]");
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_queue_is_ready_while_there_is_a_message),
    BROOD_TEST(a_large_message_is_a_message),
    BROOD_TEST(a_queue_that_is_shut_is_ready),
    BROOD_TEST(a_connection_is_ready_for_a_message_and_at_the_end),
    BROOD_TEST(what_the_connection_has_read_is_ready),
    BROOD_TEST(a_process_is_ready_when_it_has_ended),
    BROOD_TEST(a_killed_process_is_ready),
    BROOD_TEST(all_that_are_ready_are_marked),
    BROOD_TEST(many_things_and_the_same_ones_twice),
    BROOD_TEST(a_crowd_of_queues),
#ifdef BROOD_FAULTS
    BROOD_TEST(a_system_without_bells),
#endif
    BROOD_TEST(what_comes_back_from_the_dead_is_ready),
    BROOD_TEST(a_lease_that_ends_makes_it_ready),
    BROOD_TEST(the_end_waits_for_leases),
    BROOD_TEST(a_record_of_nothing_is_not_ready),
    BROOD_TEST(a_put_wakes_the_wait),
    BROOD_TEST(a_send_wakes_the_wait),
    BROOD_TEST(an_end_wakes_the_wait),
    BROOD_TEST(two_waiters_have_one_message_each),
    BROOD_TEST(shutdown_wakes_all),
    BROOD_TEST(a_killed_waiter_is_no_matter),
    BROOD_TEST(there_and_back_many_times),
    BROOD_TEST(bad_items_are_named),
    BROOD_TEST(closed_ones_are_refused),
};
BROOD_TEST_MAIN(tests)
