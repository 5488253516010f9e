/* What a copy of a process must not do: write what its parent has not yet written, clean up what
 * is its parent's, draw the same random numbers as its brothers. And the program's own functions
 * around a fork. */
#include "methods.h"

#include "os/entropy.h"
#include "os/process.h"
#include "outside.h"
#include "signals.h"
#include <apr_file_io.h>
#include <apr_general.h>
#include <apr_random.h>
#include <apr_thread_proc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000)

/* ---- exit handlers and cleanups ---- */

static brood_shared_value_t *handlers; /* how many have run, in any process */

static apr_status_t count_cleanup(void *data) {
    int64_t before;

    (void)data;
    return brood_shared_value_fetch_add(handlers, 1, &before);
}

static void count_at_exit(void) {
    if (handlers != NULL) {
        (void)count_cleanup(NULL);
    }
}

static int64_t handlers_run(void) {
    int64_t count = -1;

    assert_success(brood_shared_value_get_int(handlers, &count, LATE));
    return count;
}

static int leave(const brood_values_t *state, apr_pool_t *pool) {
    int by_exit;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &by_exit));
    if (by_exit) {
        exit(4);
    }
    return 4;
}

static void nothing(int code) {
    (void)code;
}

static void the_parents_cleanups_are_the_parents(void **state) {
    brood_test_t *test = *state;
    static int registered;
    apr_pool_t *root, *pool;
    apr_file_t *file;
    apr_finfo_t about;
    const char *name = brood_test_file_name("temporary", test->pool);
    int by_exit;
    /* A handler of the program's own, which Brood cannot keep from running everywhere. */
    int told = brood_os_at_exit(nothing) == APR_SUCCESS;

    assert_success(brood_shared_value_create(&handlers, 'i', NULL, test->pool));
    assert_int_equal(apr_pool_create(&root, NULL), APR_SUCCESS);
    assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
    apr_pool_cleanup_register(root, NULL, count_cleanup, count_cleanup);
    apr_pool_cleanup_register(pool, NULL, count_cleanup, count_cleanup);
    assert_int_equal(
        apr_file_open(&file, name,
                      APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_DELONCLOSE,
                      APR_FPROT_OS_DEFAULT, pool),
        APR_SUCCESS);
    if (told && !registered) {
        registered = atexit(count_at_exit) == 0;
    }
    for (by_exit = 0; by_exit <= 1; by_exit++) {
        brood_test_join(brood_test_start(leave, BROOD_ARGS(by_exit), test), 4);
        assert_int_equal(handlers_run(), 0);
        assert_int_equal(apr_stat(&about, name, APR_FINFO_TYPE, pool), APR_SUCCESS);
    }
    apr_pool_destroy(root);
    apr_pool_destroy(pool);
    assert_int_equal(handlers_run(), 2);
    assert_int_not_equal(apr_stat(&about, name, APR_FINFO_TYPE, test->pool), APR_SUCCESS);
    handlers = NULL;
}

static brood_queue_t *own_words;

static apr_status_t say_cleanup(void *data) {
    (void)data;
    return brood_queue_put(own_words, BROOD_ARGS("cleanup"), LATE);
}

static void say_at_exit(void) {
    if (own_words != NULL) {
        (void)brood_queue_put(own_words, BROOD_ARGS("handler"), LATE);
    }
}

static int leave_with_own(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    const char *path;
    apr_file_t *file;
    int by_exit;

    CHILD_OK(BROOD_UNPACK(state, &queue, &path, &by_exit));
    own_words = queue;
    CHILD_CHECK(atexit(say_at_exit) == 0);
    apr_pool_pre_cleanup_register(pool, NULL, say_cleanup);
    /* In APR's buffer until the pool goes. */
    CHILD_OK(apr_file_open(&file, path,
                           APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_BUFFERED,
                           APR_FPROT_OS_DEFAULT, pool));
    CHILD_OK(apr_file_puts("written at the end", file));
    if (by_exit) {
        exit(5);
    }
    return 5;
}

