/* Families: a tree is ended on our word, all of it and nobody else. */
#include "methods.h"

#include "family_members.h"
#include "outside.h"
#include "participant.h"
#include "session.h"
#include "strangers.h"
#include <stdio.h>
#include <string.h>

#define LATE (20 * 1000000)
#define STRANGERS 3u /* one with two children */

/* ---- trees ------------------------------------------------------------------------------ */

typedef struct tree_t {
    brood_queue_t *words;              /* pids of those who are there, the root's last */
    brood_connection_t *mine, *theirs; /* ends when all of Brood's have ended */
    const char *file;                  /* a byte for each stranger */
    int64_t pids[3];
    int count;
    brood_process_t *root;
} tree_t;

static int stay(void) {
    for (;;) { /* until it is ended */
        (void)brood_stop_wait(LATE);
        if (brood_stop_requested()) {
            return 7;
        }
    }
}

static int be_leaf(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *life;
    brood_queue_t *words;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &words, &life));
    CHILD_OK(brood_queue_put(words, BROOD_ARGS(brood_current_pid()), 0));
    return stay();
}

static int be_middle(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_connection_t *life;
    brood_process_t *leaf;
    brood_queue_t *words;
    int method;

    CHILD_OK(BROOD_UNPACK(state, &words, &life, &method));
    options.method = (brood_start_method_t)method;
    CHILD_OK(
        brood_process_create(&leaf, be_leaf, BROOD_ARGS(words, life), &options, pool));
    CHILD_OK(brood_process_start(leaf));
    CHILD_OK(brood_queue_put(words, BROOD_ARGS(brood_current_pid()), 0));
    return stay();
}

static int be_root(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_os_process_t stranger;
    brood_connection_t *life;
    brood_process_t *middle;
    brood_queue_t *words;
    const char *file;
    int method, strangers;

    CHILD_OK(BROOD_UNPACK(state, &words, &life, &file, &method, &strangers));
    options.method = (brood_start_method_t)method;
    CHILD_OK(brood_process_create(&middle, be_middle, BROOD_ARGS(words, life, method),
                                  &options, pool));
    CHILD_OK(brood_process_start(middle));
    if (strangers) {
        CHILD_OK(brood_test_stranger_start(&stranger, STRANGERS - 1, file));
        CHILD_OK(brood_queue_put(words, BROOD_ARGS(stranger.pid), 0));
    }
    return stay();
}

/* Leaf, middle, stranger, and the stranger's children. */
static void grow(tree_t *tree, int strangers, brood_test_t *test) {
    brood_values_t *values;
    int i;

    tree->file = brood_test_file_name("tree", test->pool);
    assert_success(brood_queue_create(&tree->words, NULL, test->pool));
    assert_success(brood_pipe_create(&tree->mine, &tree->theirs, 0, test->pool));
    tree->root = brood_test_start(
        be_root,
        BROOD_ARGS(tree->words, tree->theirs, tree->file, (int)test->method, strangers),
        test);
    assert_success(brood_connection_close(tree->theirs));
    tree->count = strangers ? 3 : 2;
    for (i = 0; i < tree->count; i++) {
        assert_success(brood_queue_get(tree->words, &values, LATE, test->pool));
        assert_success(BROOD_UNPACK(values, &tree->pids[i]));
    }
    assert_int_equal(!strangers || brood_test_await_bytes(tree->file, STRANGERS), 1);
}

static void await_end(tree_t *tree) {
    size_t size;
    char word;
    int i;

    assert_status(brood_connection_recv_bytes_into(tree->mine, &word, 1, &size, LATE),
                  APR_EOF);
    for (i = 0; i < tree->count; i++) {
        assert_true(brood_test_await_gone(tree->pids[i]) >= 0);
    }
    (void)remove(tree->file);
}

/* How many a tree under this method has: a forkserver for each process that starts by it. */
static size_t members(const brood_test_t *test) {
    return 3 + STRANGERS + (test->method == BROOD_START_FORKSERVER ? 2 : 0);
}

