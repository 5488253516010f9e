/* Commands: their lives, what they are given, and starts that fail. Streams are in
 * test_command_io.c, several at once in test_command_many.c. */
#include "commands.h"

#include "current.h"
#include "os/process.h"
#include <apr_file_io.h>
#include <apr_file_info.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <stdlib.h>
#include <string.h>

#define MUCH "3000000" /* more than a pipe holds */

/* Runs the program and gives what it prints, captured. */
static brood_command_result_t run(brood_test_t *test, brood_command_options_t *options,
                                  const char *const *argv) {
    brood_command_result_t result;

    options->input = brood_stdio_null();
    options->output = brood_stdio_capture(0);
    assert_success(brood_command_run(&result, argv, options, LATE, test->pool));
    return result;
}

static brood_command_options_t with_input_pipe(void) {
    return brood_test_options(brood_stdio_pipe(), brood_stdio_null(), brood_stdio_null());
}

/* ---- ends ---- */

static void exit_codes_are_told(void **state) {
    static const char *const codes[] = {"0", "1", "2", "126", "127", "128", "255"};
    brood_test_t *test = *state;

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        brood_test_command_join(brood_test_command_start(test, NULL, "exit", codes[i]),
                                atoi(codes[i]));
    }
}

static void killed_ones_are_told(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = with_input_pipe();
    brood_command_t *one = brood_test_command_start(test, &options, "wait");
    brood_command_t *other = brood_test_command_start(test, &options, "wait");

    assert_success(brood_command_terminate(one));
    assert_success(brood_command_kill(other));
    brood_test_command_join(one, -15);
    brood_test_command_join(other, -9);
    assert_success(brood_command_terminate(one)); /* nobody is hit */
    brood_test_command_join(brood_test_command_start(test, NULL, "kill"), -9);
}

static void alive_until_it_ends(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = with_input_pipe();
    brood_command_t *command = brood_test_command(test, &options, "wait", "exit", "5");
    brood_native_t sentinel;
    int code = 7;

    assert_int_equal(brood_command_is_alive(command), 0);
    assert_int_equal(brood_command_pid(command), 0);
    assert_status(brood_command_join(command, 0), BROOD_ENOTSTARTED);
    assert_status(brood_command_kill(command), BROOD_ENOTSTARTED);
    assert_success(brood_command_start(command));
    assert_status(brood_command_start(command), BROOD_ESTARTED);
    assert_int_equal(brood_command_is_alive(command), 1);
    assert_true(brood_command_pid(command) > 0);
    assert_status(brood_command_exit_code(command, &code), APR_EAGAIN);
    assert_int_equal(code, 0);
    assert_status(brood_command_join(command, 0), APR_TIMEUP);
    assert_status(brood_command_join(command, 20000), APR_TIMEUP);
    if (brood_command_sentinel(command, &sentinel) != APR_ENOTIMPL) {
        assert_true(sentinel != -1);
    }
    assert_success(brood_command_close_input(command));
    brood_test_command_join(command, 5);
    brood_test_command_join(command, 5);
    assert_int_equal(brood_command_is_alive(command), 0);
    assert_success(brood_command_close(command));
    assert_success(brood_command_close(command));
    assert_status(brood_command_join(command, 0), BROOD_ECLOSED);
    assert_status(brood_command_exit_code(command, &code), BROOD_ECLOSED);
}

static void an_interrupt_is_seen_where_there_are_signals(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = with_input_pipe();
    brood_command_t *command = brood_test_command_start(test, &options, "wait");
    apr_status_t rv = brood_command_interrupt(command);

    if (rv == APR_ENOTIMPL) {
        assert_success(brood_command_close_input(command));
        brood_test_command_join(command, 0);
    } else {
        assert_success(rv);
        brood_test_command_join(command, -2);
    }
}

