/* Process types: a struct that runs in a process of its own. */
#include "methods.h"

#include <string.h>

typedef struct adder_t {
    int32_t one;
    int32_t other[2];
    const char *word;
    brood_queue_t *results;
} adder_t;

static const brood_field_t adder_fields[] = {
    BROOD_FIELD_INT(adder_t, one, BROOD_LIMITS(0, 99)),
    BROOD_FIELD_INT_ARRAY(adder_t, other),
    BROOD_FIELD_STRING(adder_t, word),
    BROOD_FIELD_QUEUE(adder_t, results, BROOD_REQUIRED),
};
static const brood_descriptor_t adder_descriptor =
    BROOD_DESCRIPTOR("adder", 1, 1, adder_t, adder_fields, NULL);

static int adder_run(void *self, apr_pool_t *pool) {
    adder_t *adder = self;
    int sum = adder->one + adder->other[0] + adder->other[1];

    (void)pool;
    CHILD_OK(brood_queue_put(adder->results,
                             BROOD_ARGS(sum, adder->word, brood_current_name()),
                             BROOD_FOREVER));
    adder->one = 0; /* nobody else sees that */
    return sum;
}
BROOD_PROCESS_TYPE(adder_type, "Adder", adder_descriptor, adder_run);

static brood_process_t *make(const adder_t *adder, const char *name, brood_test_t *test) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *process;

    options.method = test->method;
    options.name = name;
    assert_success(
        brood_process_create_type(&process, &adder_type, adder, &options, test->pool));
    return process;
}

static void check_result(brood_queue_t *queue, int sum, const char *word,
                         const char *name, brood_test_t *test) {
    brood_values_t *values;
    const char *its_word, *its_name;
    int its_sum;

    assert_success(brood_queue_get(queue, &values, 0, test->pool));
    assert_success(BROOD_UNPACK(values, &its_sum, &its_word, &its_name));
    assert_int_equal(its_sum, sum);
    assert_string_equal(its_word, word);
    assert_string_equal(its_name, name);
}

static void a_struct_runs(void **state) {
    brood_test_t *test = *state;
    adder_t adder = {1, {20, 21}, "sum", NULL};
    brood_process_t *first, *second;

    assert_success(brood_queue_create(&adder.results, NULL, test->pool));
    first = make(&adder, NULL, test);
    adder.one = 5;
    adder.word = "later";
    second = make(&adder, "Zweiter", test);
    assert_memory_equal(brood_process_name(first), "Adder-", 6);
    assert_string_equal(brood_process_name(second), "Zweiter");
    assert_success(brood_process_start(first));
    brood_test_join(first, 42);
    check_result(adder.results, 42, "sum", brood_process_name(first), test);
    assert_success(brood_process_start(second));
    brood_test_join(second, 46);
    check_result(adder.results, 46, "later", "Zweiter", test);
    assert_int_equal(adder.one, 5);
}

static int start_an_adder(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    adder_t adder = {1, {2, 3}, "below", NULL};
    brood_process_t *process;
    int method, code;

    CHILD_OK(BROOD_UNPACK(state, &adder.results, &method));
    options.method = (brood_start_method_t)method;
    CHILD_OK(brood_process_create_type(&process, &adder_type, &adder, &options, pool));
    CHILD_CHECK(
        strcmp(brood_process_name(process) + strlen(brood_process_name(process)) - 2,
               ":1") == 0);
    CHILD_OK(brood_process_start(process));
    CHILD_OK(brood_process_join(process, BROOD_FOREVER));
    CHILD_OK(brood_process_exit_code(process, &code));
    return code;
}

static void in_a_child_too(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *results;

    assert_success(brood_queue_create(&results, NULL, test->pool));
    brood_test_join(
        brood_test_start(start_an_adder, BROOD_ARGS(results, (int)test->method), test),
        6);
}

static void bad_ones_are_named(void **state) {
    const brood_process_type_t lacks_run = {"Lame", &adder_descriptor, NULL,
                                            adder_type_target};
    const brood_process_type_t lacks_table = {"Lame", NULL, adder_run, adder_type_target};
    const brood_process_type_t lacks_name = {"", &adder_descriptor, adder_run,
                                             adder_type_target};
    brood_test_t *test = *state;
    adder_t adder = {100, {0, 0}, NULL, NULL};
    brood_process_t *process = (brood_process_t *)&adder;

    assert_status(brood_process_create_type(&process, NULL, &adder, NULL, test->pool),
                  APR_EINVAL);
    assert_null(process);
    assert_detail("type");
    assert_status(
        brood_process_create_type(&process, &adder_type, NULL, NULL, test->pool),
        APR_EINVAL);
    assert_detail("self");
    assert_status(
        brood_process_create_type(&process, &lacks_run, &adder, NULL, test->pool),
        APR_EINVAL);
    assert_detail("type Lame: run");
    assert_status(
        brood_process_create_type(&process, &lacks_table, &adder, NULL, test->pool),
        APR_EINVAL);
    assert_detail("descriptor");
    assert_status(
        brood_process_create_type(&process, &lacks_name, &adder, NULL, test->pool),
        APR_EINVAL);
    assert_detail("name");
    assert_status(
        brood_process_create_type(&process, &adder_type, &adder, NULL, test->pool),
        BROOD_ERANGE);
    assert_detail("type Adder: ");
    assert_detail("one");
    adder.one = 1;
    assert_status(
        brood_process_create_type(&process, &adder_type, &adder, NULL, test->pool),
        APR_EINVAL);
    assert_detail("results");
    assert_null(process);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_struct_runs),
    BROOD_TEST(in_a_child_too),
    BROOD_TEST(bad_ones_are_named),
};

BROOD_TEST_MAIN(tests)
