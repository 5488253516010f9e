/* Forkserver: what it loads before its first child, how it is started early and given up, and what
 * becomes of its children when it dies. */
#include "methods.h"

#include "os/clock.h"
#include "os/handle.h"
#include "os/process.h"
#include "os/program.h"
#include "outside.h"
#include <apr_env.h>
#include <apr_thread_proc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000)

/* What a preload function leaves in the server's memory, and so in that of its children. */
static struct {
    int times;
    int64_t pid;
    brood_queue_t *queue;
    brood_lock_t *lock;
    FILE *file;
} loaded;

static int preload(apr_pool_t *pool) {
    loaded.times++;
    loaded.pid = brood_current_pid();
    return brood_queue_create(&loaded.queue, NULL, pool) == APR_SUCCESS &&
                   brood_lock_create(&loaded.lock, pool) == APR_SUCCESS
               ? 0
               : 1;
}

static brood_context_t *context_with(brood_preload_fn *function,
                                     apr_interval_time_t start_timeout,
                                     brood_test_t *test) {
    brood_context_options_t settings = BROOD_CONTEXT_OPTIONS_INIT;
    brood_context_t *context;

    settings.preload = function;
    settings.start_timeout = start_timeout;
    assert_success(
        brood_context_create(&context, BROOD_START_FORKSERVER, &settings, test->pool));
    return context;
}

static brood_process_t *make_by(brood_context_t *context, brood_target_fn *target,
                                brood_args_t args, brood_test_t *test) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;

    options.method = BROOD_START_FORKSERVER;
    options.context = context;
    assert_success(brood_process_create(&child, target, args, &options, test->pool));
    return child;
}

static brood_process_t *start_by(brood_context_t *context, brood_target_fn *target,
                                 brood_args_t args, brood_test_t *test) {
    brood_process_t *child = make_by(context, target, args, test);

    assert_success(brood_process_start(child));
    return child;
}

static brood_queue_t *make_queue(brood_test_t *test) {
    brood_queue_t *queue;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    return queue;
}

static int wait_for_word(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_values_t *values;

    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_queue_get(queue, &values, LATE, pool));
    return 11;
}

static int do_nothing(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 0;
}

/* ---- preload ---- */

static int check_loaded(const brood_values_t *state, apr_pool_t *pool) {
    int64_t server;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &server));
    CHILD_CHECK(loaded.times == 1);
    CHILD_CHECK(loaded.pid == server);
    CHILD_CHECK(brood_current_pid() != server);
    CHILD_OK(brood_lock_acquire(loaded.lock, LATE));
    CHILD_OK(brood_queue_put(loaded.queue, BROOD_ARGS("common"), LATE));
    CHILD_OK(brood_lock_release(loaded.lock));
    return 0;
}

static int count_loaded(const brood_values_t *state, apr_pool_t *pool) {
    size_t count;

    (void)state;
    (void)pool;
    CHILD_OK(brood_queue_qsize(loaded.queue, &count));
    return (int)count;
}

static void what_is_loaded_is_in_all_children(void **state) {
    brood_test_t *test = *state;
    brood_context_t *context = context_with(preload, 0, test);
    brood_process_t *children[3];
    int64_t pid;
    int i;

    assert_int_equal(brood_forkserver_pid(context), 0);
    assert_success(brood_forkserver_start(context));
    pid = brood_forkserver_pid(context);
    assert_true(pid > 0);
    assert_success(brood_forkserver_start(context));
    assert_int_equal(brood_forkserver_pid(context), pid);
    for (i = 0; i < 3; i++) {
        children[i] = start_by(context, check_loaded, BROOD_ARGS(pid), test);
    }
    for (i = 0; i < 3; i++) {
        brood_test_join(children[i], 0);
    }
    /* One queue for all: what was made in the server. */
    brood_test_join(start_by(context, count_loaded, BROOD_NO_ARGS, test), 3);
    assert_int_equal(brood_forkserver_pid(context), pid);
    assert_int_equal(loaded.times, 0);
    assert_int_not_equal(brood_forkserver_pid(NULL), pid);
}

