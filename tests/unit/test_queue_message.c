/* Messages in place, and on lease. */
#include "queues.h"

#include "os/fault.h"
#include "payload.h"
#include "queue.h"
#include <apr_thread_proc.h>
#include <string.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

static brood_queue_t *make(brood_test_t *test, uint32_t flags, uint32_t deliveries) {
    return brood_test_queue(test, .flags = flags, .deliveries_max = deliveries);
}

static const size_t sizes[] = {0,     1,      63,      64,      65,     5000,
                               65536, 100000, 1048576, 1048577, 5000000};
#define SIZES (sizeof sizes / sizeof sizes[0])

/* ---- in place ----------------------------------------------------------------------- */

static void what_is_written_in_place_is_read_in_place(void **state) {
    brood_queue_t *queue = make(*state, 0, 0);
    brood_message_t message;
    for (size_t i = 0; i < SIZES; i++) {
        assert_success(brood_queue_reserve(queue, &message, sizes[i], 0));
        assert_int_equal(message.size, sizes[i]);
        assert_int_equal((uintptr_t)message.data % 64, 0);
        memset(message.data, (int)i + 1, sizes[i]);
        assert_int_equal(brood_test_qsize(queue), 0);
        assert_success(brood_queue_commit(queue, &message, 0));
        assert_null(message.data);
        assert_int_equal(brood_test_qsize(queue), 1);
        assert_success(brood_queue_take(queue, &message, 0));
        assert_int_equal(message.size, sizes[i]);
        assert_int_equal(message.deliveries, 1);
        assert_int_equal(brood_test_qsize(queue), 0);
        for (size_t j = 0; j < sizes[i]; j += 997) {
            assert_int_equal(((unsigned char *)message.data)[j], i + 1);
        }
        assert_success(brood_queue_release(queue, &message));
    }
}

static void copies_and_places_mix_in_order(void **state) {
    brood_queue_t *queue = make(*state, 0, 0);
    brood_message_t message;
    char buffer[8];
    size_t size;
    assert_success(brood_queue_put_bytes(queue, "one", 3, 0));
    assert_success(brood_queue_reserve(queue, &message, 10, 0));
    assert_success(brood_queue_put_bytes(queue, "two", 3, 0));
    memcpy(message.data, "three", 5);
    message.size = 5;
    assert_success(brood_queue_commit(queue, &message, 0));
    assert_success(brood_queue_take(queue, &message, 0));
    assert_memory_equal(message.data, "one", 3);
    assert_int_equal(message.deliveries, 1);
    assert_success(brood_queue_release(queue, &message));
    assert_success(brood_queue_get_bytes(queue, buffer, sizeof buffer, &size, 0));
    assert_memory_equal(buffer, "two", 3);
    assert_success(brood_queue_get_bytes(queue, buffer, sizeof buffer, &size, 0));
    assert_int_equal(size, 5);
    assert_memory_equal(buffer, "three", 5);
    assert_status(brood_queue_take(queue, &message, 0), APR_TIMEUP);
    assert_status(brood_queue_take(queue, &message, SOON), APR_TIMEUP);
    assert_null(message.data);
}

static void abandoned_messages_leave_their_memory(void **state) {
    brood_queue_t *queue = make(*state, 0, 0);
    brood_message_t message;
    void *place = NULL;
    for (int i = 0; i < 5000; i++) {
        assert_success(brood_queue_reserve(queue, &message, 3000, 0));
        assert_true(place == NULL || place == message.data);
        place = message.data;
        assert_success(brood_queue_abandon(queue, &message));
    }
    assert_int_equal(brood_test_qsize(queue), 0);
}

static void a_message_is_in_one_hand(void **state) {
    brood_queue_t *queue = make(*state, 0, 0);
    brood_message_t message, copy;
    assert_success(brood_queue_reserve(queue, &message, 8, 0));
    copy = message;
    assert_status(brood_queue_release(queue, &message), BROOD_ENOTOWNER);
    assert_detail("has taken");
    copy.size = 9;
    assert_status(brood_queue_commit(queue, &copy, 0), BROOD_ETOOBIG);
    copy.size = 8;
    assert_success(brood_queue_commit(queue, &message, 0));
    assert_status(brood_queue_abandon(queue, &copy), BROOD_ENOTOWNER);
    assert_int_equal(brood_test_qsize(queue), 1);
    assert_status(brood_queue_commit(queue, &message, 0), BROOD_ENOTOWNER);
    assert_success(brood_queue_take(queue, &message, 0));
    copy = message;
    assert_success(brood_queue_release(queue, &message));
    assert_status(brood_queue_release(queue, &copy), BROOD_ENOTOWNER);
    assert_status(brood_queue_acknowledge(queue, &message), BROOD_ENOTOWNER);
    assert_status(brood_queue_reserve(queue, NULL, 8, 0), APR_EINVAL);
    assert_status(brood_queue_reserve(NULL, &message, 8, 0), APR_EINVAL);
    assert_status(brood_queue_lease(queue, &message, LATE, 0), APR_EINVAL);
    assert_detail("BROOD_QUEUE_LEASES");
}