/* The ledger sees to it that nobody is left: it is reaped by a later start. */
static void one_that_is_let_go_runs_on(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = with_input_pipe();
    brood_command_t *command;
    apr_pool_t *pool;

    assert_success(apr_pool_create(&pool, test->pool));
    assert_success(brood_command_create(&command, brood_test_script(pool, "wait", NULL),
                                        &options, pool));
    assert_success(brood_command_start(command));
    apr_pool_destroy(pool); /* its input ends, too */
    for (int i = 0; i < 20; i++) {
        brood_test_command_join(brood_test_command_start(test, NULL, "exit", "0"), 0);
    }
}

/* ---- the ladder ---- */

static void a_ladder_goes_as_far_as_it_must(void **state) {
    static const brood_stop_step_t ladder[] = {
        {BROOD_STOP_WAIT, 0}, {BROOD_STOP_ASK, LATE}, {BROOD_STOP_KILL, BROOD_FOREVER}};
    static const brood_stop_step_t hard[] = {{BROOD_STOP_WAIT, 1000},
                                             {BROOD_STOP_KILL, BROOD_FOREVER}};
    brood_test_t *test = *state;
    brood_command_options_t options = with_input_pipe();
    brood_stop_what_t ended_by = BROOD_STOP_NONE;
    brood_command_t *command =
        brood_test_command_start(test, &options, "deaf", "wait", "exit", "3");
    brood_command_t *unwilling;

    assert_status(brood_command_stop(command, ladder, 0, &ended_by), APR_EINVAL);
    assert_success(brood_command_stop(command, ladder, 3, &ended_by));
    assert_int_equal(ended_by, BROOD_STOP_ASK); /* its input ended */
    assert_success(brood_command_stop(command, NULL, 0, &ended_by));
    assert_int_equal(ended_by, BROOD_STOP_NONE);

    options =
        brood_test_options(brood_stdio_pipe(), brood_stdio_pipe(), brood_stdio_null());
    unwilling = brood_test_command_start(test, &options, "wait");
    assert_success(brood_command_stop(unwilling, hard, 2, &ended_by));
    assert_int_equal(ended_by, BROOD_STOP_KILL);
    brood_test_command_join(unwilling, -9);
}

/* ---- what it is given ---- */

static void arguments_arrive(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    brood_command_result_t result =
        run(test, &options,
            brood_test_script(test->pool, "args", "", "a b", "\"", "\\", "\\\"", "a\\\\",
                              "two\nlines", "*?", "-x", NULL));

    assert_bytes(result.output, "[0]\n[3]a b\n[1]\"\n[1]\\\n[2]\\\"\n[3]a\\\\\n"
                                "[9]two\nlines\n[2]*?\n[2]-x\n");
    assert_true(result.pid > 0);
    assert_int_equal(result.step, BROOD_STEP_NONE);
}

static void the_name_need_not_be_the_program(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    const char *argv[] = {"other name", BROOD_TEST_SCRIPTED, "say", "hello", NULL};

    options.program = brood__current.program;
    assert_bytes(run(test, &options, argv).output, "hello\n");
}

static void the_environment_is_edited(void **state) {
    static const char *const changes[] = {"BROOD_T_ONE=1", "BROOD_T_TWO=", "BROOD_T_GONE",
                                          "BROOD_T_ONE=a=b", NULL};
    brood_test_t *test = *state;
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;

    options.variables = changes;
    assert_bytes(run(test, &options,
                     brood_test_script(test->pool, "env", "BROOD_T_ONE", "env",
                                       "BROOD_T_TWO", "env", "BROOD_T_GONE", NULL))
                     .output,
                 "BROOD_T_ONE=a=b\nBROOD_T_TWO=\nBROOD_T_GONE is not set\n");
}

static void a_variable_is_removed(void **state) {
    static const char *const removed[] = {"PATH", NULL};
    brood_test_t *test = *state;
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;

    options.variables = removed;
    assert_bytes(
        run(test, &options, brood_test_script(test->pool, "env", "PATH", NULL)).output,
        "PATH is not set\n");
}

static void the_environment_is_replaced(void **state) {
    static const char *const all[] = {"ONLY=this", NULL};
    brood_test_t *test = *state;
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;

    options.environment = BROOD_ENVIRONMENT_REPLACE;
    options.variables = all;
    assert_bytes(run(test, &options,
                     brood_test_script(test->pool, "env", "ONLY", "env", "PATH", NULL))
                     .output,
                 "ONLY=this\nPATH is not set\n");
}