static int return_seven(apr_pool_t *pool) {
    (void)pool;
    return 7;
}

static int fail_with_detail(apr_pool_t *pool) {
    brood_process_t *process;

    return brood_process_create(&process, NULL, BROOD_NO_ARGS, NULL, pool) == APR_EINVAL
               ? 8
               : 0;
}

static int exit_three(apr_pool_t *pool) {
    (void)pool;
    exit(3);
}

static int crash(apr_pool_t *pool) {
    (void)pool;
    brood_os_kill_self();
    return 0;
}

static int hang(apr_pool_t *pool) {
    (void)pool;
    for (;;) { /* ends with the process, which the parent kills */
        apr_sleep(1000000);
    }
    return 0;
}

static void *APR_THREAD_FUNC sleep_on(apr_thread_t *thread, void *data) {
    (void)thread;
    (void)data;
    for (;;) { /* ends with the process */
        apr_sleep(1000000);
    }
    return NULL;
}

static int leave_thread(apr_pool_t *pool) {
    apr_thread_t *thread;

    return apr_thread_create(&thread, NULL, sleep_on, NULL, pool);
}

/* Says by its failure what the start of a process was. */
static int start_one(apr_pool_t *pool) {
    brood_process_t *process;

    return brood_process_create(&process, do_nothing, BROOD_NO_ARGS, NULL, pool) ==
                       APR_SUCCESS &&
                   brood_process_start(process) == BROOD_EPRELOAD
               ? 9
               : 0;
}

static void a_preload_that_fails(void **state) {
    static const struct {
        brood_preload_fn *function;
        const char *detail;
    } rows[] = {
        {return_seven, "returned 7"},
        {fail_with_detail, "returned 8: target is NULL"},
        {exit_three, "exit code 3"},
        {crash, "killed by signal 9"},
        {leave_thread, "threads"},
        {start_one, "was to be started by a preload function"},
    };
    brood_test_t *test = *state;
    size_t i;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        brood_context_t *context = context_with(rows[i].function, 0, test);
        brood_process_t *child = make_by(context, do_nothing, BROOD_NO_ARGS, test);

        assert_status(brood_process_start(child), BROOD_EPRELOAD);
        assert_detail(rows[i].detail);
        assert_detail(brood_process_name(child));
        assert_status(brood_forkserver_start(context), BROOD_EPRELOAD);
        assert_detail(rows[i].detail);
        assert_int_equal(brood_forkserver_pid(context), 0);
    }
    /* The program's own server is another one. */
    brood_test_join(start_by(NULL, do_nothing, BROOD_NO_ARGS, test), 0);
}

static void a_preload_that_hangs(void **state) {
    brood_test_t *test = *state;
    brood_context_t *context = context_with(hang, 300000, test);

    assert_status(brood_forkserver_start(context), APR_TIMEUP);
    assert_detail("preload function");
    assert_int_equal(brood_forkserver_pid(context), 0);
}

static void a_preload_in_no_module(void **state) {
    brood_test_t *test = *state;
    void *memory = malloc(64);
    union {
        void *address;
        brood_preload_fn *function;
    } target;

    target.address = memory;
    assert_status(brood_forkserver_start(context_with(target.function, 0, test)),
                  BROOD_ENOTARGET);
    assert_detail("preload function");
    free(memory);
}

static int write_a_little(apr_pool_t *pool) {
    const char *path = getenv("BROOD_TEST_FILE");

    (void)pool;
    loaded.file = path == NULL ? NULL : fopen(path, "wb");
    return loaded.file != NULL && fputs("once\n", loaded.file) >= 0 ? 0 : 1;
}