static void too_many_in_hands_is_told(void **state) {
    static brood_message_t messages[1025];
    brood_queue_t *queue = make(*state, 0, 0);
    size_t count = 0;
    apr_status_t rv = APR_SUCCESS;
    while (rv == APR_SUCCESS && count < 1025) {
        rv = brood_queue_reserve(queue, &messages[count], 16, 0);
        count += rv == APR_SUCCESS;
    }
    assert_int_equal(rv, APR_TIMEUP);
    assert_int_equal(count, 1024);
    assert_status(brood_queue_reserve(queue, &messages[count], 16, SOON), APR_TIMEUP);
    assert_success(brood_queue_abandon(queue, &messages[0]));
    /* Of another size than what became free. */
    assert_success(brood_queue_reserve(queue, &messages[0], 100000, 0));
    for (size_t i = 0; i < count; i++) {
        assert_success(brood_queue_abandon(queue, &messages[i]));
    }
}

static void sizes_that_change_find_room_again(void **state) {
    static brood_message_t messages[1024];
    brood_queue_t *queue = make(*state, 0, 0);
    for (int turn = 0; turn < 4; turn++) {
        size_t size = turn % 2 == 0 ? 64 : 8000;
        for (int i = 0; i < 1024; i++) {
            assert_success(brood_queue_reserve(queue, &messages[i], size, 0));
            memset(messages[i].data, i, size);
        }
        for (int i = 0; i < 1024; i++) {
            assert_int_equal(*(unsigned char *)messages[i].data, i & 0xff);
            assert_success(brood_queue_abandon(queue, &messages[i]));
        }
    }
}

/* 8 MiB of them, or one of any size. */
static void large_ones_have_so_much_room(void **state) {
    brood_message_t messages[9], larger;
    brood_queue_t *queue = make(*state, 0, 0);
    for (int i = 0; i < 8; i++) {
        assert_success(brood_queue_reserve(queue, &messages[i], 1 << 20, 0));
    }
    assert_status(brood_queue_reserve(queue, &messages[8], 1 << 20, 0), APR_TIMEUP);
    assert_status(brood_queue_reserve(queue, &messages[8], 1 << 20, SOON), APR_TIMEUP);
    assert_success(brood_queue_put_bytes(queue, "small", 5, 0));
    assert_success(brood_queue_commit(queue, &messages[0], 0));
    assert_status(brood_queue_reserve(queue, &larger, 20 << 20, 0), APR_TIMEUP);
    /* Who takes is not held up: this one lies in the ring, and gets a place beside it. */
    assert_success(brood_queue_take(queue, &messages[0], 0));
    assert_int_equal(messages[0].size, 5);
    assert_success(brood_queue_release(queue, &messages[0]));
    assert_success(brood_queue_take(queue, &messages[0], 0));
    assert_success(brood_queue_release(queue, &messages[0]));
    assert_success(brood_queue_reserve(queue, &messages[0], 1 << 20, 0));
    for (int i = 0; i < 8; i++) {
        assert_success(brood_queue_abandon(queue, &messages[i]));
    }
    assert_success(brood_queue_reserve(queue, &larger, 20 << 20, 0));
    assert_success(brood_queue_abandon(queue, &larger));
}

/* A process with less room maps less of the space: what lies beyond is left for others. */
static void what_cannot_be_mapped_is_left(void **state) {
    static unsigned char bytes[100000];
    brood_message_t message;
    brood_queue_t *queue = make(*state, 0, 0);
    uint64_t reach = queue->ring.payload_reach;
    size_t size;
    assert_success(brood_queue_put_bytes(queue, bytes, sizeof bytes, 0));
    queue->ring.payload_reach = 4096;
    assert_status(brood_queue_get_bytes(queue, bytes, sizeof bytes, &size, 0),
                  APR_ENOMEM);
    assert_detail("beyond");
    assert_status(brood_queue_take(queue, &message, 0), APR_ENOMEM);
    assert_int_equal(brood_test_qsize(queue), 1);
    queue->ring.payload_reach = reach;
    assert_success(brood_queue_get_bytes(queue, bytes, sizeof bytes, &size, 0));
    assert_int_equal(size, sizeof bytes);
}

