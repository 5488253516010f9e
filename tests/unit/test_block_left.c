/* Names of blocks whose makers are dead: what is taken back, when, and what never is. */
#include "methods.h"

#include "os/handle.h"
#include "os/name.h"
#include <apr_strings.h>
#include <string.h>

#define LATE (20 * 1000000)

/* A name of this process's own: other tests run at the same time. */
static const char *fresh_name(brood_test_t *test) {
    static int number;

    return apr_psprintf(test->pool, "left-%lx-%d", (unsigned long)brood_current_pid(),
                        ++number);
}

static int is_listed(const char *name, brood_block_info_t *info, apr_pool_t *pool) {
    brood_block_info_t *infos;
    size_t count, i;

    assert_success(brood_block_list(&infos, &count, pool));
    for (i = 0; i < count; i++) {
        if (strcmp(infos[i].name, name) == 0) {
            *info = infos[i];
            return 1;
        }
    }
    return 0;
}

static size_t reclaimed(const char *name) {
    size_t count = 99;

    assert_success(brood_block_reclaim(name, &count));
    return count;
}

static void assert_gone(const char *name, brood_test_t *test) {
    brood_block_info_t info;
    brood_block_t *block;

    assert_status(brood_block_attach(&block, name, test->pool), APR_ENOENT);
    if (brood_os_names_persist()) {
        assert_false(is_listed(name, &info, test->pool));
    }
}

/* ---- a maker that dies ---- */

typedef struct maker_t {
    const char *name;
    brood_connection_t *mine, *theirs;
    brood_process_t *process;
} maker_t;

/* Makes a block, says so, and waits for its end. */
static int make(const brood_values_t *state, apr_pool_t *pool) {
    brood_block_options_t options = BROOD_BLOCK_OPTIONS_INIT;
    brood_connection_t *connection;
    brood_block_t *block;
    const char *name;
    size_t size;
    char word;

    CHILD_OK(BROOD_UNPACK(state, &name, &connection, &options.persistent));
    CHILD_OK(brood_block_create_named(&block, name, 4242, &options, pool));
    memcpy(brood_block_data(block), "left", 5);
    CHILD_OK(brood_connection_send_bytes(connection, "m", 1, LATE));
    CHILD_OK(brood_connection_recv_bytes_into(connection, &word, 1, &size, LATE));
    return 0;
}

static void hear(maker_t *maker, char word) {
    char heard;
    size_t size;

    assert_success(brood_connection_recv_bytes_into(maker->mine, &heard, 1, &size, LATE));
    assert_int_equal(heard, word);
}

static void start_maker(maker_t *maker, brood_target_fn *target, int persistent,
                        brood_test_t *test) {
    maker->name = fresh_name(test);
    assert_success(brood_pipe_create(&maker->mine, &maker->theirs, 1, test->pool));
    maker->process = brood_test_start(
        target, BROOD_ARGS(maker->name, maker->theirs, persistent), test);
    assert_success(brood_connection_close(maker->theirs));
    hear(maker, 'm');
}

static void kill_maker(maker_t *maker) {
    assert_success(brood_process_kill(maker->process));
    brood_test_join(maker->process, -9);
}

static void a_living_makers_name_is_its_own(void **state) {
    brood_test_t *test = *state;
    brood_block_info_t info;
    brood_block_t *block;
    maker_t maker;

    start_maker(&maker, make, 0, test);
    assert_int_equal(reclaimed(maker.name), 0);
    (void)reclaimed(NULL);
    assert_status(brood_block_create_named(&block, maker.name, 1, NULL, test->pool),
                  APR_EEXIST);
    if (brood_os_names_persist()) {
        assert_true(is_listed(maker.name, &info, test->pool));
        assert_int_equal(info.owner_pid, brood_process_pid(maker.process));
        assert_int_equal(info.owner_is_alive, 1);
        assert_int_equal(info.is_held, 1);
        assert_int_equal(info.size, 4242);
    }
    assert_success(brood_connection_send_bytes(maker.mine, "e", 1, LATE));
    brood_test_join(maker.process, 0);
    assert_int_equal(reclaimed(maker.name), brood_os_names_persist());
    assert_gone(maker.name, test);
}