static void what_a_preload_prints_is_written_once(void **state) {
    brood_test_t *test = *state;
    const char *name = brood_test_file_name("preload", test->pool);
    brood_context_t *context = context_with(write_a_little, 0, test);
    char text[40];
    FILE *file;
    int i;

    assert_int_equal(apr_env_set("BROOD_TEST_FILE", name, test->pool), APR_SUCCESS);
    for (i = 0; i < 3; i++) {
        brood_test_join(start_by(context, do_nothing, BROOD_NO_ARGS, test), 0);
    }
    assert_int_equal(apr_env_delete("BROOD_TEST_FILE", test->pool), APR_SUCCESS);
    assert_success(brood_forkserver_stop(context));
    file = fopen(name, "rb");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof text, file), 5);
    (void)fclose(file);
    (void)remove(name);
}

static void the_programs_preload(void **state) {
    brood_test_t *test = *state;
    int64_t pid;

    assert_success(brood_forkserver_start(NULL)); /* the ledger knows it */
    assert_status(brood_forkserver_set_preload(preload), BROOD_EBUSY);
    assert_detail("process");
    assert_success(brood_forkserver_stop(NULL));
    assert_int_equal(brood_forkserver_pid(NULL), 0);
    assert_success(brood_forkserver_stop(NULL));
    assert_success(brood_forkserver_set_preload(preload));
    assert_success(brood_forkserver_start(NULL));
    pid = brood_forkserver_pid(NULL);
    brood_test_join(start_by(NULL, check_loaded, BROOD_ARGS(pid), test), 0);
    assert_success(brood_forkserver_stop(NULL));
    assert_success(brood_forkserver_set_preload(NULL));
}

/* ---- given up ---- */

static void given_up_it_ends_with_its_last_child(void **state) {
    brood_test_t *test = *state;
    brood_context_t *context = context_with(preload, 0, test);
    brood_queue_t *queue = make_queue(test);
    brood_process_t *one = start_by(context, wait_for_word, BROOD_ARGS(queue), test);
    brood_process_t *other = start_by(context, wait_for_word, BROOD_ARGS(queue), test);
    int64_t old = brood_forkserver_pid(context);

    assert_success(brood_forkserver_stop(context));
    assert_int_equal(brood_forkserver_pid(context), 0);
    assert_int_equal(brood_test_lives(old), 1);
    brood_test_join(start_by(context, do_nothing, BROOD_NO_ARGS, test), 0);
    assert_int_not_equal(brood_forkserver_pid(context), old);
    assert_success(brood_process_terminate(one));
    brood_test_join(one, -15);
    assert_int_equal(brood_test_lives(old), 1);
    assert_success(brood_queue_put(queue, BROOD_NO_ARGS, LATE));
    brood_test_join(other, 11);
    assert_int_equal(brood_test_lives(old), 0);
    old = brood_forkserver_pid(context);
    assert_success(brood_forkserver_stop(context));
    assert_int_equal(brood_test_lives(old), 0);
}

/* ---- killed ---- */

static void children_of_a_dead_server(void **state) {
    brood_test_t *test = *state;
    brood_context_t *context = context_with(preload, 0, test);
    brood_queue_t *queue = make_queue(test);
    brood_process_t *children[3];
    int64_t old;
    int first =
        brood_test_strangers_hear() ? 1 : 0; /* else only a server could have told it */
    int i, code;

    for (i = 0; i < 3; i++) {
        children[i] = start_by(context, wait_for_word, BROOD_ARGS(queue), test);
    }
    old = brood_forkserver_pid(context);
    assert_success(brood_test_kill(old));
    /* At once, though the server may not be quite dead yet. */
    if (first == 1) {
        assert_success(brood_process_kill(children[0]));
        assert_success(brood_process_join(children[0], LATE));
    }
    assert_int_equal(brood_process_is_alive(children[1]), 1);
    assert_status(brood_process_join(children[1], 0), APR_TIMEUP);
    for (i = first; i < 3; i++) {
        assert_success(brood_queue_put(queue, BROOD_NO_ARGS, LATE));
    }
    for (i = first; i < 3; i++) {
        assert_success(brood_process_join(children[i], LATE));
        assert_status(brood_process_exit_code(children[i], &code), BROOD_ESTATUSLOST);
        assert_int_equal(code, 255);
        assert_int_equal(brood_process_is_alive(children[i]), 0);
    }
    assert_int_equal(brood_queue_empty(queue), 1);
    brood_test_join(start_by(context, do_nothing, BROOD_NO_ARGS, test), 0);
    assert_int_not_equal(brood_forkserver_pid(context), old);
}