static int die_with_messages(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue, *here;
    brood_message_t reserved, taken;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue, &here));
    CHILD_OK(brood_queue_reserve(queue, &reserved, 500, LATE));
    CHILD_OK(brood_queue_take(queue, &taken, LATE));
    CHILD_OK(brood_queue_put(here, BROOD_NO_ARGS, LATE));
    CHILD_OK(brood_queue_get_bytes(queue, NULL, 0, &taken.size, BROOD_FOREVER));
    return 0;
}

static void the_dead_leave_their_memory(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0);
    brood_queue_t *here = make(test, 0, 0);
    brood_message_t messages[1024];
    for (int i = 0; i < 3; i++) {
        brood_process_t *child =
            brood_test_start(die_with_messages, BROOD_ARGS(queue, here), test);
        brood_values_t *values;
        /* The child may have the turn just now; that does no harm. */
        assert_success(brood_queue_reserve(queue, &messages[0], 500, 0));
        assert_success(brood_queue_commit(queue, &messages[0], 0));
        while (brood_test_qsize(queue) != 0) {
            apr_thread_yield();
        }
        assert_success(brood_queue_get(here, &values, LATE, test->pool));
        assert_success(brood_process_kill(child));
        assert_int_equal(brood_test_end_of(child), -9);
    }
    for (int i = 0; i < 1024; i++) {
        assert_success(brood_queue_reserve(queue, &messages[i], 500, 0));
    }
    for (int i = 0; i < 1024; i++) {
        assert_success(brood_queue_abandon(queue, &messages[i]));
    }
}

/* ---- on lease ----------------------------------------------------------------------- */

static void put_number(brood_queue_t *queue, unsigned char number) {
    assert_success(brood_queue_put_bytes(queue, &number, 1, 0));
}

static int number_in(const brood_message_t *message) {
    return *(unsigned char *)message->data;
}

static void an_acknowledged_message_is_gone(void **state) {
    brood_queue_t *queue = make(*state, BROOD_QUEUE_LEASES, 0);
    brood_message_t message;
    put_number(queue, 7);
    assert_success(brood_queue_lease(queue, &message, BROOD_FOREVER, 0));
    assert_int_equal(number_in(&message), 7);
    assert_int_equal(message.deliveries, 1);
    assert_int_equal(brood_test_qsize(queue), 0);
    assert_success(brood_queue_acknowledge(queue, &message));
    assert_status(brood_queue_lease(queue, &message, BROOD_FOREVER, SOON), APR_TIMEUP);
}

static void what_is_given_back_comes_first(void **state) {
    brood_queue_t *queue = make(*state, BROOD_QUEUE_LEASES, 0);
    brood_message_t message;
    char byte;
    size_t size;
    put_number(queue, 1);
    put_number(queue, 2);
    assert_success(brood_queue_lease(queue, &message, LATE, 0));
    assert_success(brood_queue_give_back(queue, &message));
    assert_int_equal(brood_test_qsize(queue), 2);
    assert_success(brood_queue_lease(queue, &message, LATE, 0));
    assert_int_equal(number_in(&message), 1);
    assert_int_equal(message.deliveries, 2);
    assert_success(brood_queue_give_back(queue, &message));
    assert_success(brood_queue_get_bytes(queue, &byte, 1, &size, 0));
    assert_int_equal(byte, 1);
    assert_success(brood_queue_get_bytes(queue, &byte, 1, &size, 0));
    assert_int_equal(byte, 2);
    assert_status(brood_queue_get_bytes(queue, &byte, 1, &size, 0), APR_TIMEUP);
}

static void a_lease_runs_out(void **state) {
    brood_queue_t *queue = make(*state, BROOD_QUEUE_LEASES, 0);
    brood_message_t first, second;
    put_number(queue, 3);
    assert_success(brood_queue_lease(queue, &first, 1000, 0));
    assert_success(brood_queue_lease(queue, &second, BROOD_FOREVER, LATE));
    assert_int_equal(number_in(&second), 3);
    assert_int_equal(second.deliveries, 2);
    assert_status(brood_queue_acknowledge(queue, &first), BROOD_ELEASE);
    assert_success(brood_queue_acknowledge(queue, &second));
}