static void it_runs_in_its_directory(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    const char *path = brood_test_file_name("directory", test->pool);
    const char *name = strrchr(path, '/') + 1;
    brood_command_result_t result;

    assert_int_equal(apr_dir_make(path, APR_OS_DEFAULT, test->pool), APR_SUCCESS);
    options.directory = path;
    result = run(test, &options, brood_test_script(test->pool, "directory", NULL));
    assert_true(result.output.size > strlen(name));
    assert_memory_equal((const char *)result.output.data + result.output.size - 1 -
                            strlen(name),
                        name, strlen(name));
    assert_int_equal(apr_dir_remove(path, test->pool), APR_SUCCESS);
}

/* ---- the search ---- */

/* A program in a folder of the PATH that the command will have. */
static void it_is_found_in_the_path_that_it_will_have(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    char *folder = apr_pstrdup(test->pool, brood__current.program);
    char *name = folder + strlen(folder);
    const char *changes[] = {NULL, NULL};
    const char *argv[] = {NULL, BROOD_TEST_SCRIPTED, "say", "found", NULL};

    while (name > folder && *name != '/' && *name != '\\') {
        name--;
    }
    *name++ = '\0';
    changes[0] = apr_pstrcat(test->pool, "PATH=", folder, NULL);
    argv[0] = name;
    options.variables = changes;
    assert_bytes(run(test, &options, argv).output, "found\n");
}

static apr_status_t start_fails(brood_test_t *test, brood_command_options_t *options,
                                const char *const *argv, brood_command_step_t step) {
    brood_command_t *command;
    apr_status_t rv;

    assert_success(brood_command_create(&command, argv, options, test->pool));
    rv = brood_command_start(command);
    assert_int_not_equal(rv, APR_SUCCESS);
    assert_int_equal(brood_command_failed_step(command), step);
    assert_int_equal(brood_command_pid(command), 0);
    assert_int_equal(brood_command_is_alive(command), 0);
    assert_int_equal(brood_command_start(command), rv); /* and again */
    assert_detail(argv[0]);
    return rv;
}

static void what_does_not_exist_is_told(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    const char *nowhere[] = {"brood-no-such-program", NULL};
    const char *no_path[] = {"/brood/no/such/program", NULL};

    assert_true(
        APR_STATUS_IS_ENOENT(start_fails(test, &options, nowhere, BROOD_STEP_SEARCH)));
    assert_detail("PATH");
    (void)start_fails(test, &options, no_path, BROOD_STEP_SEARCH);
    options.no_search = 1;
    assert_true(
        APR_STATUS_IS_ENOENT(start_fails(test, &options, nowhere, BROOD_STEP_SEARCH)));
}

static void a_directory_is_no_program(void **state) {
    brood_test_t *test = *state;
    const char *folder = NULL;
    const char *argv[] = {NULL, NULL};

    (void)apr_temp_dir_get(&folder, test->pool);
    argv[0] = folder;
    assert_true(APR_STATUS_IS_EACCES(start_fails(test, NULL, argv, BROOD_STEP_SEARCH)));
}

static void a_directory_that_is_none_is_told(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    const char *const *argv = brood_test_script(test->pool, "exit", "0", NULL);

    options.directory = brood_test_file_name("nowhere", test->pool);
    options.output = options.error = brood_stdio_capture(0);
    options.input = brood_stdio_pipe();
    (void)start_fails(test, &options, argv, BROOD_STEP_DIRECTORY);
    assert_detail(options.directory);
}

static void a_file_that_is_none_is_told(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    const char *const *argv = brood_test_script(test->pool, "exit", "0", NULL);
    const char *path = brood_test_file_name("nothing", test->pool);

    options.input = brood_stdio_read(path);
    options.output = brood_stdio_pipe();
    assert_true(
        APR_STATUS_IS_ENOENT(start_fails(test, &options, argv, BROOD_STEP_STREAMS)));
    assert_detail(path);
    assert_detail("standard input");
}