#define STARTERS 3
#define STARTS 12
#define KILLS 10

typedef struct starter_t {
    brood_context_t *context;
    apr_pool_t *pool;
    apr_thread_t *thread;
    unsigned started, refused, wrong;
    char words[300];
} starter_t;

static void *APR_THREAD_FUNC start_many(apr_thread_t *thread, void *data) {
    starter_t *self = data;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    int i;

    options.context = self->context;
    for (i = 0; i < STARTS; i++) {
        brood_process_t *child;
        int code = 0;
        apr_status_t rv =
            brood_process_create(&child, do_nothing, BROOD_NO_ARGS, &options, self->pool);
        if (rv == APR_SUCCESS) {
            rv = brood_process_start(child);
        }
        if (rv == BROOD_EBOOT) { /* its server was killed, and the next one, too */
            self->refused++;
            continue;
        }
        if (rv == APR_SUCCESS) {
            rv = brood_process_join(child, LATE);
        }
        if (rv == APR_SUCCESS) {
            rv = brood_process_exit_code(child, &code);
        }
        if ((rv == APR_SUCCESS && code == 0) ||
            (rv == BROOD_ESTATUSLOST && code == 255)) {
            self->started++;
        } else {
            self->wrong++;
            (void)snprintf(self->words, sizeof self->words, "%d, code %d: %s", rv, code,
                           brood_error_detail());
        }
    }
    (void)apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

/* Servers die under threads that start processes: each start comes to something. */
static void killed_under_threads(void **state) {
    brood_test_t *test = *state;
    brood_context_t *context = context_with(preload, 0, test);
    starter_t starters[STARTERS];
    apr_status_t result;
    unsigned started = 0;
    int i;

    memset(starters, 0, sizeof starters);
    for (i = 0; i < STARTERS; i++) {
        starters[i].context = context;
        assert_int_equal(apr_pool_create(&starters[i].pool, NULL), APR_SUCCESS);
        assert_int_equal(apr_thread_create(&starters[i].thread, NULL, start_many,
                                           &starters[i], starters[i].pool),
                         APR_SUCCESS);
    }
    for (i = 0; i < KILLS; i++) {
        int64_t pid;
        assert_success(brood_forkserver_start(context));
        pid = brood_forkserver_pid(context);
        if (pid > 0) {
            (void)brood_test_kill(pid);
        }
    }
    for (i = 0; i < STARTERS; i++) {
        assert_int_equal(apr_thread_join(&result, starters[i].thread), APR_SUCCESS);
        if (starters[i].wrong > 0) {
            print_error("%s\n", starters[i].words);
        }
        assert_int_equal(starters[i].wrong, 0);
        started += starters[i].started;
        apr_pool_destroy(starters[i].pool);
    }
    assert_true(started > 0);
}

/* It has not died, so nobody else is asked: the start runs out of time, and leaves no child. */
static void a_stopped_server(void **state) {
    brood_test_t *test = *state;
    brood_context_t *context = context_with(preload, 200000, test);
    brood_connection_t *mine, *theirs;
    brood_process_t *child;
    int64_t pid;
    char byte;
    size_t size;

    assert_success(brood_forkserver_start(context));
    pid = brood_forkserver_pid(context);
    assert_success(brood_test_stop(pid));
    assert_success(brood_pipe_create(&mine, &theirs, 0, test->pool));
    child = make_by(context, do_nothing, BROOD_ARGS(theirs), test);
    assert_status(brood_process_start(child), APR_TIMEUP);
    assert_success(brood_connection_close(theirs));
    assert_success(brood_test_continue(pid));
    assert_status(brood_connection_recv_bytes_into(mine, &byte, 1, &size, LATE), APR_EOF);
    brood_test_join(start_by(context, do_nothing, BROOD_NO_ARGS, test), 0);
    assert_int_equal(brood_forkserver_pid(context), pid);
    /* One that does not end by itself is ended. */
    assert_success(brood_test_stop(pid));
    assert_success(brood_forkserver_stop(context));
    assert_int_equal(brood_test_lives(pid), 0);
}

static void never_come_back(void *unused) {
    (void)unused;
    for (;;) { /* until it is ended */
        apr_sleep(LATE);
    }
}

static int let_children_hang(apr_pool_t *pool) {
    return brood_at_fork(NULL, NULL, never_come_back, NULL, pool) == APR_SUCCESS ? 0 : 1;
}

/* A start that was too late leaves no child, whatever keeps that from answering. */
static void a_child_that_hangs(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    int64_t until = brood_test_now_us() + LATE / 4;
    brood_process_t *child;
    int64_t server;

    options.method = BROOD_START_FORKSERVER;
    options.context = context_with(let_children_hang, 0, test);
    options.start_timeout = 300000;
    assert_success(brood_forkserver_start(options.context));
    server = brood_forkserver_pid(options.context);
    assert_success(
        brood_process_create(&child, do_nothing, BROOD_NO_ARGS, &options, test->pool));
    assert_status(brood_process_start(child), APR_TIMEUP);
    assert_detail("in time");
    while (brood_test_children_of(server) > 0 && brood_test_now_us() < until) {
        apr_sleep(1000); /* the server reaps it */
    }
    assert_true(brood_test_children_of(server) <= 0);
    assert_int_equal(brood_forkserver_pid(options.context), server);
}

/* ---- who can reach it ---- */

static void it_has_no_name(void **state) {
    brood_test_t *test = *state;
    brood_context_t *context = context_with(preload, 0, test);
    brood_queue_t *queue = make_queue(test);
    brood_process_t *child = start_by(context, wait_for_word, BROOD_ARGS(queue), test);
    int here = brood_test_named_sockets(brood_current_pid());

    if (here >= 0) {
        assert_int_equal(brood_test_named_sockets(brood_forkserver_pid(context)), 0);
        assert_int_equal(brood_test_named_sockets(brood_process_pid(child)), 0);
        assert_int_equal(here, 0);
    }
    assert_success(brood_queue_put(queue, BROOD_NO_ARGS, LATE));
    brood_test_join(child, 11);
}

/* Ctrl-C reaches the whole group: it ends the children, and the server tells that. */
static void an_interrupt_is_not_for_the_server(void **state) {
    brood_test_t *test = *state;
    brood_context_t *context = context_with(preload, 0, test);
    brood_queue_t *queue = make_queue(test);
    brood_process_t *child = start_by(context, wait_for_word, BROOD_ARGS(queue), test);
    int64_t pid = brood_forkserver_pid(context);

    assert_success(brood_test_interrupt(pid));
    assert_success(brood_test_interrupt(brood_process_pid(child)));
    brood_test_join(child, -2);
    brood_test_join(start_by(context, do_nothing, BROOD_NO_ARGS, test), 0);
    assert_int_equal(brood_forkserver_pid(context), pid);
}

static int tell_size(const brood_values_t *args, apr_pool_t *pool) {
    brood_bytes_t bytes;
    size_t i, sum = 0;

    (void)pool;
    if (BROOD_UNPACK(args, &bytes) != APR_SUCCESS) {
        return 1;
    }
    for (i = 0; i < bytes.size; i++) {
        sum += ((const unsigned char *)bytes.data)[i];
    }
    return sum == bytes.size * 7 ? 0 : 2;
}

/* A small one the server reads itself, before it forks; a large one is for the child. */
static void records_of_all_sizes(void **state) {
    static const size_t sizes[] = {0, 1, 3000, 3900, 4096, 4200, 100000, 3000000};
    brood_test_t *test = *state;
    size_t i;

    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        void *data = apr_palloc(test->pool, sizes[i] + 1);

        memset(data, 7, sizes[i]);
        brood_test_join(
            start_by(NULL, tell_size, BROOD_ARGS(brood_bytes(data, sizes[i])), test), 0);
    }
}