static void what_the_dead_left_is_taken_back(void **state) {
    brood_test_t *test = *state;
    brood_block_info_t info;
    maker_t maker;

    start_maker(&maker, make, 0, test);
    kill_maker(&maker);
    if (brood_os_names_persist()) {
        assert_true(is_listed(maker.name, &info, test->pool));
        assert_int_equal(info.owner_is_alive, 0);
        assert_int_equal(info.is_held, 0);
        assert_int_equal(info.is_persistent, 0);
        assert_int_equal(info.size, 4242);
        assert_int_equal(reclaimed(maker.name), 1);
    }
    assert_int_equal(reclaimed(maker.name), 0);
    assert_gone(maker.name, test);
}

static void all_of_them_are_taken_back(void **state) {
    brood_test_t *test = *state;
    maker_t one, other;

    start_maker(&one, make, 0, test);
    start_maker(&other, make, 0, test);
    kill_maker(&one);
    kill_maker(&other);
    (void)reclaimed(NULL);
    assert_gone(one.name, test);
    assert_gone(other.name, test);
}

static void the_next_creation_takes_it_back(void **state) {
    brood_test_t *test = *state;
    brood_block_t *block;
    maker_t maker;

    start_maker(&maker, make, 0, test);
    kill_maker(&maker);
    assert_success(brood_block_create_named(&block, maker.name, 5000, NULL, test->pool));
    assert_int_equal(brood_block_size(block), 5000);
    assert_int_equal(*(char *)brood_block_data(block), 0);
    assert_int_equal(reclaimed(maker.name), 0);
    assert_success(brood_block_unlink(maker.name));
    assert_success(brood_block_close(block));
    assert_gone(maker.name, test);
}

/* Somebody may want what the dead one has left: who attaches it holds it. */
static void what_is_left_can_be_attached(void **state) {
    brood_test_t *test = *state;
    brood_block_info_t info;
    brood_block_t *block, *other;
    maker_t maker;

    if (!brood_os_names_persist()) {
        return;
    }
    start_maker(&maker, make, 0, test);
    kill_maker(&maker);
    assert_success(brood_block_attach(&block, maker.name, test->pool));
    assert_string_equal(brood_block_data(block), "left");
    assert_true(is_listed(maker.name, &info, test->pool));
    assert_int_equal(info.owner_is_alive, 0);
    assert_int_equal(info.is_held, 1);
    assert_int_equal(reclaimed(maker.name), 0);
    assert_status(brood_block_create_named(&other, maker.name, 1, NULL, test->pool),
                  APR_EEXIST);
    assert_success(brood_block_close(block));
    assert_int_equal(reclaimed(maker.name), 1);
}

/* A view is holding, too. */
static void a_view_is_holding(void **state) {
    brood_test_t *test = *state;
    brood_block_view_t *view;
    brood_block_t *block;
    maker_t maker;

    if (!brood_os_names_persist()) {
        return;
    }
    start_maker(&maker, make, 0, test);
    kill_maker(&maker);
    assert_success(brood_block_attach(&block, maker.name, test->pool));
    assert_success(brood_block_view_create(&view, block, 0, 1, test->pool));
    assert_success(brood_block_close(block));
    assert_int_equal(reclaimed(maker.name), 0);
    assert_success(brood_block_view_close(view));
    assert_int_equal(reclaimed(maker.name), 1);
}

static void a_persistent_name_stays(void **state) {
    brood_test_t *test = *state;
    brood_block_info_t info;
    brood_block_t *block;
    maker_t maker;

    if (!brood_os_names_persist()) {
        return;
    }
    start_maker(&maker, make, 1, test);
    kill_maker(&maker);
    assert_int_equal(reclaimed(maker.name), 0);
    (void)reclaimed(NULL);
    assert_status(brood_block_create_named(&block, maker.name, 1, NULL, test->pool),
                  APR_EEXIST);
    assert_true(is_listed(maker.name, &info, test->pool));
    assert_int_equal(info.is_persistent, 1);
    assert_int_equal(info.owner_is_alive, 0);
    assert_success(brood_block_attach(&block, maker.name, test->pool));
    assert_string_equal(brood_block_data(block), "left");
    assert_int_equal(brood_block_size(block), 4242);
    assert_success(brood_block_close(block));
    assert_success(brood_block_unlink(maker.name));
    assert_gone(maker.name, test);
}

