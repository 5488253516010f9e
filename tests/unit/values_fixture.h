/* What the tests of values and descriptors share: a pool for each test, objects that are
 * only their head, and assertions with words. */
#ifndef VALUES_FIXTURE_H
#define VALUES_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "status.h"
#include "values.h"
#include <apr_general.h>
#include <apr_pools.h>
#include <string.h>

typedef struct fixture_t {
    apr_pool_t *pool;
    brood_handle_t queue;
    brood_handle_t other_queue;
    brood_handle_t connection;
    brood_handle_t lock;
} fixture_t;

static fixture_t fixture;

static inline int setup(void **state) {
    brood__handle_init(&fixture.queue, &brood__queue_class);
    brood__handle_init(&fixture.other_queue, &brood__queue_class);
    brood__handle_init(&fixture.connection, &brood__connection_class);
    brood__handle_init(&fixture.lock, &brood__lock_class);
    *state = &fixture;
    brood__detail_clear();
    return apr_pool_create(&fixture.pool, NULL);
}

static inline int teardown(void **state) {
    (void)state;
    apr_pool_destroy(fixture.pool);
    return 0;
}

static inline brood_queue_t *a_queue(void) {
    return (brood_queue_t *)(void *)&fixture.queue;
}

static inline brood_queue_t *another_queue(void) {
    return (brood_queue_t *)(void *)&fixture.other_queue;
}

static inline brood_connection_t *a_connection(void) {
    return (brood_connection_t *)(void *)&fixture.connection;
}

static inline brood_lock_t *a_lock(void) {
    return (brood_lock_t *)(void *)&fixture.lock;
}

static inline int run_with_apr(int (*run)(void)) {
    apr_initialize();
    int failed = run();
    apr_terminate();
    return failed;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#define assert_ok(call) assert_int_equal(call, APR_SUCCESS)

/* The call fails like this, and says so. */
#define assert_fails(call, status, words)                      \
    do {                                                       \
        assert_string_equal(brood_status_name(call), #status); \
        assert_string_equal(brood_error_detail(), words);      \
    } while (0)

static inline brood_values_t *packed(brood_args_t args) {
    brood_values_t *values;
    assert_ok(brood_values_pack(&values, args, fixture.pool));
    return values;
}

/* The same values after a journey: from their bytes and handles alone. */
static inline brood_values_t *travelled(const brood_values_t *values) {
    brood_values_t *arrived;
    brood_handle_t *const *handles;
    brood_bytes_t bytes = brood__values_bytes(values);
    size_t count = brood__values_handles(values, &handles);
    assert_ok(brood__values_decode(&arrived, bytes.data, bytes.size, handles, count, 1,
                                   fixture.pool));
    return arrived;
}

#define assert_prints(values, words)                                      \
    do {                                                                  \
        char line_[1024];                                                 \
        size_t length_ = brood_values_print(values, line_, sizeof line_); \
        assert_string_equal(line_, words);                                \
        assert_int_equal(length_, strlen(words));                         \
    } while (0)

#endif