static int print_much(const brood_values_t *args, apr_pool_t *pool) {
    char text[512];
    int i;

    (void)args, (void)pool;
    memset(text, 'x', sizeof text);
    for (i = 0; i < 64; i++) {
        fwrite(text, 1, sizeof text, stdout);
    }
    fflush(stdout);
    return 0;
}

static int run_one(brood_start_method_t method, brood_target_fn *target,
                   apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    int code = -1;

    options.method = method;
    if (brood_process_create(&child, target, BROOD_NO_ARGS, &options, pool) !=
            APR_SUCCESS ||
        brood_process_start(child) != APR_SUCCESS ||
        brood_process_join(child, LATE) != APR_SUCCESS) {
        return -1;
    }
    (void)brood_process_exit_code(child, &code);
    return code;
}

/* The last child would not find its way into a session that has been printed to. */
static int parent_without_output(const brood_values_t *args, apr_pool_t *pool) {
    (void)args;
    brood_os_handle_close(brood_os_standard_get(1));
    if (run_one(BROOD_START_FORKSERVER, print_much, pool) != 0) {
        return 1;
    }
    if (run_one(BROOD_START_SPAWN, print_much, pool) != 0) {
        return 2;
    }
    return run_one(BROOD_START_SPAWN, do_nothing, pool) == 0 ? 0 : 3;
}