/* ---- who holds it ---- */

static int hold(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *connection;
    brood_block_t *block;
    size_t size;
    char word;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &block, &connection));
    CHILD_CHECK(strcmp(brood_block_data(block), "left") == 0);
    CHILD_OK(brood_connection_send_bytes(connection, "h", 1, LATE));
    CHILD_OK(brood_connection_recv_bytes_into(connection, &word, 1, &size, LATE));
    CHILD_CHECK(strcmp(brood_block_data(block), "left") == 0);
    CHILD_OK(brood_block_close(block));
    CHILD_OK(brood_connection_send_bytes(connection, "c", 1, LATE));
    CHILD_OK(brood_connection_recv_bytes_into(connection, &word, 1, &size, LATE));
    return 0;
}

/* Makes a block and hands it to a child of its own, which nobody will kill. */
static int make_and_hand_over(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *connection;
    brood_process_t *process;
    brood_block_t *block;
    const char *name;
    int persistent;

    CHILD_OK(BROOD_UNPACK(state, &name, &connection, &persistent));
    CHILD_OK(brood_block_create_named(&block, name, 4242, NULL, pool));
    memcpy(brood_block_data(block), "left", 5);
    CHILD_OK(
        brood_process_create(&process, hold, BROOD_ARGS(block, connection), NULL, pool));
    CHILD_OK(brood_process_start(process));
    CHILD_OK(brood_connection_send_bytes(connection, "m", 1, LATE));
    CHILD_OK(brood_process_join(process, LATE));
    return 0;
}

static void who_was_handed_it_holds_it(void **state) {
    brood_test_t *test = *state;
    brood_block_t *block;
    maker_t maker;
    char heard[2];
    size_t size;
    int i;

    /* The two words, 'm' of the child and 'h' of the grandchild, come in any order. */
    maker.name = fresh_name(test);
    assert_success(brood_pipe_create(&maker.mine, &maker.theirs, 1, test->pool));
    maker.process = brood_test_start(make_and_hand_over,
                                     BROOD_ARGS(maker.name, maker.theirs, 0), test);
    assert_success(brood_connection_close(maker.theirs));
    for (i = 0; i < 2; i++) {
        assert_success(
            brood_connection_recv_bytes_into(maker.mine, &heard[i], 1, &size, LATE));
    }
    assert_int_equal(heard[0] + heard[1], 'h' + 'm');
    kill_maker(&maker);
    assert_int_equal(reclaimed(maker.name), 0);
    assert_status(brood_block_create_named(&block, maker.name, 1, NULL, test->pool),
                  APR_EEXIST);
    assert_success(brood_block_attach(&block, maker.name, test->pool));
    assert_success(brood_block_close(block));
    assert_success(brood_connection_send_bytes(maker.mine, "g", 1, LATE));
    hear(&maker, 'c');
    assert_int_equal(reclaimed(maker.name), brood_os_names_persist());
    assert_gone(maker.name, test);
    assert_success(brood_connection_send_bytes(maker.mine, "e", 1, LATE));
    assert_status(brood_connection_recv_bytes_into(maker.mine, heard, 1, &size, LATE),
                  APR_EOF);
}

static int attach_and_hold(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *connection;
    brood_block_t *block;
    const char *name;
    int persistent;
    size_t size;
    char word;

    CHILD_OK(BROOD_UNPACK(state, &name, &connection, &persistent));
    CHILD_OK(brood_block_attach(&block, name, pool));
    CHILD_OK(brood_connection_send_bytes(connection, "h", 1, LATE));
    CHILD_OK(brood_connection_recv_bytes_into(connection, &word, 1, &size, LATE));
    return 0;
}

