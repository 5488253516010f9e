/* Commands: their standard streams. */
#include "commands.h"

#include "stranger.h"
#include <apr_file_io.h>
#include <apr_portable.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

/* More than any pipe holds. */
#define MUCH (3 * 1000 * 1000 + 7)
#define MUCH_TEXT "3000007"

static brood_command_options_t all_pipes(void) {
    return brood_test_options(brood_stdio_pipe(), brood_stdio_pipe(), brood_stdio_pipe());
}

/* N letters, as the program prints them. */
static char *letters(size_t size, apr_pool_t *pool) {
    char *text = apr_palloc(pool, size + 1);

    for (size_t i = 0; i < size; i++) {
        text[i] = (char)('a' + (int)(i % 26));
    }
    text[size] = '\0';
    return text;
}

static brood_bytes_t file_bytes(const char *path, apr_pool_t *pool) {
    apr_file_t *file;
    apr_size_t size = 1000;
    char *text = apr_pcalloc(pool, size + 1);
    brood_bytes_t bytes;

    assert_int_equal(
        apr_file_open(&file, path, APR_FOPEN_READ | APR_FOPEN_BINARY, 0, pool),
        APR_SUCCESS);
    (void)apr_file_read_full(file, text, size, &size);
    assert_int_equal(apr_file_close(file), APR_SUCCESS);
    bytes.data = text;
    bytes.size = size;
    return bytes;
}

/* ---- pipes ---- */

static void bytes_go_in_and_come_out(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = all_pipes();
    brood_command_t *command = brood_test_command_start(test, &options, "cat");
    char buffer[100];
    size_t size, written = 0;

    assert_status(
        brood_command_read(command, BROOD_STDOUT, buffer, sizeof buffer, &size, 0),
        APR_TIMEUP);
    assert_status(
        brood_command_read(command, BROOD_STDOUT, buffer, sizeof buffer, &size, 1000),
        APR_TIMEUP);
    assert_success(brood_command_write(command, "he\0llo", 6, &written, LATE));
    assert_int_equal(written, 6);
    assert_success(
        brood_command_read(command, BROOD_STDOUT, buffer, 2, &size, BROOD_FOREVER));
    assert_memory_equal(buffer, "he", size);
    for (size_t have = size; have < 6; have += size) {
        assert_success(brood_command_read(command, BROOD_STDOUT, buffer, sizeof buffer,
                                          &size, LATE));
        assert_memory_equal(buffer, &"he\0llo"[have], size);
    }
    assert_success(brood_command_close_input(command));
    assert_success(brood_command_close_input(command));
    assert_status(brood_command_write(command, "x", 1, &written, LATE), BROOD_EDIRECTION);
    assert_status(
        brood_command_read(command, BROOD_STDOUT, buffer, sizeof buffer, &size, LATE),
        APR_EOF);
    assert_status(
        brood_command_read(command, BROOD_STDERR, buffer, sizeof buffer, &size, LATE),
        APR_EOF);
    brood_test_command_join(command, 0);
}

static void what_is_no_pipe_is_refused(void **state) {
    brood_test_t *test = *state;
    brood_command_t *command = brood_test_command_start(test, NULL, "exit", "0");
    brood_bytes_t bytes = {"x", 1};
    brood_native_t native;
    char buffer[10];
    size_t size;

    assert_status(brood_command_write(command, "x", 1, NULL, 0), BROOD_EDIRECTION);
    assert_status(brood_command_close_input(command), BROOD_EDIRECTION);
    assert_status(brood_command_read(command, BROOD_STDOUT, buffer, 10, &size, 0),
                  BROOD_EDIRECTION);
    assert_status(brood_command_read(command, BROOD_STDIN, buffer, 10, &size, 0),
                  APR_EINVAL);
    assert_status(brood_command_captured(command, BROOD_STDOUT, &bytes),
                  BROOD_EDIRECTION);
    assert_status(brood_command_native(command, BROOD_STDIN, &native), BROOD_EDIRECTION);
    bytes.data = "x";
    bytes.size = 1;
    assert_status(brood_command_communicate(command, bytes, 0, NULL, NULL), APR_EINVAL);
    brood_test_command_join(command, 0);
}