/* The bug: the session's memory came to be the child's standard output, as the first free number
 * or for want of another. */
static void a_parent_without_standard_output(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;

    options.method = BROOD_START_SPAWN;
    assert_success(brood_process_create(&child, parent_without_output, BROOD_NO_ARGS,
                                        &options, test->pool));
    assert_success(brood_process_start(child));
    brood_test_join(child, 0);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(what_is_loaded_is_in_all_children),
    BROOD_TEST(a_preload_that_fails),
    BROOD_TEST(a_preload_that_hangs),
    BROOD_TEST(a_preload_in_no_module),
    BROOD_TEST(what_a_preload_prints_is_written_once),
    BROOD_TEST(given_up_it_ends_with_its_last_child),
    BROOD_TEST(children_of_a_dead_server),
    BROOD_TEST(killed_under_threads),
    BROOD_TEST(a_stopped_server),
    BROOD_TEST(a_child_that_hangs),
    BROOD_TEST(it_has_no_name),
    BROOD_TEST(an_interrupt_is_not_for_the_server),
    BROOD_TEST(records_of_all_sizes),
    BROOD_TEST(a_parent_without_standard_output),
    BROOD_TEST(the_programs_preload), /* the last: the server that the others know goes */
};

static void a_system_without_it(void **state) {
    (void)state;
    assert_status(brood_forkserver_start(NULL), BROOD_EMETHOD);
    assert_status(brood_forkserver_stop(NULL), BROOD_EMETHOD);
    assert_status(brood_forkserver_set_preload(preload), BROOD_EMETHOD);
    assert_detail("forkserver");
    assert_int_equal(brood_forkserver_pid(NULL), 0);
}

static const struct CMUnitTest without[] = {
    BROOD_TEST(a_system_without_it),
};

int main(int argc, char **argv) {
    const char *filter = argc > 1 ? argv[1] : NULL;

    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    if (!brood_has_start_method(BROOD_START_FORKSERVER)) {
        return brood_test_run_once(argv[0], without, 1, filter);
    }
    return brood_test_run_once(argv[0], tests, sizeof tests / sizeof tests[0], filter);
}
