/* Families: what ends with its creator, however that ends, and trees that are ended on our word. */
#include "methods.h"

#include "os/clock.h"
#include "os/module.h"
#include "os/program.h"
#include "outside.h"
#include "strangers.h"
#include <stdio.h>
#include <string.h>

#define LATE (20 * 1000000)

enum { PLAIN, DEAF, STOPPED };

/* ---- a family of three: this process, the one in the middle, the leaf ------------------- */

typedef struct family_t {
    brood_queue_t *words;              /* pids of those who are there */
    brood_connection_t *mine, *theirs; /* ends when the last of them has ended */
    brood_process_t *middle;
    int64_t leaf;
} family_t;

static int64_t next_pid(family_t *family, brood_test_t *test) {
    brood_values_t *values;
    int64_t pid;

    assert_success(brood_queue_get(family->words, &values, LATE, test->pool));
    assert_success(BROOD_UNPACK(values, &pid));
    return pid;
}

/* Says that it is there and stays until it is ended. */
static int stay(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *life;
    brood_queue_t *words;
    int how;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &words, &life, &how));
    if (how == DEAF) {
        brood_test_block_signals();
    }
    CHILD_OK(brood_queue_put(words, BROOD_ARGS(brood_current_pid()), 0));
    for (;;) { /* until it is ended */
        (void)brood_stop_wait(LATE);
        if (brood_stop_requested()) {
            return 7;
        }
    }
}

/* Starts a leaf with this option, by its own method, and stays. */
static int have_leaf(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_connection_t *life;
    brood_process_t *leaf;
    brood_queue_t *words;
    int how, method;

    CHILD_OK(BROOD_UNPACK(state, &words, &life, &how, &options.end_with_parent, &method));
    options.method = (brood_start_method_t)method;
    CHILD_OK(
        brood_process_create(&leaf, stay, BROOD_ARGS(words, life, how), &options, pool));
    CHILD_OK(brood_process_start(leaf));
    for (;;) { /* until it is ended */
        (void)brood_stop_wait(LATE);
        if (brood_stop_requested()) {
            CHILD_OK(brood_process_join(leaf, LATE));
            return 8;
        }
    }
}

static void begin(family_t *family, int how, int middle_option, int leaf_option,
                  brood_test_t *test) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;

    options.end_with_parent = middle_option;
    assert_success(brood_queue_create(&family->words, NULL, test->pool));
    assert_success(brood_pipe_create(&family->mine, &family->theirs, 0, test->pool));
    family->middle = brood_test_create(
        have_leaf,
        BROOD_ARGS(family->words, family->theirs, how, leaf_option, (int)test->method),
        &options, test);
    assert_success(brood_process_start(family->middle));
    assert_success(brood_connection_close(family->theirs));
    family->leaf = next_pid(family, test);
}

static void await_end(family_t *family) {
    size_t size;
    char word;

    assert_status(brood_connection_recv_bytes_into(family->mine, &word, 1, &size, LATE),
                  APR_EOF);
}

/* ---- ending with the parent ------------------------------------------------------------- */

static void a_wrong_choice_is_named(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *process;

    options.end_with_parent = 3;
    assert_status(
        brood_process_create(&process, stay, BROOD_NO_ARGS, &options, test->pool),
        APR_EINVAL);
    assert_detail("end_with_parent");
    options.end_with_parent = -1;
    assert_status(
        brood_process_create(&process, stay, BROOD_NO_ARGS, &options, test->pool),
        APR_EINVAL);
}

static void it_ends_with_a_killed_parent(void **state) {
    family_t family;

    begin(&family, PLAIN, 0, 1, *state);
    assert_success(brood_process_kill(family.middle));
    brood_test_join(family.middle, -9);
    await_end(&family);
}