static void a_full_pipe_takes_what_it_can(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = all_pipes();
    /* It waits for somebody to read what it prints, and does not read itself. */
    brood_command_t *command =
        brood_test_command_start(test, &options, "out", MUCH_TEXT, "wait");
    char *much = letters(MUCH, test->pool);
    size_t written = 0;

    assert_status(brood_command_write(command, much, MUCH, &written, 0), APR_TIMEUP);
    assert_true(written > 0 && written < MUCH);
    assert_status(brood_command_write(command, much, MUCH, &written, 20000), APR_TIMEUP);
    assert_success(brood_command_kill(command));
    assert_status(brood_command_write(command, much, MUCH, &written, LATE), APR_EPIPE);
    assert_true(written < MUCH);
    assert_status(brood_command_write(command, "x", 1, &written, LATE), APR_EPIPE);
    brood_test_command_join(command, -9);
}

/* ---- captures ---- */

static void both_outputs_are_captured_whole(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = brood_test_options(
        brood_stdio_null(), brood_stdio_capture(0), brood_stdio_capture(0));
    brood_command_t *command = brood_test_command_start(
        test, &options, "out", MUCH_TEXT, "err", MUCH_TEXT, "out", "5", "exit", "4");
    brood_bytes_t output, error;

    brood_test_command_join(command, 4);
    assert_success(brood_command_captured(command, BROOD_STDOUT, &output));
    assert_success(brood_command_captured(command, BROOD_STDERR, &error));
    assert_int_equal(output.size, MUCH + 5);
    assert_int_equal(error.size, MUCH);
    assert_memory_equal(error.data, letters(MUCH, test->pool), MUCH);
    assert_memory_equal(output.data, error.data, MUCH);
    assert_memory_equal((const char *)output.data + MUCH, "abcde",
                        6); /* the zero byte, too */
}

static void a_capture_keeps_the_first_bytes(void **state) {
    static const char *const sizes[] = {"9", "10", "11", MUCH_TEXT};
    brood_test_t *test = *state;
    brood_command_options_t options = brood_test_options(
        brood_stdio_null(), brood_stdio_capture(10), brood_stdio_null());

    for (size_t i = 0; i < 4; i++) {
        brood_command_t *command =
            brood_test_command_start(test, &options, "out", sizes[i], "exit", "2");
        brood_bytes_t bytes;

        brood_test_command_join(command, 2);
        assert_status(brood_command_captured(command, BROOD_STDOUT, &bytes),
                      i < 2 ? APR_SUCCESS : BROOD_EOUTPUT);
        assert_bytes(bytes, i == 0 ? "abcdefghi" : "abcdefghij");
    }
}

static void errors_go_where_output_goes(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = brood_test_options(
        brood_stdio_null(), brood_stdio_capture(0), brood_stdio_as_output());
    brood_command_t *command = brood_test_command_start(
        test, &options, "say", "one", "complain", "two", "say", "three");
    brood_bytes_t bytes;

    brood_test_command_join(command, 0);
    assert_success(brood_command_captured(command, BROOD_STDOUT, &bytes));
    assert_bytes(bytes, "one\ntwo\nthree\n");
}

static void bytes_are_its_input(void **state) {
    brood_test_t *test = *state;
    char *much = letters(MUCH, test->pool);
    brood_command_options_t options = brood_test_options(
        brood_stdio_bytes(much, MUCH), brood_stdio_capture(0), brood_stdio_null());
    brood_command_t *command = brood_test_command_start(test, &options, "cat");
    brood_bytes_t bytes;

    brood_test_command_join(command, 0);
    assert_success(brood_command_captured(command, BROOD_STDOUT, &bytes));
    assert_int_equal(bytes.size, MUCH);
    assert_memory_equal(bytes.data, much, MUCH);

    options.input = brood_stdio_bytes(NULL, 0);
    brood_test_command_join(brood_test_command_start(test, &options, "wait"), 0);
    options.input = brood_stdio_bytes(much, MUCH); /* of which it reads nothing */
    brood_test_command_join(brood_test_command_start(test, &options, "exit", "3"), 3);
}

/* ---- conversations ---- */

