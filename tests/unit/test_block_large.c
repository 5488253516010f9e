/* Blocks of more than 4 GiB: every byte of them has its own place, here and in a child. */
#include "methods.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

#define LARGE (UINT64_C(5) << 30)
#define ODD 3u

/* Both ends, and both sides of what 32 bits can say. */
static const uint64_t places[] = {0,
                                  (UINT64_C(1) << 31) - 1,
                                  UINT64_C(1) << 31,
                                  (UINT64_C(1) << 32) - 1,
                                  UINT64_C(1) << 32,
                                  (UINT64_C(1) << 32) + 4096,
                                  LARGE + ODD - 1};
#define PLACES (sizeof places / sizeof places[0])

static int check_places(const brood_block_t *block, int added) {
    const char *bytes = brood_block_data(block);
    size_t i;

    for (i = 0; i < PLACES && bytes[(size_t)places[i]] == (char)(i + 1) + added; i++) {}
    return i == PLACES;
}

static void write_places(const brood_block_t *block, int added) {
    char *bytes = brood_block_data(block);
    size_t i;

    for (i = 0; i < PLACES; i++) {
        bytes[(size_t)places[i]] = (char)((char)(i + 1) + added);
    }
}

static int look(const brood_values_t *state, apr_pool_t *pool) {
    brood_block_t *block, *attached;

    CHILD_OK(BROOD_UNPACK(state, &block));
    CHILD_CHECK(brood_block_size(block) == LARGE + ODD);
    CHILD_CHECK(check_places(block, 0));
    if (brood_block_name(block) != NULL) {
        CHILD_OK(brood_block_attach(&attached, brood_block_name(block), pool));
        CHILD_CHECK(brood_block_size(attached) == LARGE + ODD);
        CHILD_CHECK(check_places(attached, 0));
    }
    write_places(block, 10);
    return 0;
}

/* What this machine has not is told, and nothing is left. */
static int is_there(apr_status_t rv, const brood_block_t *block) {
    char text[100];

    if (rv == APR_SUCCESS) {
        return 1;
    }
    assert_null(block);
    assert_status(rv, sizeof(size_t) == 4        ? BROOD_ERANGE
                      : APR_STATUS_IS_ENOSPC(rv) ? APR_ENOSPC
                                                 : APR_ENOMEM);
    print_message("left out: %s (%s)\n", brood_strerror(rv, text, sizeof text),
                  brood_error_detail());
    return 0;
}

static void use(brood_block_t *block, brood_test_t *test) {
    brood_block_view_t *view;

    assert_int_equal(brood_block_size(block), LARGE + ODD);
    write_places(block, 0);
    brood_test_join(brood_test_start(look, BROOD_ARGS(block), test), 0);
    assert_true(check_places(block, 10));
    assert_success(
        brood_block_view_create(&view, block, (size_t)(LARGE + ODD - 1), 1, test->pool));
    assert_int_equal(*(char *)brood_block_view_data(view), PLACES + 10);
    assert_success(brood_block_view_close(view));
    assert_success(brood_block_close(block));
}

static void five_gibibytes_without_a_name(void **state) {
    brood_test_t *test = *state;
    brood_block_t *block;
    apr_status_t rv = brood_block_create(&block, LARGE + ODD, test->pool);

    if (is_there(rv, block)) {
        use(block, test);
    }
}

static void five_gibibytes_with_a_name(void **state) {
    brood_test_t *test = *state;
    const char *name =
        apr_psprintf(test->pool, "large-%lx", (unsigned long)brood_current_pid());
    brood_block_t *block;
    apr_status_t rv =
        brood_block_create_named(&block, name, LARGE + ODD, NULL, test->pool);

    if (is_there(rv, block)) {
        use(block, test);
        assert_success(brood_block_unlink(name));
    }
    assert_status(brood_block_attach(&block, name, test->pool), APR_ENOENT);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(five_gibibytes_without_a_name),
    BROOD_TEST(five_gibibytes_with_a_name),
};

int main(int argc, char **argv) {
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    return brood_test_run_once(argv[0], tests, sizeof tests / sizeof tests[0],
                               argc > 1 ? argv[1] : NULL);
}