/* Where strangers cannot be signalled safely there is nothing to see here but a status. */
static void need_trees(void) {
    if (!brood_test_strangers_hear()) {
        skip();
    }
}

/* ---- what happens to them --------------------------------------------------------------- */

static int sit(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *told;
    brood_values_t *values;

    CHILD_OK(BROOD_UNPACK(state, &told));
    CHILD_OK(brood_queue_get(told, &values, LATE, pool));
    return 11;
}

static void a_tree_is_ended(brood_test_t *test, brood_stop_what_t how, int code) {
    brood_process_t *sibling;
    brood_queue_t *told;
    tree_t tree;
    size_t count;

    need_trees();
    assert_success(brood_queue_create(&told, NULL, test->pool));
    sibling = brood_test_start(sit, BROOD_ARGS(told), test);
    grow(&tree, 1, test);
    assert_success(brood_process_kill_tree(tree.root, how, &count));
    assert_int_equal(count, members(test));
    brood_test_join(tree.root, code);
    await_end(&tree);
    assert_success(brood_queue_put(told, BROOD_NO_ARGS, 0));
    brood_test_join(sibling, 11);
}

static void a_tree_is_killed(void **state) {
    a_tree_is_ended(*state, BROOD_STOP_KILL, -9);
}

static void a_tree_is_terminated(void **state) {
    a_tree_is_ended(*state, BROOD_STOP_TERMINATE, -15);
}

/* Who was stopped by somebody else is terminated all the same. */
static void a_stopped_tree_is_terminated(void **state) {
    brood_test_t *test = *state;
    tree_t tree;
    int i;

    need_trees();
    grow(&tree, 1, test);
    for (i = 0; i < tree.count; i++) {
        (void)brood_test_stop(tree.pids[i]);
    }
    assert_success(brood_process_kill_tree(tree.root, BROOD_STOP_TERMINATE, NULL));
    brood_test_join(tree.root, -15);
    await_end(&tree);
}

/* Those of Brood end as they choose. */
static void a_tree_is_asked(void **state) {
    brood_test_t *test = *state;
    tree_t tree;
    size_t count;

    grow(&tree, 0, test);
    assert_success(brood_process_kill_tree(tree.root, BROOD_STOP_ASK, &count));
    assert_true(count >= 3);
    brood_test_join(tree.root, 7);
    await_end(&tree);
}

/* As between a fork and the first steps of the child. */
static void who_is_being_started_is_asked_too(void **state) {
    uint32_t id;
    size_t count;

    (void)state;
    assert_success(brood__session_reserve(&id));
    assert_success(brood_kill_descendants(BROOD_STOP_ASK, &count));
    assert_true(count >= 1); /* and a forkserver's children, if any were left */
    assert_int_equal(*brood__participant_stop_word(id), id);
    brood__session_bury(id);
}

/* Begins a start and comes no further. */
static int die_as_a_parent(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *words;
    uint32_t id;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &words));
    CHILD_OK(brood__session_reserve(&id));
    CHILD_OK(brood_queue_put(words, BROOD_ARGS(id), 0));
    return stay();
}

/* Its parent is dead before it has entered the session, and it is not to be seen: so the door is
 * shut. */
static void who_comes_too_late_does_not_get_in(void **state) {
    brood_test_t *test = *state;
    brood_process_t *parent;
    brood_values_t *values;
    brood_queue_t *words;
    uint32_t id;

    need_trees();
    assert_success(brood_queue_create(&words, NULL, test->pool));
    parent = brood_test_start(die_as_a_parent, BROOD_ARGS(words), test);
    assert_success(brood_queue_get(words, &values, LATE, test->pool));
    assert_success(BROOD_UNPACK(values, &id));
    assert_success(brood_process_kill(parent));
    brood_test_join(parent, -9);
    assert_int_equal(brood__participant_is_tenant(id), 1);
    assert_success(brood_process_kill_tree(parent, BROOD_STOP_KILL, NULL));
    assert_int_equal(brood__participant_is_tenant(id), 0);
}