static void a_conversation_of_any_size(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = all_pipes();
    brood_bytes_t input = {letters(MUCH, test->pool), MUCH};
    brood_bytes_t output, error;
    brood_command_t *command =
        brood_test_command_start(test, &options, "err", MUCH_TEXT, "cat", "err", "3");

    assert_success(brood_command_communicate(command, input, LATE, &output, &error));
    assert_int_equal(output.size, MUCH);
    assert_memory_equal(output.data, input.data, MUCH);
    assert_int_equal(error.size, MUCH + 3);
    brood_test_command_join(command, 0);
    assert_success(brood_command_communicate(command, input, LATE, &output, NULL));
    assert_int_equal(output.size, MUCH); /* the same again */
}

static void a_conversation_that_is_not_over_goes_on(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = all_pipes();
    brood_command_t *gate;
    brood_command_t *command;
    brood_bytes_t nothing = {NULL, 0};
    brood_bytes_t output, error;
    char letter;
    size_t size;

    options.input = brood_stdio_pipe();
    gate = brood_test_command(test, &options, "line", "say", "go");
    options.input = brood_stdio_output_of(gate);
    command = brood_test_command(test, &options, "say", "ready", "wait", "say", "done");
    assert_success(brood_command_start(gate));
    assert_success(brood_command_start(command));
    assert_success(brood_command_read(command, BROOD_STDOUT, &letter, 1, &size, LATE));
    assert_int_equal(letter, 'r');
    assert_status(brood_command_communicate(command, nothing, 20000, &output, &error),
                  APR_TIMEUP);
    assert_true(output.size == 0 || memcmp(output.data, "eady\n", output.size) == 0);
    assert_success(brood_command_write(gate, "x", 1, NULL, LATE));
    assert_success(brood_command_communicate(command, nothing, LATE, &output, &error));
    assert_bytes(output, "eady\ndone\n");
    assert_bytes(error, "");
    brood_test_command_join(command, 0);
    brood_test_command_join(gate, 0);
}

/* ---- lines ---- */

static void assert_line(brood_command_t *command, char *buffer, size_t capacity,
                        const char *line) {
    brood_bytes_t bytes = {buffer, 0};

    assert_success(brood_command_read_line(command, BROOD_STDOUT, buffer, capacity,
                                           &bytes.size, LATE));
    assert_bytes(bytes, line);
    assert_int_equal(buffer[bytes.size], 0);
}

static void lines_come_one_by_one(void **state) {
    static const char text[] = "first\nsecond\r\n\nlonger than the buffer is\nlast";
    brood_test_t *test = *state;
    brood_command_options_t options = brood_test_options(
        brood_stdio_bytes(text, sizeof text - 1), brood_stdio_pipe(), brood_stdio_null());
    brood_command_t *command = brood_test_command_start(test, &options, "cat");
    char buffer[12];
    size_t size;

    assert_line(command, buffer, sizeof buffer, "first\n");
    assert_line(command, buffer, sizeof buffer, "second\r\n");
    assert_line(command, buffer, sizeof buffer, "\n");
    assert_status(brood_command_read_line(command, BROOD_STDOUT, buffer, sizeof buffer,
                                          &size, LATE),
                  BROOD_ETOOBIG);
    assert_string_equal(buffer, "longer than");
    assert_success(brood_command_read(command, BROOD_STDOUT, buffer, 5, &size, LATE));
    assert_memory_equal(buffer, " the ", 5);
    assert_line(command, buffer, sizeof buffer, "buffer is\n");
    assert_line(command, buffer, sizeof buffer, "last");
    assert_status(brood_command_read_line(command, BROOD_STDOUT, buffer, sizeof buffer,
                                          &size, LATE),
                  APR_EOF);
    assert_status(brood_command_read_line(command, BROOD_STDOUT, buffer, 1, &size, LATE),
                  APR_EINVAL);
    brood_test_command_join(command, 0);
}

static void part_of_a_line_is_kept(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = brood_test_options(
        brood_stdio_pipe(), brood_stdio_pipe(), brood_stdio_capture(0));
    /* What it complains of fills a pipe: it is captured meanwhile. */
    brood_command_t *command = brood_test_command_start(
        test, &options, "out", "3", "line", "err", MUCH_TEXT, "say", "ABC");
    brood_bytes_t bytes;
    char buffer[100];
    size_t size;
    int output, error;

    assert_success(brood_command_poll(command, &output, &error, NULL, LATE));
    assert_true(output && !error);
    assert_status(brood_command_read_line(command, BROOD_STDOUT, buffer, sizeof buffer,
                                          &size, 1000),
                  APR_TIMEUP);
    assert_int_equal(size, 0);
    assert_success(brood_command_write(command, "x", 1, NULL, LATE));
    assert_line(command, buffer, sizeof buffer, "abcABC\n");
    brood_test_command_join(command, 0);
    assert_success(brood_command_captured(command, BROOD_STDERR, &bytes));
    assert_int_equal(bytes.size, MUCH);
}

