/* Queues for the unit tests: made with a few options, and counted. */
#ifndef BROOD_TEST_QUEUES_H
#define BROOD_TEST_QUEUES_H

#include "methods.h"

/* A queue of the test's pool: brood_test_queue(test, .max_items = 3, .flags = …). */
#define brood_test_queue(test, ...)                     \
    brood_test_queue_of((test),                         \
                        &(const brood_queue_options_t){ \
                            .struct_size = sizeof(brood_queue_options_t), __VA_ARGS__})

static inline brood_queue_t *brood_test_queue_of(brood_test_t *test,
                                                 const brood_queue_options_t *options) {
    brood_queue_t *queue;
    assert_success(brood_queue_create(&queue, options, test->pool));
    return queue;
}

/* How many messages it has. */
static inline size_t brood_test_qsize(brood_queue_t *queue) {
    size_t count = 99;
    assert_success(brood_queue_qsize(queue, &count));
    return count;
}

#endif