/* The maker dies, then another that holds it: the second death leaves it to be taken back. */
static void the_last_death_leaves_it(void **state) {
    brood_test_t *test = *state;
    brood_connection_t *mine, *theirs;
    brood_process_t *holder;
    brood_block_t *block;
    maker_t maker;
    size_t size;
    char word;

    start_maker(&maker, make, 0, test);
    assert_success(brood_pipe_create(&mine, &theirs, 1, test->pool));
    holder = brood_test_start(attach_and_hold, BROOD_ARGS(maker.name, theirs, 0), test);
    assert_success(brood_connection_recv_bytes_into(mine, &word, 1, &size, LATE));
    kill_maker(&maker);
    assert_int_equal(reclaimed(maker.name), 0);
    assert_status(brood_block_create_named(&block, maker.name, 1, NULL, test->pool),
                  APR_EEXIST);
    assert_success(brood_process_kill(holder));
    brood_test_join(holder, -9);
    assert_int_equal(reclaimed(maker.name), brood_os_names_persist());
    assert_gone(maker.name, test);
}

/* ---- strangers ---- */

/* A block without a note travels like others. */
static int look(const brood_values_t *state, apr_pool_t *pool) {
    brood_block_t *block;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &block));
    CHILD_CHECK(brood_block_size(block) == 8192);
    CHILD_CHECK(brood_block_name(block) != NULL);
    return 0;
}

/* An object that no note tells of is nobody's to take back. The seam makes it as CPython does. */
static void a_strangers_object_is_left_alone(void **state) {
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_os_handle_t memory;
    brood_block_info_t info;
    brood_block_t *block;

    if (!brood_os_names_persist()) {
        return;
    }
    assert_success(brood_os_named_create(&memory, name, 0));
    assert_status(brood_block_attach(&block, name, test->pool), BROOD_EBUSY);
    assert_detail("no size");
    assert_success(brood_os_named_reserve(memory, 8192));
    assert_status(brood_block_create_named(&block, name, 1, NULL, test->pool),
                  APR_EEXIST);
    assert_int_equal(reclaimed(name), 0);
    assert_false(is_listed(name, &info, test->pool));
    assert_success(brood_block_attach(&block, name, test->pool));
    assert_int_equal(brood_block_size(block), 8192);
    brood_test_join(brood_test_start(look, BROOD_ARGS(block), test), 0);
    assert_success(brood_block_close(block));
    assert_success(brood_block_unlink(name));
    assert_gone(name, test);
    (void)brood_os_handle_close(memory);
}

/* A stranger unlinks ours and puts its own there: ours was gone, and its own is not touched. */
static void a_strangers_object_in_our_place(void **state) {
    brood_test_t *test = *state;
    brood_os_handle_t memory;
    brood_block_info_t info;
    brood_block_t *block;
    maker_t maker;

    if (!brood_os_names_persist()) {
        return;
    }
    start_maker(&maker, make, 0, test);
    assert_success(brood_os_named_unlink(maker.name));
    assert_gone(maker.name, test);
    assert_success(brood_os_named_create(&memory, maker.name, 0));
    assert_success(brood_os_named_reserve(memory, 100));
    kill_maker(&maker);
    assert_int_equal(reclaimed(maker.name), 0);
    assert_false(is_listed(maker.name, &info, test->pool));
    assert_success(brood_block_attach(&block, maker.name, test->pool));
    assert_int_equal(brood_block_size(block), 100);
    assert_success(brood_block_unlink(maker.name));
    (void)brood_os_handle_close(memory);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_living_makers_name_is_its_own),
    BROOD_TEST(what_the_dead_left_is_taken_back),
    BROOD_TEST(all_of_them_are_taken_back),
    BROOD_TEST(the_next_creation_takes_it_back),
    BROOD_TEST(what_is_left_can_be_attached),
    BROOD_TEST(a_view_is_holding),
    BROOD_TEST(a_persistent_name_stays),
    BROOD_TEST(who_was_handed_it_holds_it),
    BROOD_TEST(the_last_death_leaves_it),
    BROOD_TEST(a_strangers_object_is_left_alone),
    BROOD_TEST(a_strangers_object_in_our_place),
};

BROOD_TEST_MAIN(tests)