static void many_lines(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options =
        brood_test_options(brood_stdio_null(), brood_stdio_pipe(), brood_stdio_null());
    size_t count = 20000, at = 0;
    char *text = apr_palloc(test->pool, count * 16);
    char buffer[32];
    brood_command_t *command;

    for (size_t i = 0; i < count; i++) {
        at += (size_t)apr_snprintf(text + at, 16, "line %d\n", (int)i);
    }
    options.input = brood_stdio_bytes(text, at);
    command = brood_test_command_start(test, &options, "cat");
    for (size_t i = 0; i < count; i++) {
        assert_line(command, buffer, sizeof buffer,
                    apr_psprintf(test->pool, "line %d\n", (int)i));
    }
    brood_test_command_join(command, 0);
}

static void both_are_polled(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = all_pipes();
    brood_command_t *command = brood_test_command_start(
        test, &options, "line", "complain", "c", "line", "say", "s", "line");
    char buffer[10];
    size_t size;
    int output, error, ended;

    assert_status(brood_command_poll(command, &output, &error, &ended, 1000), APR_TIMEUP);
    assert_true(!output && !error && !ended);
    assert_success(brood_command_write(command, "1", 1, NULL, LATE));
    assert_success(brood_command_poll(command, &output, &error, &ended, LATE));
    assert_true(!output && error && !ended);
    assert_success(brood_command_read_line(command, BROOD_STDERR, buffer, sizeof buffer,
                                           &size, LATE));
    assert_string_equal(buffer, "c\n");
    assert_success(brood_command_write(command, "2", 1, NULL, LATE));
    assert_success(brood_command_poll(command, &output, &error, &ended, LATE));
    assert_true(output && !error && !ended);
    assert_success(brood_command_read_line(command, BROOD_STDOUT, buffer, sizeof buffer,
                                           &size, LATE));
    assert_success(brood_command_write(command, "3", 1, NULL, LATE));
    /* The ends of both can be read. */
    for (int left = 2; left > 0; left--) {
        brood_stream_t stream;
        assert_success(brood_command_poll(command, &output, &error, NULL, LATE));
        stream = output ? BROOD_STDOUT : BROOD_STDERR;
        assert_status(brood_command_read(command, stream, buffer, 1, &size, LATE),
                      APR_EOF);
    }
    assert_status(brood_command_poll(command, &output, &error, NULL, LATE), APR_EOF);
    assert_success(brood_command_poll(command, &output, &error, &ended, LATE));
    assert_true(ended);
    brood_test_command_join(command, 0);
}

/* ---- files and handles ---- */

static void files_are_its_streams(void **state) {
    brood_test_t *test = *state;
    const char *path = brood_test_file_name("output", test->pool);
    const char *other = brood_test_file_name("copy", test->pool);
    brood_command_options_t options = brood_test_options(
        brood_stdio_null(), brood_stdio_create(path), brood_stdio_null());

    brood_test_command_join(
        brood_test_command_start(test, &options, "say", "much longer"), 0);
    brood_test_command_join(brood_test_command_start(test, &options, "say", "short"), 0);
    options.output = brood_stdio_append(path);
    options.error = brood_stdio_as_output();
    brood_test_command_join(
        brood_test_command_start(test, &options, "say", "more", "complain", "still"), 0);
    assert_bytes(file_bytes(path, test->pool), "short\nmore\nstill\n");
    options = brood_test_options(brood_stdio_read(path), brood_stdio_append(other),
                                 brood_stdio_null());
    brood_test_command_join(brood_test_command_start(test, &options, "cat"), 0);
    assert_bytes(file_bytes(other, test->pool), "short\nmore\nstill\n");
    assert_int_equal(apr_file_remove(path, test->pool), APR_SUCCESS);
    assert_int_equal(apr_file_remove(other, test->pool), APR_SUCCESS);
}

