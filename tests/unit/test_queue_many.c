/* A queue between many producers and many consumers, in several processes. */
#include "methods.h"

#include <stdlib.h>
#include <string.h>

#define LATE (60 * 1000000)
#define STOP UINT32_MAX

typedef struct message_t {
    uint32_t producer; /* STOP: no more */
    uint32_t number;
    uint32_t check; /* of the whole, so that a torn one shows */
    uint32_t size;  /* with what follows the head */
} message_t;

#define MESSAGE_MAX 20000

static uint32_t check_of(const message_t *message, const unsigned char *body) {
    uint32_t check = message->producer * 2654435761u ^ message->number * 40503u;
    uint32_t i;

    for (i = 0; i < message->size; i++) {
        check = check * 31 + body[i];
    }
    return check;
}

static int produce(const brood_values_t *state, apr_pool_t *pool) {
    static unsigned char buffer[sizeof(message_t) + MESSAGE_MAX];
    message_t head;
    brood_queue_t *queue;
    uint32_t producer, count, size_max, i, j;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue, &producer, &count, &size_max));
    for (i = 0; i < count; i++) {
        head.producer = producer;
        head.number = i;
        head.size = size_max == 0 ? 0 : (i * 7919u + producer) % size_max;
        for (j = 0; j < head.size; j++) {
            buffer[sizeof head + j] = (unsigned char)(i + j);
        }
        head.check = check_of(&head, buffer + sizeof head);
        memcpy(buffer, &head, sizeof head);
        CHILD_OK(brood_queue_put_bytes(queue, buffer, sizeof head + head.size, LATE));
    }
    return 0;
}

/* Sees each producer's messages in order, whole; tells how many it had. */
static int consume(const brood_values_t *state, apr_pool_t *pool) {
    static unsigned char buffer[sizeof(message_t) + MESSAGE_MAX];
    uint32_t next[16] = {0};
    message_t head;
    brood_queue_t *queue, *results;
    int64_t had = 0;
    size_t size;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue, &results));
    for (;;) {
        CHILD_OK(brood_queue_get_bytes(queue, buffer, sizeof buffer, &size, LATE));
        CHILD_CHECK(size >= sizeof head);
        memcpy(&head, buffer, sizeof head);
        if (head.producer == STOP) {
            break;
        }
        CHILD_CHECK(size == sizeof head + head.size);
        CHILD_CHECK(head.check == check_of(&head, buffer + sizeof head));
        CHILD_CHECK(head.producer < 16);
        CHILD_CHECK(head.number >= next[head.producer]);
        next[head.producer] = head.number + 1;
        had++;
    }
    CHILD_OK(brood_queue_put(results, BROOD_ARGS(had), LATE));
    return 0;
}

static void run(brood_test_t *test, uint32_t producers, uint32_t consumers,
                uint32_t count, uint32_t size_max, size_t capacity, uint32_t items) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_process_t *children[16];
    brood_queue_t *queue, *results;
    brood_values_t *values;
    message_t stop = {STOP, 0, 0, 0};
    int64_t had, sum = 0;
    uint32_t i;

    options.capacity_bytes = capacity;
    options.max_items = items;
    assert_success(brood_queue_create(&queue, &options, test->pool));
    assert_success(brood_queue_create(&results, NULL, test->pool));
    for (i = 0; i < consumers; i++) {
        children[i] = brood_test_start(consume, BROOD_ARGS(queue, results), test);
    }
    for (i = 0; i < producers; i++) {
        children[consumers + i] =
            brood_test_start(produce, BROOD_ARGS(queue, i, count, size_max), test);
    }
    for (i = 0; i < producers; i++) {
        brood_test_join(children[consumers + i], 0);
    }
    for (i = 0; i < consumers; i++) {
        assert_success(brood_queue_put_bytes(queue, &stop, sizeof stop, LATE));
    }
    for (i = 0; i < consumers; i++) {
        brood_test_join(children[i], 0);
        assert_success(brood_queue_get(results, &values, LATE, test->pool));
        assert_success(BROOD_UNPACK(values, &had));
        sum += had;
    }
    assert_int_equal(sum, (int64_t)producers * count);
    assert_int_equal(brood_queue_empty(queue), 1);
}

static void one_to_one(void **state) {
    run(*state, 1, 1, 20000, 0, 0, 0);
}

static void four_to_four(void **state) {
    run(*state, 4, 4, 3000, 0, 0, 0);
}

static void four_to_four_through_a_narrow_ring(void **state) {
    run(*state, 4, 4, 1000, 900, 4096, 0);
}

static void four_to_four_one_item_at_a_time(void **state) {
    run(*state, 4, 4, 400, 100, 4096, 1);
}

static void small_and_large_messages(void **state) {
    run(*state, 3, 2, 300, MESSAGE_MAX, 8192, 0);
}

static void many_to_one(void **state) {
    run(*state, 7, 1, 1000, 200, 0, 0);
}

static void one_to_many(void **state) {
    run(*state, 1, 7, 5000, 200, 0, 0);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(one_to_one),
    BROOD_TEST(four_to_four),
    BROOD_TEST(four_to_four_through_a_narrow_ring),
    BROOD_TEST(four_to_four_one_item_at_a_time),
    BROOD_TEST(small_and_large_messages),
    BROOD_TEST(many_to_one),
    BROOD_TEST(one_to_many),
};

BROOD_TEST_MAIN(tests)