/* The child's own run, under every method, whichever way it ends. */
static void the_childs_cleanups_are_run(void **state) {
    brood_test_t *test = *state;
    const int told = brood_os_at_exit(nothing) == APR_SUCCESS;
    brood_queue_t *queue;
    brood_values_t *values;
    const char *name = brood_test_file_name("buffered", test->pool);
    const char *word;
    char text[40];
    int by_exit;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    for (by_exit = 0; by_exit <= 1; by_exit++) {
        FILE *file;
        brood_test_join(
            brood_test_start(leave_with_own, BROOD_ARGS(queue, name, by_exit), test), 5);
        file = fopen(name, "rb");
        assert_non_null(file);
        assert_int_equal(fread(text, 1, sizeof text, file), 18);
        (void)fclose(file);
        (void)remove(name);
        if (told || by_exit || test->method == BROOD_START_SPAWN) {
            assert_success(brood_queue_get(queue, &values, 0, test->pool));
            assert_success(BROOD_UNPACK(values, &word));
            assert_string_equal(word, "handler");
        }
        assert_success(brood_queue_get(queue, &values, 0, test->pool));
        assert_success(BROOD_UNPACK(values, &word));
        assert_string_equal(word, "cleanup");
        assert_int_equal(brood_queue_empty(queue), 1);
    }
}

/* ---- what has not been written yet ---- */

#define BUFFERED 40000

static int do_nothing(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 0;
}

/* A process of its own, whose standard output is a file. */
static int print_and_start(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_t *child;
    const char *path, *other_path;
    FILE *other;
    int i;

    CHILD_OK(BROOD_UNPACK(state, &path, &other_path));
    CHILD_CHECK(freopen(path, "wb", stdout) != NULL);
    other = fopen(other_path, "wb");
    CHILD_CHECK(other != NULL);
    CHILD_CHECK(setvbuf(stdout, NULL, _IOFBF, 2 * BUFFERED) == 0);
    CHILD_CHECK(setvbuf(other, NULL, _IOFBF, 2 * BUFFERED) == 0);
    for (i = 0; i < BUFFERED / 10; i++) {
        CHILD_CHECK(fputs("ten bytes\n", stdout) >= 0 &&
                    fputs("ten bytes\n", other) >= 0);
    }
    for (i = 0; i < 3; i++) {
        CHILD_OK(brood_process_create(&child, do_nothing, BROOD_NO_ARGS, NULL, pool));
        CHILD_OK(brood_process_start(child));
        CHILD_OK(brood_process_join(child, LATE));
    }
    return 0;
}

static void assert_size(const char *name, apr_off_t size, apr_pool_t *pool) {
    apr_finfo_t about;

    assert_int_equal(apr_stat(&about, name, APR_FINFO_SIZE, pool), APR_SUCCESS);
    assert_int_equal(about.size, size);
    (void)apr_file_remove(name, pool);
}

static void full_buffers_are_written_once(void **state) {
    brood_test_t *test = *state;
    const char *one = brood_test_file_name("output", test->pool);
    const char *other = brood_test_file_name("other", test->pool);

    brood_test_join(brood_test_start(print_and_start, BROOD_ARGS(one, other), test), 0);
    assert_size(one, BUFFERED, test->pool);
    assert_size(other, BUFFERED, test->pool);
}

/* ---- random numbers ---- */

#define CHILDREN 100
#define DRAWS 4

static apr_random_t *generator; /* in the parent, and in what is copied of it */

static int draw(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    uint64_t drawn[DRAWS] = {0};
    brood_bytes_t bytes = {drawn, sizeof drawn};

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_os_random(&drawn[0], sizeof drawn[0]));
    CHILD_OK(apr_generate_random_bytes((unsigned char *)&drawn[1], sizeof drawn[1]));
    CHILD_OK(brood_os_random(&drawn[2], sizeof drawn[2]));
    if (generator != NULL) {
        CHILD_OK(apr_random_insecure_bytes(generator, &drawn[3], sizeof drawn[3]));
    } else {
        CHILD_OK(brood_os_random(&drawn[3], sizeof drawn[3]));
    }
    CHILD_OK(brood_queue_put(queue, BROOD_ARGS(bytes), LATE));
    return 0;
}

static int compare(const void *one, const void *other) {
    return memcmp(one, other, sizeof(uint64_t));
}

static int draw_here(apr_pool_t *pool) {
    unsigned char noise[4096];
    uint64_t drawn;

    int i;

    generator = apr_random_standard_new(pool);
    for (i = 0; apr_random_insecure_ready(generator) != APR_SUCCESS && i < 100; i++) {
        if (apr_generate_random_bytes(noise, sizeof noise) != APR_SUCCESS) {
            return 1;
        }
        apr_random_add_entropy(generator, noise, sizeof noise);
    }
    /* Less than a block: what is left of it is copied, too. */
    return apr_random_insecure_bytes(generator, &drawn, sizeof drawn) == APR_SUCCESS ? 0
                                                                                     : 2;
}