/* Nobody has the other end, nor ever will. */
static void a_fifo_is_not_waited_for(void **state) {
    brood_test_t *test = *state;
    const char *path = brood_test_file_name("fifo", test->pool);
    brood_command_options_t options = brood_test_options(
        brood_stdio_read(path), brood_stdio_null(), brood_stdio_null());
    brood_command_t *command;

    if (!brood_test_make_fifo(path)) {
        skip(); /* there are none */
    }
    brood_test_command_join(brood_test_command_start(test, &options, "cat"), 0);
    options.input = brood_stdio_null();
    options.output = brood_stdio_append(path);
    command = brood_test_command(test, &options, "say", "nothing");
    assert_true(brood_command_start(command) != APR_SUCCESS);
    assert_int_equal(brood_command_failed_step(command), BROOD_STEP_STREAMS);
    assert_detail(path);
    assert_int_equal(apr_file_remove(path, test->pool), APR_SUCCESS);
}

/* Only what is a plain pipe can be a program of another make's stream everywhere: its own end of one. */
static void a_native_handle_is_its_stream(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options =
        brood_test_options(brood_stdio_null(), brood_stdio_null(), brood_stdio_null());
    const char *path = brood_test_file_name("native", test->pool);
    apr_file_t *file;
    apr_os_file_t native;

    assert_int_equal(apr_file_open(&file, path, APR_FOPEN_WRITE | APR_FOPEN_CREATE,
                                   APR_OS_DEFAULT, test->pool),
                     APR_SUCCESS);
    assert_int_equal(apr_os_file_get(&native, file), APR_SUCCESS);
    options.output = options.error = brood_stdio_native((brood_native_t)native);
    brood_test_command_join(
        brood_test_command_start(test, &options, "say", "one", "complain", "two"), 0);
    assert_int_equal(apr_file_close(file), APR_SUCCESS);
    assert_bytes(file_bytes(path, test->pool), "one\ntwo\n");
    assert_int_equal(apr_file_remove(path, test->pool), APR_SUCCESS);
}

static void a_connection_is_its_stream(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options =
        brood_test_options(brood_stdio_null(), brood_stdio_null(), brood_stdio_null());
    brood_connection_t *mine, *theirs;
    brood_command_t *command;
    char buffer[10];
    size_t size;

    assert_success(brood_pipe_create(&mine, &theirs, 0, test->pool));
    options.output = brood_stdio_connection(mine);
    assert_status(brood_command_create(&command,
                                       brood_test_script(test->pool, "wait", NULL),
                                       &options, test->pool),
                  BROOD_EDIRECTION);
    if (!brood_has_start_method(BROOD_START_FORK)) {
        return; /* the program cannot use an overlapped HANDLE */
    }
    options.output = brood_stdio_connection(theirs);
    /* The head of a message of two bytes, as connection.h has it, is among the letters. */
    command = brood_test_command_start(test, &options, "say", "abc");
    assert_success(brood_connection_close(theirs));
    brood_test_command_join(command, 0);
    assert_status(
        brood_connection_recv_bytes_into(mine, buffer, sizeof buffer, &size, LATE),
        BROOD_ETOOBIG);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(bytes_go_in_and_come_out),
    BROOD_TEST(what_is_no_pipe_is_refused),
    BROOD_TEST(a_full_pipe_takes_what_it_can),
    BROOD_TEST(both_outputs_are_captured_whole),
    BROOD_TEST(a_capture_keeps_the_first_bytes),
    BROOD_TEST(errors_go_where_output_goes),
    BROOD_TEST(bytes_are_its_input),
    BROOD_TEST(a_conversation_of_any_size),
    BROOD_TEST(a_conversation_that_is_not_over_goes_on),
    BROOD_TEST(lines_come_one_by_one),
    BROOD_TEST(part_of_a_line_is_kept),
    BROOD_TEST(many_lines),
    BROOD_TEST(both_are_polled),
    BROOD_TEST(files_are_its_streams),
    BROOD_TEST(a_fifo_is_not_waited_for),
    BROOD_TEST(a_native_handle_is_its_stream),
    BROOD_TEST(a_connection_is_its_stream),
};

BROOD_TEST_COMMAND_MAIN(tests)