static void a_renewed_lease_does_not(void **state) {
    brood_queue_t *queue = make(*state, BROOD_QUEUE_LEASES, 0);
    brood_message_t first, second;
    put_number(queue, 3);
    assert_success(brood_queue_lease(queue, &first, 50000, 0));
    assert_success(brood_queue_renew(queue, &first, BROOD_FOREVER));
    assert_status(brood_queue_lease(queue, &second, LATE, 150000), APR_TIMEUP);
    assert_success(brood_queue_renew(queue, &first, 1000));
    assert_success(brood_queue_lease(queue, &second, LATE, LATE));
    assert_status(brood_queue_renew(queue, &first, LATE), BROOD_ELEASE);
    assert_status(brood_queue_renew(queue, &second, 0), APR_EINVAL);
    assert_success(brood_queue_acknowledge(queue, &second));
}

static void a_message_that_comes_back_too_often_has_failed(void **state) {
    brood_queue_t *queue = make(*state, BROOD_QUEUE_LEASES, 3);
    brood_message_t message;
    apr_status_t rv;
    put_number(queue, 9);
    assert_status(brood_queue_take_failed(queue, &message), APR_ENOENT);
    for (uint32_t i = 1; i <= 3; i++) {
        assert_success(brood_queue_lease(queue, &message, LATE, 0));
        assert_int_equal(message.deliveries, i);
        assert_int_equal(brood_test_qsize(queue), 0);
        assert_success(brood_queue_give_back(queue, &message));
    }
    assert_int_equal(brood_test_qsize(queue), 0);
    assert_status(brood_queue_lease(queue, &message, LATE, 0), APR_TIMEUP);
    assert_success(brood_queue_take_failed(queue, &message));
    assert_int_equal(number_in(&message), 9);
    assert_int_equal(message.deliveries, 3);
    assert_success(brood_queue_release(queue, &message));
    assert_status(brood_queue_take_failed(queue, &message), APR_ENOENT);
    /* The lease runs out, and no consumer looks. */
    put_number(queue, 10);
    for (uint32_t i = 1; i <= 3; i++) {
        assert_success(brood_queue_lease(queue, &message, i < 3 ? LATE : 1000, 0));
        if (i < 3) {
            assert_success(brood_queue_give_back(queue, &message));
        }
    }
    do {
        rv = brood_queue_take_failed(queue, &message);
    } while (rv == APR_ENOENT);
    assert_success(rv);
    assert_int_equal(number_in(&message), 10);
    assert_success(brood_queue_release(queue, &message));
}

/* Dies with a message that is on lease already, and at the head of the ring still. */
static int die_leasing(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_message_t message;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
#ifdef BROOD_FAULTS
    brood__fault_plan("queue.get.copied:1:kill");
#endif
    CHILD_OK(brood_queue_lease(queue, &message, BROOD_FOREVER, LATE));
    return 1;
}

/* Until a message's consumer is dead, who has it on lease. */
static void await_death(brood_queue_t *queue) {
    uint64_t seen;
    do {
        apr_thread_yield();
        seen = atomic_load(&queue->ring.payloads[0].state);
    } while (BROOD__PAYLOAD_HAND(seen) != BROOD__PAYLOAD_LEASED ||
             !brood__participant_is_dead(BROOD__PAYLOAD_OWNER(seen)));
}

/* … also when it comes back at the head of the ring, and before anybody buries its consumer. */
static void too_often_holds_for_the_dead(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, BROOD_QUEUE_LEASES, 1);
    brood_process_t *child;
    brood_message_t message;
#ifndef BROOD_FAULTS
    skip();
#endif
    put_number(queue, 8);
    child = brood_test_start(die_leasing, BROOD_ARGS(queue), test);
    await_death(queue);
    /* It is not found by a look at all. */
    atomic_store(&queue->ring.shared->look_at_ns, INT64_MAX);
    assert_status(brood_queue_lease(queue, &message, LATE, 0), APR_TIMEUP);
    assert_int_equal(brood_test_qsize(queue), 0);
    assert_success(brood_queue_take_failed(queue, &message));
    assert_int_equal(number_in(&message), 8);
    assert_int_equal(message.deliveries, 1);
    assert_success(brood_queue_release(queue, &message));
    brood_test_join(child, -9);
}

static int lease_and_stay(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue, *here, *never;
    brood_message_t message;
    size_t size;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue, &here, &never));
    CHILD_OK(brood_queue_lease(queue, &message, BROOD_FOREVER, LATE));
    CHILD_OK(brood_queue_put_bytes(here, "x", 1, LATE));
    CHILD_OK(brood_queue_get_bytes(never, NULL, 0, &size, BROOD_FOREVER));
    return 0;
}