/* Signals are the program's; who ends with its parent needs none of them. */
static void it_may_block_every_signal(void **state) {
    family_t family;

    begin(&family, DEAF, 0, 1, *state);
    assert_success(brood_process_kill(family.middle));
    brood_test_join(family.middle, -9);
    await_end(&family);
}

static void end_while_stopped(int leaf_option, brood_test_t *test) {
    family_t family;

    begin(&family, STOPPED, 0, leaf_option, test);
    if (brood_test_stop(family.leaf) != APR_SUCCESS) {
        (void)brood_process_kill_tree(family.middle, BROOD_STOP_KILL, NULL);
        skip(); /* there is no stopping others here */
    }
    (void)brood_test_await_stopped(family.leaf);
    assert_success(brood_process_kill(family.middle));
    brood_test_join(family.middle, -9);
    await_end(&family);
}

static void it_may_be_stopped(void **state) {
    end_while_stopped(1, *state);
}

static void it_may_be_stopped_with_its_tree(void **state) {
    end_while_stopped(2, *state);
}

static void others_stay(void **state) {
    family_t family;

    begin(&family, PLAIN, 0, 0, *state);
    assert_success(brood_process_kill(family.middle));
    brood_test_join(family.middle, -9);
    assert_int_equal(brood_test_lives(family.leaf), 1);
    assert_success(brood_test_kill(family.leaf));
    await_end(&family);
}

/* The middle one, told to take its tree with it, starts a leaf that is told nothing. */
static int have_tree(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_connection_t *life;
    brood_process_t *middle;
    brood_os_process_t stranger;
    brood_queue_t *words;
    const char *file;
    int method;

    CHILD_OK(BROOD_UNPACK(state, &words, &life, &file, &method));
    options.method = (brood_start_method_t)method;
    options.end_with_parent = 2;
    CHILD_OK(brood_process_create(&middle, have_leaf,
                                  BROOD_ARGS(words, life, (int)PLAIN, 0, method),
                                  &options, pool));
    CHILD_OK(brood_process_start(middle));
    CHILD_OK(brood_test_stranger_start(&stranger, 0, file));
    CHILD_OK(brood_queue_put(words, BROOD_ARGS(stranger.pid), 0));
    for (;;) { /* until it is ended */
        (void)brood_stop_wait(LATE);
    }
}

static void trees_end_with_a_killed_parent(void **state) {
    brood_test_t *test = *state;
    const char *file = brood_test_file_name("family", test->pool);
    brood_process_t *root;
    family_t family;
    int64_t one, other;

    if (test->method == BROOD_START_FORK && brood_test_fears_forks()) {
        skip(); /* the watch thread of each, and a fork beside it */
    }
    assert_success(brood_queue_create(&family.words, NULL, test->pool));
    assert_success(brood_pipe_create(&family.mine, &family.theirs, 0, test->pool));
    root = brood_test_start(
        have_tree, BROOD_ARGS(family.words, family.theirs, file, (int)test->method),
        test);
    assert_success(brood_connection_close(family.theirs));
    one = next_pid(&family, test);
    other = next_pid(&family, test);
    assert_int_equal(brood_test_await_bytes(file, 1), 1);
    assert_success(brood_process_kill(root));
    brood_test_join(root, -9);
    await_end(&family);
    /* A process closes its files before it is over. The root itself was told nothing: its own
     * stranger stays. */
    while (brood_test_lives(one) + brood_test_lives(other) > 1) { /* ends with the leaf */
        brood_os_yield();
    }
    assert_int_equal(brood_test_lives(one) + brood_test_lives(other), 1);
    assert_success(brood_test_kill(brood_test_lives(one) ? one : other));
    assert_int_equal(remove(file), 0);
}

/* Starts what knows nothing of Brood, and stays. */
static int have_stranger(const brood_values_t *state, apr_pool_t *pool) {
    brood_os_process_t stranger;
    brood_queue_t *words;
    const char *file;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &words, &file));
    CHILD_OK(brood_test_stranger_start(&stranger, 0, file));
    CHILD_OK(brood_queue_put(words, BROOD_ARGS(stranger.pid), 0));
    for (;;) { /* until it is ended */
        (void)brood_stop_wait(LATE);
    }
}