/* 40 MB are too much for every system. */
static void too_many_arguments_are_told(void **state) {
    enum { COUNT = 400, SIZE = 100000 };
    brood_test_t *test = *state;
    const char **argv = apr_pcalloc(test->pool, (COUNT + 2) * sizeof *argv);
    char *word = apr_palloc(test->pool, SIZE + 1);

    memset(word, 'x', SIZE);
    word[SIZE] = '\0';
    argv[0] = brood__current.program;
    for (int i = 1; i <= COUNT; i++) {
        argv[i] = word;
    }
    brood_command_t *command = brood_test_command_of(test, NULL, argv);
    assert_status(brood_command_start(command), BROOD_EARGUMENTS);
    assert_detail("401 arguments");
    assert_true(brood_command_failed_step(command) == BROOD_STEP_EXECUTE ||
                brood_command_failed_step(command) == BROOD_STEP_PREPARE);
}

static void wrong_options_are_named(void **state) {
    static const brood_stop_step_t bad_ladder[] = {{(brood_stop_what_t)9, 0}};
    static const char *const nameless[] = {"=x", NULL};
    static const char *const no_value[] = {"NAME", NULL};
    static const char *const empty[] = {NULL};
    brood_test_t *test = *state;
    const char *const *argv = brood_test_script(test->pool, "exit", "0", NULL);
    const brood_command_options_t defaults = BROOD_COMMAND_OPTIONS_INIT;
    brood_command_options_t options = defaults;
    brood_command_t *command;

#define REFUSED(part)                                                             \
    do {                                                                          \
        assert_status(brood_command_create(&command, argv, &options, test->pool), \
                      APR_EINVAL);                                                \
        assert_null(command);                                                     \
        assert_detail(part);                                                      \
        options = defaults;                                                       \
    } while (0)
    options.struct_size = 7;
    REFUSED("struct_size is 7");
    options.input = brood_stdio_capture(0);
    REFUSED("input.kind");
    options.output = brood_stdio_bytes("x", 1);
    REFUSED("output.kind");
    options.output = brood_stdio_as_output();
    REFUSED("output.kind");
    options.error = brood_stdio_create(NULL);
    REFUSED("error is a file without a path");
    options.variables = nameless;
    REFUSED("variables[0]");
    options.variables = no_value;
    options.environment = BROOD_ENVIRONMENT_REPLACE;
    REFUSED("variables[0]");
    options.environment = BROOD_ENVIRONMENT_REPLACE;
    REFUSED("variables is NULL");
    options.steps = bad_ladder;
    options.step_count = 1;
    REFUSED("step 1");
    options.input = brood_stdio_output_of(NULL);
    REFUSED("command is NULL");
#undef REFUSED
    assert_status(brood_command_create(&command, NULL, NULL, test->pool), APR_EINVAL);
    assert_status(brood_command_create(&command, empty, NULL, test->pool), APR_EINVAL);
    assert_status(brood_command_start(NULL), APR_EINVAL);
    assert_string_equal(brood_command_step_name(BROOD_STEP_EXECUTE), "execute");
    assert_null(brood_command_step_name((brood_command_step_t)77));
}

/* ---- Windows' own ---- */

static int is_windows(void) {
    return !brood_has_start_method(BROOD_START_FORK);
}