static int say_and_sit(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *words, *told;
    brood_values_t *values;

    CHILD_OK(BROOD_UNPACK(state, &words, &told));
    CHILD_OK(brood_queue_put(words, BROOD_NO_ARGS, 0));
    CHILD_OK(brood_queue_get(told, &values, LATE, pool));
    return 11;
}

/* One process, whose birth is told in two ways, is one member. */
static void births_in_two_units_are_one(void **state) {
    brood_test_t *test = *state;
    brood_process_t *process;
    brood__family_t family = {0};
    brood_os_identity_t told;
    brood_queue_t *words, *queue;
    brood_values_t *values;
    int quiet, found = 0;

    need_trees();
    assert_success(brood_queue_create(&queue, NULL, test->pool));
    assert_success(brood_queue_create(&words, NULL, test->pool));
    process = brood_test_start(say_and_sit, BROOD_ARGS(words, queue), test);
    assert_success(brood_queue_get(words, &values, LATE, test->pool));
    told.pid = brood_process_pid(process);
    told.birth = brood_test_birth(told.pid);
    if (told.birth == 0) {
        assert_success(brood_queue_put(queue, BROOD_NO_ARGS, 0));
        brood_test_join(process, 11);
        skip(); /* there is one way only */
    }
    assert_success(brood_os_identity_self(&family.self));
    assert_success(brood__family_add(&family, &family.self, brood__self_id));
    assert_success(brood__family_add(&family, &told, 0));
    assert_success(brood__family_look(&family, &quiet));
    for (size_t i = 0; i < family.count; i++) {
        found += family.members[i].identity.pid == told.pid;
    }
    assert_int_equal(found, 1);
    assert_int_not_equal(family.members[1].participant, 0);
    brood__family_clear(&family);
    assert_success(brood_queue_put(queue, BROOD_NO_ARGS, 0));
    brood_test_join(process, 11);
}

/* The root is dead, and so is the middle: the leaf is found by who started whom. */
static void orphans_are_found(void **state) {
    brood_test_t *test = *state;
    brood_connection_t *mine, *theirs;
    brood_values_t *values;
    brood_process_t *middle;
    brood_queue_t *words;
    size_t count, size;
    apr_status_t rv;
    int64_t leaf;
    char word;

    need_trees();
    assert_success(brood_queue_create(&words, NULL, test->pool));
    assert_success(brood_pipe_create(&mine, &theirs, 0, test->pool));
    middle =
        brood_test_start(be_middle, BROOD_ARGS(words, theirs, (int)test->method), test);
    assert_success(brood_connection_close(theirs));
    leaf = brood_process_pid(middle);
    for (int i = 0; i < 2; i++) { /* two words, in any order */
        int64_t pid;

        assert_success(brood_queue_get(words, &values, LATE, test->pool));
        assert_success(BROOD_UNPACK(values, &pid));
        leaf = pid == brood_process_pid(middle) ? leaf : pid;
    }
    assert_success(brood_process_kill(middle));
    brood_test_join(middle, -9);
    rv = brood_process_kill_tree(middle, BROOD_STOP_KILL, &count);
    assert_success(rv);
    assert_in_range(count, 1, 2); /* its forkserver may not be over yet */
    assert_status(brood_connection_recv_bytes_into(mine, &word, 1, &size, LATE), APR_EOF);
    assert_true(brood_test_await_gone(leaf) >= 0);
    assert_success(brood_process_kill_tree(middle, BROOD_STOP_KILL, &count));
    assert_in_range(count, 0, 1);
}

/* Starts one after the other until it is ended; each stays. */
static int breed(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_connection_t *life;
    brood_queue_t *words;
    int method;

    CHILD_OK(BROOD_UNPACK(state, &words, &life, &method));
    options.method = (brood_start_method_t)method;
    for (int i = 0; i < 200; i++) {
        brood_process_t *child;

        CHILD_OK(brood_process_create(&child, be_leaf, BROOD_ARGS(words, life), &options,
                                      pool));
        CHILD_OK(brood_process_start(child));
    }
    return stay();
}