static void what_a_dead_consumer_had_is_delivered_again(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, BROOD_QUEUE_LEASES, 0);
    brood_queue_t *here = make(test, 0, 0);
    brood_queue_t *never = make(test, 0, 0);
    brood_message_t message;
    brood_process_t *child;
    char byte;
    size_t size;
    put_number(queue, 5);
    child = brood_test_start(lease_and_stay, BROOD_ARGS(queue, here, never), test);
    assert_success(brood_queue_get_bytes(here, &byte, 1, &size, LATE));
    assert_status(brood_queue_lease(queue, &message, LATE, SOON), APR_TIMEUP);
    assert_success(brood_process_kill(child));
    assert_success(brood_queue_lease(queue, &message, LATE, LATE));
    assert_int_equal(number_in(&message), 5);
    assert_int_equal(message.deliveries, 2);
    assert_success(brood_queue_acknowledge(queue, &message));
    assert_int_equal(brood_test_end_of(child), -9);
}

static void the_end_lets_those_who_have_messages_finish(void **state) {
    brood_queue_t *queue = make(*state, BROOD_QUEUE_LEASES, 0);
    brood_message_t message, reserved;
    put_number(queue, 1);
    assert_success(brood_queue_lease(queue, &message, BROOD_FOREVER, 0));
    assert_success(brood_queue_reserve(queue, &reserved, 8, 0));
    assert_success(brood_queue_shutdown(queue, 0, 0));
    assert_status(brood_queue_commit(queue, &reserved, 0), BROOD_ESHUTDOWN);
    assert_success(brood_queue_abandon(queue, &reserved));
    assert_status(brood_queue_reserve(queue, &reserved, 8, 0), BROOD_ESHUTDOWN);
    assert_success(brood_queue_give_back(queue, &message));
    assert_success(brood_queue_lease(queue, &message, BROOD_FOREVER, 0));
    assert_success(brood_queue_acknowledge(queue, &message));
    assert_status(brood_queue_lease(queue, &message, BROOD_FOREVER, LATE), APR_EOF);
}

/* A consumer that saw the end at once would leave what a dying one had to nobody. */
static void the_end_waits_for_what_may_come_back(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, BROOD_QUEUE_LEASES, 0);
    brood_queue_t *here = make(test, 0, 0);
    brood_queue_t *never = make(test, 0, 0);
    brood_message_t message;
    brood_process_t *child;
    char byte;
    size_t size;
    put_number(queue, 6);
    child = brood_test_start(lease_and_stay, BROOD_ARGS(queue, here, never), test);
    assert_success(brood_queue_get_bytes(here, &byte, 1, &size, LATE));
    assert_success(brood_queue_shutdown(queue, 0, LATE));
    assert_status(brood_queue_lease(queue, &message, LATE, 0), APR_TIMEUP);
    assert_status(brood_queue_get_bytes(queue, &byte, 1, &size, SOON), APR_TIMEUP);
    assert_success(brood_process_kill(child));
    assert_success(brood_queue_lease(queue, &message, LATE, LATE));
    assert_int_equal(number_in(&message), 6);
    assert_success(brood_queue_acknowledge(queue, &message));
    assert_status(brood_queue_lease(queue, &message, LATE, LATE), APR_EOF);
    assert_status(brood_queue_get_bytes(queue, &byte, 1, &size, 0), APR_EOF);
    assert_int_equal(brood_test_end_of(child), -9);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(what_is_written_in_place_is_read_in_place),
    BROOD_TEST(copies_and_places_mix_in_order),
    BROOD_TEST(abandoned_messages_leave_their_memory),
    BROOD_TEST(a_message_is_in_one_hand),
    BROOD_TEST(too_many_in_hands_is_told),
    BROOD_TEST(sizes_that_change_find_room_again),
    BROOD_TEST(large_ones_have_so_much_room),
    BROOD_TEST(what_cannot_be_mapped_is_left),
    BROOD_TEST(the_dead_leave_their_memory),
    BROOD_TEST(an_acknowledged_message_is_gone),
    BROOD_TEST(what_is_given_back_comes_first),
    BROOD_TEST(a_lease_runs_out),
    BROOD_TEST(a_renewed_lease_does_not),
    BROOD_TEST(a_message_that_comes_back_too_often_has_failed),
    BROOD_TEST(too_often_holds_for_the_dead),
    BROOD_TEST(what_a_dead_consumer_had_is_delivered_again),
    BROOD_TEST(the_end_lets_those_who_have_messages_finish),
    BROOD_TEST(the_end_waits_for_what_may_come_back),
};
BROOD_TEST_MAIN(tests)
