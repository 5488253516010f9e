/* The command brood-doctor: run as a program, and its output read. */
#include "methods.h"

#include "brood/doctor.h"
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <stdio.h>
#include <string.h>

#define LATE (20 * 1000000)

/* Runs it with one option or none; returns its exit code. */
static int run(const char *option, const char **output, brood_test_t *test) {
    const char *argv[] = {BROOD_DOCTOR_PROGRAM, option, NULL};
    char *text = apr_pcalloc(test->pool, 1 << 20);
    apr_size_t room = (1 << 20) - 1;
    apr_procattr_t *attributes;
    apr_proc_t process;
    apr_exit_why_e why;
    int code = -1;

    assert_int_equal(apr_procattr_create(&attributes, test->pool), APR_SUCCESS);
    assert_int_equal(
        apr_procattr_io_set(attributes, APR_NO_PIPE, APR_FULL_BLOCK, APR_NO_PIPE),
        APR_SUCCESS);
    assert_int_equal(apr_procattr_cmdtype_set(attributes, APR_PROGRAM_ENV), APR_SUCCESS);
    assert_int_equal(
        apr_proc_create(&process, argv[0], argv, NULL, attributes, test->pool),
        APR_SUCCESS);
    (void)apr_file_read_full(process.out, text, room, &room);
    (void)apr_proc_wait(&process, &code, &why, APR_WAIT);
    (void)apr_file_close(process.out);
    *output = text;
    return code;
}

/* Takes the first lock, says so, waits for a word, then for the second lock. */
static int take_two(const brood_values_t *state, apr_pool_t *pool) {
    brood_lock_t *first, *second;
    brood_connection_t *connection;
    char word;
    size_t size;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &first, &second, &connection));
    CHILD_OK(brood_lock_acquire(first, LATE));
    CHILD_OK(brood_connection_send_bytes(connection, "h", 1, LATE));
    CHILD_OK(brood_connection_recv_bytes_into(connection, &word, 1, &size, LATE));
    (void)brood_lock_acquire(second, BROOD_FOREVER);
    return 0;
}

static brood_process_t *start(const char *name, brood_lock_t *first, brood_lock_t *second,
                              brood_connection_t **mine, brood_test_t *test) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_connection_t *theirs;
    brood_process_t *process;
    char word;
    size_t size;

    options.name = name;
    assert_success(brood_pipe_create(mine, &theirs, 1, test->pool));
    process =
        brood_test_create(take_two, BROOD_ARGS(first, second, theirs), &options, test);
    assert_success(brood_process_start(process));
    assert_success(brood_connection_close(theirs));
    assert_success(brood_connection_recv_bytes_into(*mine, &word, 1, &size, LATE));
    return process;
}

static void a_wrong_option_is_a_failure(void **state) {
    brood_test_t *test = *state;
    const char *output;

    assert_int_equal(run("--wrong", &output, test), 2);
    assert_int_equal(run("--help", &output, test), 0);
    assert_non_null(strstr(output, "--reclaim"));
}

static void it_prints_a_deadlock(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *one, *two;
    brood_connection_t *to_anna, *to_bert;
    brood_process_t *anna, *bert;
    brood_doctor_session_t *session;
    const char *output;
    char text[100];
    int code;

    assert_success(brood_lock_create(&one, test->pool));
    assert_success(brood_lock_create(&two, test->pool));
    anna = start("Anna", one, two, &to_anna, test);
    bert = start("Bert", two, one, &to_bert, test);
    assert_success(brood_connection_send_bytes(to_anna, "g", 1, LATE));
    assert_success(brood_connection_send_bytes(to_bert, "g", 1, LATE));
    do { /* ends when both sleep; the test's own timeout is the end otherwise */
        assert_success(brood_doctor_look(&session, test->pool));
    } while (session->deadlock_count == 0);
    code = run(NULL, &output, test);
    if (code == 2) { /* no way to look into other processes here */
        assert_success(brood_process_kill(anna));
        assert_success(brood_process_kill(bert));
        brood_test_join(anna, -9);
        brood_test_join(bert, -9);
        skip();
    }
    assert_int_equal(code, 1);
    (void)snprintf(text, sizeof text, "session %016llx", (unsigned long long)session->id);
    assert_non_null(strstr(output, text));
    output = strstr(output, text);
    assert_non_null(strstr(output, "DEADLOCK of 2"));
    (void)snprintf(text, sizeof text, "pid %lld (Anna), thread 1 waits for lock ",
                   (long long)brood_process_pid(anna));
    assert_non_null(strstr(output, text));
    (void)snprintf(text, sizeof text, "which pid %lld (Anna), thread 1 holds",
                   (long long)brood_process_pid(anna));
    assert_non_null(strstr(output, text));
    assert_int_equal(run("--json", &output, test), 1);
    assert_non_null(strstr(output, "\"deadlocks\":[[{\"wait\":{\"object\":\"lock "));

    /* One is killed: the other is told, and the deadlock is over. */
    assert_success(brood_process_kill(anna));
    brood_test_join(anna, -9);
    brood_test_join(bert, 0);
    assert_success(brood_doctor_look(&session, test->pool));
    assert_int_equal(session->deadlock_count, 0);
}

/* What a dead child holds is put right from outside, while nobody here looks at it. */
static void it_reclaims_what_the_dead_left(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *one, *two;
    brood_connection_t *to_anna;
    brood_process_t *anna;
    brood_doctor_hold_t hold;
    const char *output;
    int code;

    assert_success(brood_lock_create(&one, test->pool));
    assert_success(brood_lock_create(&two, test->pool));
    anna = start("Anna", one, two, &to_anna, test);
    assert_success(brood_process_kill(anna));
    do {
        assert_success(brood_lock_holder(one, &hold));
    } while (hold.process.is_alive);
    assert_true(hold.process.participant != 0);
    code = run("--reclaim", &output, test);
    if (code != 2) {
        assert_non_null(strstr(output, "reclaimed: what "));
        assert_success(brood_lock_holder(one, &hold));
        assert_int_equal(hold.process.participant, 0);
    }
    assert_status(brood_lock_acquire(one, LATE), BROOD_EOWNERDEAD);
    assert_success(brood_lock_release(one));
    brood_test_join(anna, -9);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_wrong_option_is_a_failure),
    BROOD_TEST(it_prints_a_deadlock),
    BROOD_TEST(it_reclaims_what_the_dead_left),
};

BROOD_TEST_MAIN(tests)
