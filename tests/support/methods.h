/* Tests that run under every start method of this machine, each with a pool and the ledger.
 *
 *     static int child(const brood_values_t *state, apr_pool_t *pool) {
 *         brood_queue_t *queue;
 *         CHILD_OK(BROOD_UNPACK(state, &queue));
 *         CHILD_CHECK(brood_queue_empty(queue));
 *         return 0;
 *     }
 *     static void a_child_sees_the_queue(void **state) {
 *         brood_test_t *test = *state;
 *         …
 *         brood_process_t *process = brood_test_start(child, BROOD_ARGS(queue), test);
 *         brood_test_join(process, 0);
 *     }
 *     static const struct CMUnitTest tests[] = {BROOD_TEST(a_child_sees_the_queue)};
 *     BROOD_TEST_MAIN(tests)
 *
 * A spawned child is the test program itself: BROOD_TEST_MAIN calls brood_init() first. CMocka's
 * assertions belong to the first process; a child answers by its exit code. */
#ifndef BROOD_TEST_METHODS_H
#define BROOD_TEST_METHODS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "brood/brood.h"
#include <apr_pools.h>

/* What a test is given. */
typedef struct brood_test_t {
    brood_start_method_t method;
    apr_pool_t *pool; /* cleared before the ledger is looked at */
} brood_test_t;

#define BROOD_TEST(function)                                                               \
    { #function, function, NULL, NULL, NULL }

/* Runs all tests under every start method (or those whose name contains `filter`, if it is
 * not NULL). Returns how many failed. */
int brood_test_run(const char *group, const struct CMUnitTest *tests, size_t count,
                   const char *filter);

/* The same, each test once, under the default method. */
int brood_test_run_once(const char *group, const struct CMUnitTest *tests, size_t count,
                        const char *filter);

#define BROOD_TEST_MAIN(tests)                                                             \
    int main(int argc, char **argv) {                                                      \
        if (brood_init(&argc, &argv) != APR_SUCCESS)                                       \
            return 1;                                                                      \
        return brood_test_run(argv[0], tests, sizeof tests / sizeof tests[0],              \
                              argc > 1 ? argv[1] : NULL);                                  \
    }

/* Makes and starts a child by the test's method; the test fails when that does. */
brood_process_t *brood_test_start(brood_target_fn *target, brood_args_t args,
                                  brood_test_t *test);

/* Makes one with options and does not start it. The test's method is put into them. */
brood_process_t *brood_test_create(brood_target_fn *target, brood_args_t args,
                                   const brood_process_options_t *options,
                                   brood_test_t *test);

/* Joins it within 30 seconds; the test fails when it does not end with that code. */
void brood_test_join(brood_process_t *process, int code);

/* Joins and says the code. */
int brood_test_end_of(brood_process_t *process);

/* The status is the one that is wanted, or the test fails with the names of both and the
 * detail line. */
#define assert_status(expression, wanted)                                                  \
    brood_test_assert_status((expression), (wanted), #expression, __FILE__, __LINE__)
#define assert_success(expression)                                                         \
    brood_test_assert_status((expression), APR_SUCCESS, #expression, __FILE__, __LINE__)
void brood_test_assert_status(apr_status_t status, apr_status_t wanted, const char *text,
                              const char *file, int line);

/* The detail line contains this. */
#define assert_detail(part) brood_test_assert_detail((part), __FILE__, __LINE__)
void brood_test_assert_detail(const char *part, const char *file, int line);

/* In a child: leaves the target with exit code 99 and says why on standard error. */
#define CHILD_CHECK(condition)                                                             \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            return brood_test_child_failed(#condition, APR_SUCCESS, __FILE__, __LINE__);   \
        }                                                                                  \
    } while (0)
#define CHILD_OK(expression) CHILD__STATUS(expression, APR_SUCCESS, #expression)
#define CHILD_STATUS(expression, wanted) CHILD__STATUS(expression, wanted, #expression)
#define CHILD__STATUS(expression, wanted, text)                                            \
    do {                                                                                   \
        apr_status_t child_status = (expression);                                          \
        if (child_status != (wanted)) {                                                    \
            return brood_test_child_failed(text, child_status, __FILE__, __LINE__);        \
        }                                                                                  \
    } while (0)
int brood_test_child_failed(const char *text, apr_status_t status, const char *file,
                            int line);

/* A name for a file in the temporary folder, with this process's number and a random part. */
const char *brood_test_file_name(const char *stem, apr_pool_t *pool);

/* Microseconds on a clock that only goes forward. */
int64_t brood_test_now_us(void);

#endif