static void a_batch_file_has_to_be_allowed(void **state) {
    static const char text[] = "@echo off\r\necho batch %1\r\nexit /b 6\r\n";
    brood_test_t *test = *state;
    const char *path = brood_test_file_name("script.bat", test->pool);
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    const char *argv[] = {NULL, "two words", NULL};
    apr_size_t size = sizeof text - 1;
    brood_command_result_t result;
    apr_file_t *file;

    if (!is_windows()) {
        return; /* a file like any other */
    }
    path = apr_pstrcat(test->pool, path, ".bat", NULL);
    argv[0] = path;
    assert_int_equal(apr_file_open(&file, path, APR_FOPEN_WRITE | APR_FOPEN_CREATE,
                                   APR_OS_DEFAULT, test->pool),
                     APR_SUCCESS);
    assert_int_equal(apr_file_write(file, text, &size), APR_SUCCESS);
    assert_int_equal(apr_file_close(file), APR_SUCCESS);
    assert_int_equal(start_fails(test, &options, argv, BROOD_STEP_SEARCH), BROOD_ESCRIPT);
    options.allow_scripts = 1;
    result = run(test, &options, argv);
    assert_int_equal(result.code, 6);
    assert_true(result.output.size > 6);
    assert_memory_equal(result.output.data, "batch ", 6);
    argv[1] = "%PATH%";
    assert_int_equal(start_fails(test, &options, argv, BROOD_STEP_EXECUTE),
                     BROOD_ESCRIPT);
    argv[1] = "a\"b";
    assert_int_equal(start_fails(test, &options, argv, BROOD_STEP_EXECUTE),
                     BROOD_ESCRIPT);
    assert_int_equal(apr_file_remove(path, test->pool), APR_SUCCESS);
}

static void a_command_line_goes_as_it_is(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    const char *const *argv = brood_test_script(test->pool, "args", "from", "argv", NULL);

    options.command_line = "name --script args a\"b c\"d";
    assert_bytes(run(test, &options, argv).output,
                 is_windows() ? "[5]ab cd\n" : "[4]from\n[4]argv\n");
}

/* ---- at the end of this program ---- */

static int leave_one_to_be_joined(const brood_values_t *state, apr_pool_t *pool) {
    brood_command_options_t options = with_input_pipe();
    brood_connection_t *said;
    brood_command_t *command;

    CHILD_OK(BROOD_UNPACK(state, &said));
    options.output = brood_stdio_connection(said);
    options.join_at_exit = 1;
    CHILD_OK(brood_command_create(&command,
                                  brood_test_script(pool, "wait", "say", "joined", NULL),
                                  &options, pool));
    CHILD_OK(brood_command_start(command));
    return 0;
}

static void one_is_joined_at_exit_when_asked(void **state) {
    brood_test_t *test = *state;
    brood_connection_t *mine, *theirs;
    brood_process_t *child;

    if (is_windows()) {
        return; /* a connection's HANDLE is none that the program can write to */
    }
    assert_success(brood_pipe_create(&mine, &theirs, 0, test->pool));
    child = brood_test_start(leave_one_to_be_joined, BROOD_ARGS(theirs), test);
    brood_test_join(child, 0);
    /* The command has written before the process ended. */
    assert_success(brood_connection_poll(mine, 0));
}

/* ---- two threads ---- */

typedef struct reader_t {
    brood_command_t *command;
    brood_event_t *there;
    apr_status_t end;
} reader_t;

/* Until it is the one that uses the command. */
static void *APR_THREAD_FUNC read_one(apr_thread_t *thread, void *data) {
    reader_t *reader = data;
    char byte;
    size_t size;

    (void)thread;
    do { /* ends when the other looks away */
        reader->end =
            brood_command_read(reader->command, BROOD_STDOUT, &byte, 1, &size, LATE);
    } while (reader->end == BROOD_EBUSY);
    return NULL;
}

static void what_another_thread_uses_is_busy(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options =
        brood_test_options(brood_stdio_pipe(), brood_stdio_pipe(), brood_stdio_null());
    reader_t reader = {0};
    apr_thread_t *thread;
    apr_status_t ended;
    size_t size;
    char byte;

    reader.command = brood_test_command_start(test, &options, "wait");
    assert_int_equal(apr_thread_create(&thread, NULL, read_one, &reader, test->pool),
                     APR_SUCCESS);
    do { /* ends when the other is in its call */
        ended = brood_command_join(reader.command, 0);
    } while (ended == APR_TIMEUP);
    assert_status(ended, BROOD_EBUSY);
    assert_status(brood_command_read(reader.command, BROOD_STDOUT, &byte, 1, &size, 0),
                  BROOD_EBUSY);
    assert_status(brood_command_close(reader.command), BROOD_EBUSY);
    assert_int_equal(brood_command_is_alive(reader.command), 1);
    assert_success(brood_command_kill(reader.command));
    (void)apr_thread_join(&ended, thread);
    assert_status(reader.end, APR_EOF);
    brood_test_command_join(reader.command, -9);
}