static void no_two_children_draw_the_same(void **state) {
    static uint64_t all[CHILDREN * DRAWS];
    brood_test_t *test = *state;
    const int count = test->method == BROOD_START_SPAWN ? 10 : CHILDREN;
    brood_context_options_t settings = BROOD_CONTEXT_OPTIONS_INIT;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *children[CHILDREN];
    brood_queue_t *queue;
    int i;

    settings.preload = test->method == BROOD_START_FORKSERVER ? draw_here : NULL;
    assert_success(
        brood_context_create(&options.context, test->method, &settings, test->pool));
    assert_success(brood_queue_create(&queue, NULL, test->pool));
    assert_int_equal(draw_here(test->pool), 0);
    for (i = 0; i < count; i++) {
        children[i] = brood_test_create(draw, BROOD_ARGS(queue), &options, test);
        assert_success(brood_process_start(children[i]));
    }
    for (i = 0; i < count; i++) {
        brood_values_t *values;
        brood_bytes_t bytes;
        assert_success(brood_queue_get(queue, &values, LATE, test->pool));
        assert_success(BROOD_UNPACK(values, &bytes));
        assert_int_equal(bytes.size, DRAWS * sizeof(uint64_t));
        memcpy(&all[i * DRAWS], bytes.data, bytes.size);
        brood_test_join(children[i], 0);
    }
    generator = NULL;
    qsort(all, (size_t)count * DRAWS, sizeof all[0], compare);
    for (i = 1; i < count * DRAWS; i++) {
        assert_true(all[i - 1] != all[i]);
    }
}

/* ---- functions around a fork ---- */

#define WORDS_MAX 64

static char words[WORDS_MAX]; /* what has run in this process, a letter each */

static void say(char letter) {
    size_t length = strlen(words);

    if (length + 1 < WORDS_MAX) {
        words[length] = letter;
    }
}

static void before(void *name) {
    say(*(const char *)name);
}

static void in_parent(void *name) {
    say((char)(*(const char *)name + 1));
}

static void in_child(void *name) {
    say((char)(*(const char *)name + 2));
}

static int tell_words(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_queue_put(queue, BROOD_ARGS((const char *)words), LATE));
    return 0;
}

static void assert_childs_words(const char *wanted,
                                const brood_process_options_t *options,
                                brood_test_t *test) {
    brood_queue_t *queue;
    brood_process_t *child;
    brood_values_t *values;
    const char *text;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    child = brood_test_create(tell_words, BROOD_ARGS(queue), options, test);
    assert_success(brood_process_start(child));
    brood_test_join(child, 0);
    assert_success(brood_queue_get(queue, &values, LATE, test->pool));
    assert_success(BROOD_UNPACK(values, &text));
    assert_string_equal(text, wanted);
}

static int register_three(apr_pool_t *pool) {
    return brood_at_fork(before, in_parent, in_child, "a", pool) == APR_SUCCESS &&
                   brood_at_fork(NULL, in_parent, NULL, "h", pool) == APR_SUCCESS &&
                   brood_at_fork(before, in_parent, in_child, "p", pool) == APR_SUCCESS
               ? 0
               : 1;
}

static void functions_around_a_fork(void **state) {
    brood_test_t *test = *state;
    const int forks = test->method == BROOD_START_FORK;
    apr_pool_t *pool;

    assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
    memset(words, 0, sizeof words);
    assert_int_equal(register_three(pool), 0);
    /* before: last first; the others in order */
    assert_childs_words(forks ? "pacr" : "", NULL, test);
    assert_string_equal(words, forks ? "pabiq" : "");
    apr_pool_destroy(pool);
    memset(words, 0, sizeof words);
    assert_childs_words("", NULL, test);
    assert_string_equal(words, "");
    assert_status(brood_at_fork(NULL, NULL, NULL, NULL, NULL), APR_EINVAL);
    assert_detail("NULL");
}