static void who_starts_others_meanwhile_does_not_get_away(void **state) {
    brood_test_t *test = *state;
    brood_connection_t *mine, *theirs;
    brood_values_t *values;
    brood_process_t *breeder;
    brood_queue_t *words;
    size_t count, size;
    apr_status_t rv;
    char word;

    need_trees();
    assert_success(brood_queue_create(&words, NULL, test->pool));
    assert_success(brood_pipe_create(&mine, &theirs, 0, test->pool));
    breeder = brood_test_start(breed, BROOD_ARGS(words, theirs, (int)test->method), test);
    assert_success(brood_connection_close(theirs));
    for (int i = 0; i < 3; i++) {
        assert_success(brood_queue_get(words, &values, LATE, test->pool));
    }
    rv = brood_process_kill_tree(breeder, BROOD_STOP_KILL, &count);
    assert_success(rv);
    assert_true(count >= 4);
    brood_test_join(breeder, -9);
    assert_status(brood_connection_recv_bytes_into(mine, &word, 1, &size, LATE), APR_EOF);
}

static void all_descendants_are_ended(void **state) {
    brood_test_t *test = *state;
    brood_process_t *sibling;
    brood_queue_t *told;
    tree_t tree;
    size_t count;
    apr_status_t rv;

    need_trees();
    assert_success(brood_queue_create(&told, NULL, test->pool));
    sibling = brood_test_start(sit, BROOD_ARGS(told), test);
    grow(&tree, 1, test);
    rv = brood_kill_descendants(BROOD_STOP_KILL, &count);
    assert_success(rv);
    assert_true(count >= members(test) + 1);
    brood_test_join(sibling, -9);
    brood_test_join(tree.root, -9);
    await_end(&tree);
}

/* Everywhere the child itself is told at least. */
static void the_child_is_told_everywhere(void **state) {
    brood_test_t *test = *state;
    brood_process_t *process;
    brood_queue_t *told;
    apr_status_t rv;

    assert_success(brood_queue_create(&told, NULL, test->pool));
    process = brood_test_start(sit, BROOD_ARGS(told), test);
    rv = brood_process_kill_tree(process, BROOD_STOP_KILL, NULL);
    assert_true(rv == APR_SUCCESS || APR_STATUS_IS_ENOTIMPL(rv));
    brood_test_join(process, -9);
}

static void wrong_words_are_refused(void **state) {
    brood_test_t *test = *state;
    brood_process_t *process = brood_test_create(be_leaf, BROOD_NO_ARGS, NULL, test);
    size_t count = 9;

    assert_status(brood_process_kill_tree(process, BROOD_STOP_KILL, &count),
                  BROOD_ENOTSTARTED);
    assert_int_equal(count, 0);
    assert_status(brood_process_kill_tree(NULL, BROOD_STOP_KILL, NULL), APR_EINVAL);
    assert_status(brood_kill_descendants(BROOD_STOP_WAIT, &count), APR_EINVAL);
    assert_detail("how is 1");
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_tree_is_killed),
    BROOD_TEST(a_tree_is_terminated),
    BROOD_TEST(a_stopped_tree_is_terminated),
    BROOD_TEST(a_tree_is_asked),
    BROOD_TEST(who_is_being_started_is_asked_too),
    BROOD_TEST(who_comes_too_late_does_not_get_in),
    BROOD_TEST(births_in_two_units_are_one),
    BROOD_TEST(orphans_are_found),
    BROOD_TEST(who_starts_others_meanwhile_does_not_get_away),
    BROOD_TEST(all_descendants_are_ended),
    BROOD_TEST(the_child_is_told_everywhere),
    BROOD_TEST(wrong_words_are_refused),
};

int main(int argc, char **argv) {
    brood_test_stranger(argc, argv);
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    return brood_test_run(argv[0], tests, sizeof tests / sizeof tests[0],
                          argc > 1 ? argv[1] : NULL);
}