static void *APR_THREAD_FUNC read_all(apr_thread_t *thread, void *data) {
    reader_t *reader = data;
    char piece[100];
    size_t size;

    (void)thread;
    do { /* ends with the output */
        reader->end = brood_command_read(reader->command, BROOD_STDOUT, piece,
                                         sizeof piece, &size, LATE);
        (void)brood_event_set(reader->there);
    } while (reader->end == APR_SUCCESS);
    return NULL;
}

static void join_thread(void *thread) {
    apr_status_t ended;

    (void)apr_thread_join(&ended, thread);
}

/* The thread reads when this program comes to its end, which moves no stream under it. The
 * finalizer runs after that. */
static int leave_one_that_is_read(const brood_values_t *state, apr_pool_t *pool) {
    static reader_t reader;
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    apr_thread_t *thread;

    (void)state;
    options.output = brood_stdio_pipe();
    options.join_at_exit = 1;
    CHILD_OK(brood_event_create(&reader.there, pool));
    CHILD_OK(brood_command_create(
        &reader.command, brood_test_script(pool, "out", MUCH, NULL), &options, pool));
    CHILD_OK(brood_command_start(reader.command));
    CHILD_OK(apr_thread_create(&thread, NULL, read_all, &reader, pool));
    CHILD_OK(brood_finalizer_register(NULL, join_thread, thread, -1, pool));
    CHILD_OK(brood_event_wait(reader.there, LATE));
    return 0;
}

static void one_that_is_read_is_joined_at_exit(void **state) {
    brood_test_t *test = *state;

    brood_test_join(brood_test_start(leave_one_that_is_read, BROOD_NO_ARGS, test), 0);
}

/* The scripted program does without brood_init(). */
static void one_is_joined_at_exit_without_init(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options =
        brood_test_options(brood_stdio_pipe(), brood_stdio_pipe(), brood_stdio_null());
    brood_command_t *host = brood_test_command_start(test, &options, "host");
    char line[20];
    size_t size;

    assert_success(
        brood_command_read_line(host, BROOD_STDOUT, line, sizeof line, &size, LATE));
    assert_string_equal(line, "below\n");
    assert_status(brood_command_join(host, 100000), APR_TIMEUP);
    assert_success(brood_command_close_input(host));
    brood_test_command_join(host, 0);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(exit_codes_are_told),
    BROOD_TEST(killed_ones_are_told),
    BROOD_TEST(alive_until_it_ends),
    BROOD_TEST(an_interrupt_is_seen_where_there_are_signals),
    BROOD_TEST(one_that_is_let_go_runs_on),
    BROOD_TEST(a_ladder_goes_as_far_as_it_must),
    BROOD_TEST(arguments_arrive),
    BROOD_TEST(the_name_need_not_be_the_program),
    BROOD_TEST(the_environment_is_edited),
    BROOD_TEST(a_variable_is_removed),
    BROOD_TEST(the_environment_is_replaced),
    BROOD_TEST(it_runs_in_its_directory),
    BROOD_TEST(it_is_found_in_the_path_that_it_will_have),
    BROOD_TEST(what_does_not_exist_is_told),
    BROOD_TEST(a_directory_is_no_program),
    BROOD_TEST(a_directory_that_is_none_is_told),
    BROOD_TEST(a_file_that_is_none_is_told),
    BROOD_TEST(too_many_arguments_are_told),
    BROOD_TEST(wrong_options_are_named),
    BROOD_TEST(a_batch_file_has_to_be_allowed),
    BROOD_TEST(a_command_line_goes_as_it_is),
    BROOD_TEST(one_is_joined_at_exit_when_asked),
    BROOD_TEST(what_another_thread_uses_is_busy),
    BROOD_TEST(one_that_is_read_is_joined_at_exit),
    BROOD_TEST(one_is_joined_at_exit_without_init),
};

BROOD_TEST_COMMAND_MAIN(tests)