static int have_one_with_a_stranger(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *middle;
    brood_queue_t *words;
    const char *file;
    int method;

    CHILD_OK(BROOD_UNPACK(state, &words, &file, &method));
    options.method = (brood_start_method_t)method;
    options.end_with_parent = 2;
    CHILD_OK(brood_process_create(&middle, have_stranger, BROOD_ARGS(words, file),
                                  &options, pool));
    CHILD_OK(brood_process_start(middle));
    CHILD_OK(brood_process_join(middle, BROOD_FOREVER)); /* until this one is ended */
    return 9;
}

static void strangers_end_with_their_tree(void **state) {
    brood_test_t *test = *state;
    const char *file = brood_test_file_name("strangers", test->pool);
    brood_process_t *root;
    family_t family;
    int64_t stranger, took;

    if (!brood_test_strangers_hear()) {
        skip(); /* they are told by nobody */
    }
    assert_success(brood_queue_create(&family.words, NULL, test->pool));
    root = brood_test_start(have_one_with_a_stranger,
                            BROOD_ARGS(family.words, file, (int)test->method), test);
    stranger = next_pid(&family, test);
    assert_int_equal(brood_test_await_bytes(file, 1), 1);
    assert_success(brood_process_kill(root));
    brood_test_join(root, -9);
    took = brood_test_await_gone(stranger);
    if (took < 0) {
        (void)brood_test_kill(stranger);
    }
    assert_true(took >= 0);
    assert_int_equal(remove(file), 0);
}

static int have_command(const brood_values_t *state, apr_pool_t *pool) {
    const char *argv[] = {NULL, "--stranger", "0", NULL, NULL};
    char path[BROOD_OS_PATH_MAX];
    brood_command_t *command;
    brood_queue_t *words;

    CHILD_OK(BROOD_UNPACK(state, &words, &argv[3]));
    CHILD_OK(brood_os_program_path(path, sizeof path));
    argv[0] = path;
    CHILD_OK(brood_command_create(&command, argv, NULL, pool));
    CHILD_OK(brood_command_start(command));
    CHILD_OK(brood_queue_put(words, BROOD_ARGS(brood_command_pid(command)), 0));
    for (;;) { /* until it is ended */
        (void)brood_stop_wait(LATE);
    }
}

static void commands_end_with_their_tree(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    const char *file = brood_test_file_name("command", test->pool);
    brood_process_t *process;
    family_t family;
    int64_t command;

    options.end_with_parent = 2;
    assert_success(brood_queue_create(&family.words, NULL, test->pool));
    process =
        brood_test_create(have_command, BROOD_ARGS(family.words, file), &options, test);
    assert_success(brood_process_start(process));
    command = next_pid(&family, test);
    assert_int_equal(brood_test_await_bytes(file, 1), 1);
    assert_success(brood_process_kill(process));
    brood_test_join(process, -9);
    assert_true(brood_test_await_gone(command) >= 0);
    assert_int_equal(remove(file), 0);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(commands_end_with_their_tree),
    BROOD_TEST(strangers_end_with_their_tree),
    BROOD_TEST(a_wrong_choice_is_named),
    BROOD_TEST(it_ends_with_a_killed_parent),
    BROOD_TEST(it_may_block_every_signal),
    BROOD_TEST(it_may_be_stopped),
    BROOD_TEST(it_may_be_stopped_with_its_tree),
    BROOD_TEST(others_stay),
    BROOD_TEST(trees_end_with_a_killed_parent),
};

int main(int argc, char **argv) {
    brood_test_stranger(argc, argv);
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    return brood_test_run(argv[0], tests, sizeof tests / sizeof tests[0],
                          argc > 1 ? argv[1] : NULL);
}
