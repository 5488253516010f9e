/* Processors: as many as the machine has at the most, and one at the least. */
#include "methods.h"

#include "os/cpu.h"

static void no_more_than_there_are(void **state) {
    unsigned count = brood_cpu_count();

    (void)state;
    assert_true(count >= 1);
    assert_true(count <= brood_os_cpu_count());
    assert_true(brood_cpu_online() == 0 || brood_os_cpu_count() <= brood_cpu_online());
    if (brood_os_cpu_quota() != 0) {
        assert_true((count - 1) * UINT64_C(1000) < brood_os_cpu_quota());
    }
}

static int say_count(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return (int)(brood_cpu_count() & 0x7f);
}

static void children_may_use_the_same(void **state) {
    brood_test_t *test = *state;

    brood_test_join(brood_test_start(say_count, BROOD_NO_ARGS, test),
                    (int)(brood_cpu_count() & 0x7f));
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(no_more_than_there_are),
    BROOD_TEST(children_may_use_the_same),
};

BROOD_TEST_MAIN(tests)