/* The server's own, which its preload function has registered. */
static void functions_around_the_servers_forks(void **state) {
    brood_test_t *test = *state;
    brood_context_options_t settings = BROOD_CONTEXT_OPTIONS_INIT;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    const int serves = test->method == BROOD_START_FORKSERVER;

    memset(words, 0, sizeof words);
    settings.preload = register_three;
    assert_success(
        brood_context_create(&options.context, test->method, &settings, test->pool));
    assert_childs_words(serves ? "pacr" : "", &options, test);
    assert_childs_words(serves ? "pabiqpacr" : "", &options, test);
    assert_string_equal(words, "");
}

/* ---- signals ---- */

static int tell_signals(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return brood_test_signals();
}

static int load_nothing(apr_pool_t *pool) {
    (void)pool;
    return 0;
}

/* A copy has its parent's; a new image has none blocked, and SIGPIPE and SIGCHLD as the system has
 * them, because what ignores these is a library for itself. The rest that is ignored stays so, as
 * nohup wants. */
static void signals_of_a_child(void **state) {
    static const int all =
        BROOD_TEST_USR1_BLOCKED | BROOD_TEST_USR2_IGNORED | BROOD_TEST_PIPE_IGNORED;
    brood_test_t *test = *state;
    const int before = brood_test_signals();
    brood_context_options_t settings = BROOD_CONTEXT_OPTIONS_INIT;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_status_t rv;

    if (!brood_test_set_signals(all)) {
        return; /* a system without */
    }
    settings.preload = load_nothing; /* a server that is started now */
    rv = brood_context_create(&options.context, test->method, &settings, test->pool);
    child = brood_test_create(tell_signals, BROOD_NO_ARGS, &options, test);
    if (rv == APR_SUCCESS) {
        rv = brood_process_start(child);
    }
    (void)brood_test_set_signals(before);
    assert_success(rv);
    brood_test_join(child,
                    test->method == BROOD_START_FORK ? all : BROOD_TEST_USR2_IGNORED);
}

/* ---- in another thread ---- */

/* How long a pool must have been waited for that nobody may clear yet. */
#define PATIENCE 100000

typedef struct taken_back_t {
    apr_pool_t *pool; /* of the registration */
    brood_event_t *forks, *cleared;
    apr_status_t early; /* of waiting for the clearing in a function */
} taken_back_t;

static void tell_and_wait(void *data) {
    taken_back_t *taken_back = data;

    (void)brood_event_set(taken_back->forks);
    taken_back->early = brood_event_wait(taken_back->cleared, PATIENCE);
}

static void *APR_THREAD_FUNC take_back(apr_thread_t *thread, void *data) {
    taken_back_t *taken_back = data;

    (void)thread;
    (void)brood_event_wait(taken_back->forks, LATE);
    apr_pool_destroy(taken_back->pool);
    (void)brood_event_set(taken_back->cleared);
    return NULL;
}

/* What the functions work with is there until they have all run. */
static void who_takes_them_back_waits_for_a_fork(void **state) {
    brood_test_t *test = *state;
    taken_back_t taken_back = {0};
    apr_thread_t *thread;
    apr_status_t ended;
    int64_t pid;
    int code;

    if (!brood_has_start_method(BROOD_START_FORK) || brood_test_fears_forks()) {
        skip(); /* nobody forks beside a thread */
    }
    assert_success(brood_event_create(&taken_back.forks, test->pool));
    assert_success(brood_event_create(&taken_back.cleared, test->pool));
    assert_int_equal(apr_pool_create(&taken_back.pool, NULL), APR_SUCCESS);
    assert_success(
        brood_at_fork(tell_and_wait, NULL, NULL, &taken_back, taken_back.pool));
    assert_int_equal(apr_thread_create(&thread, NULL, take_back, &taken_back, test->pool),
                     APR_SUCCESS);
    assert_success(brood_fork(&pid));
    if (pid == 0) {
        brood_exit_now(6);
    }
    (void)apr_thread_join(&ended, thread);
    assert_status(taken_back.early, APR_TIMEUP);
    assert_success(brood_fork_wait(&pid, &code, pid, 0, LATE));
    assert_int_equal(code, 6);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(the_parents_cleanups_are_the_parents),
    BROOD_TEST(the_childs_cleanups_are_run),
    BROOD_TEST(full_buffers_are_written_once),
    BROOD_TEST(no_two_children_draw_the_same),
    BROOD_TEST(functions_around_a_fork),
    BROOD_TEST(functions_around_the_servers_forks),
    BROOD_TEST(signals_of_a_child),
    BROOD_TEST(who_takes_them_back_waits_for_a_fork),
};

BROOD_TEST_MAIN(tests)
