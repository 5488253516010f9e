/* The seam's start of a program: its group and signals, its tie to the life of its parent; and
 * a program in the place of this one. */
#include "os_start_fixture.h"

#include <apr_thread_proc.h>

/* ---- roles --------------------------------------------------------------------------------- */

static void start_tied(int *unsupported) {
    brood_os_process_t process;
    brood_os_start_t start = plain();
    brood_os_start_step_t step;
    apr_status_t rv;

    start.end_with_parent = 1;
    rv = start_role(&process, &start, "copy", "x", NULL, &step);
    *unsupported = rv == APR_ENOTIMPL;
}

static void *APR_THREAD_FUNC tied_in_thread(apr_thread_t *thread, void *unsupported) {
    (void)thread;
    start_tied(unsupported);
    return NULL;
}

/* Starts one that ends with me, from a thread that ends before me. */
static int tie(int in_thread) {
    apr_thread_t *thread;
    apr_status_t rv;
    int unsupported = 1;

    if (in_thread) {
        if (apr_thread_create(&thread, NULL, tied_in_thread, &unsupported, pool) != 0) {
            return 99;
        }
        (void)apr_thread_join(&rv, thread);
        while (brood_os_thread_count() > 1) { /* until it is gone for the kernel, too */
            apr_thread_yield();
        }
    } else {
        start_tied(&unsupported);
    }
    if (unsupported) {
        return 77;
    }
    (void)fputs("t", stdout);
    (void)fflush(stdout);
    for (;;) { /* ends with the process, which is killed */
        apr_sleep(1000000);
    }
}

static int replace(const char *image) {
    const char *argv[] = {self, "pid", NULL};
    brood_os_start_t start = plain();
    brood_os_start_step_t step;
    brood_os_handle_t nothing[] = {BROOD_OS_NO_HANDLE, BROOD_OS_NO_HANDLE,
                                   BROOD_OS_NO_HANDLE};
    int before = count_handles();

    start.image = image;
    start.argv = argv;
    if (image == self) {
        (void)brood_os_process_replace(&start, &step);
        return 99;
    }
    start.standard = nothing;
    start.new_group = 1;
    start.directory = "..";
    if (brood_os_process_replace(&start, &step) == APR_SUCCESS ||
        step != BROOD_OS_START_EXECUTE) {
        return 98;
    }
    (void)printf("%s", count_handles() == before ? "still" : "lost");
    return 0;
}

/* ---- tests --------------------------------------------------------------------------------- */

static void a_group_of_its_own(void **state) {
    brood_os_start_t start = plain();

    (void)state;
    if (brood_test_leads_group() >= 0) {
        assert_int_equal(run_role(&start, "group", NULL, NULL), 0);
        start.new_group = 1;
        assert_int_equal(run_role(&start, "group", NULL, NULL), 1);
    } else {
        start.new_group = 1;
        assert_int_equal(run_role(&start, "signals", NULL, NULL), 0);
    }
}

static void signals_are_as_the_system_has_them(void **state) {
    brood_os_start_t start = plain();
    int plainly, tied;

    (void)state;
    brood_test_disturb_signals();
    plainly = run_role(&start, "signals", NULL, NULL);
    start.end_with_parent = 1;
    tied = run_role(&start, "signals", NULL, NULL);
    brood_test_undisturb_signals();
    assert_int_equal(plainly, 0);
    assert_true(tied == 0 || tied == -1000); /* where there is no such thing */
}

static char read_byte(brood_os_handle_t stream) {
    size_t length = 1;
    char byte = '\0';

    assert_int_equal(brood_os_stream_read(stream, &byte, &length, late()), APR_SUCCESS);
    return byte;
}

/* The middle one is killed: the stream that the last one holds ends. */
static void end_with_middle(const char *in_thread) {
    brood_os_handle_t in[2], out[2], standard[3];
    brood_os_process_t middle;
    brood_os_start_t start = plain();
    brood_os_start_step_t step;
    brood_os_exit_t how;
    size_t length = 1;
    char byte;

    assert_int_equal(brood_os_stream_pipe_for(&in[0], &in[1], BROOD_OS_STRANGER_READS),
                     0);
    assert_int_equal(brood_os_stream_pipe_for(&out[0], &out[1], BROOD_OS_STRANGER_WRITES),
                     0);
    standard[0] = in[0], standard[1] = out[1], standard[2] = BROOD_OS_OWN_STREAM;
    start.standard = standard;
    assert_int_equal(start_role(&middle, &start, "tie", in_thread, NULL, &step), 0);
    brood_os_handle_close(in[0]);
    brood_os_handle_close(out[1]);
    if (brood_os_stream_read(out[0], &byte, &length, late()) == APR_SUCCESS) {
        char other = read_byte(out[0]);

        assert_true((byte == 'x' && other == 't') || (byte == 't' && other == 'x'));
        length = 1;
        assert_int_equal(brood_os_stream_write(in[1], "?", &length, late()), 0);
        assert_int_equal(read_byte(out[0]), '?');
        assert_int_equal(brood_os_process_signal(&middle, BROOD_OS_KILL), 0);
        length = 1;
        assert_int_equal(brood_os_stream_read(out[0], &byte, &length, late()), APR_EOF);
    } /* else the system has no such thing, and the middle one has ended */
    assert_int_equal(brood_os_process_wait(&middle, late(), &how), 0);
    assert_true(how.signaled || how.code == 77);
    brood_os_process_close(&middle);
    brood_os_handle_close(in[1]);
    brood_os_handle_close(out[0]);
}

static void it_ends_with_its_parent(void **state) {
    (void)state;
    end_with_middle(NULL);
}

static void it_does_not_end_with_a_thread(void **state) {
    (void)state;
    end_with_middle("thread");
}

/* What the role "replace" printed and how it ended. */
static void replaced(const char *image, char *text, size_t size, int64_t *pid,
                     int *code) {
    brood_os_handle_t out[2];
    brood_os_handle_t standard[] = {BROOD_OS_NO_HANDLE, 0, BROOD_OS_OWN_STREAM};
    brood_os_process_t process;
    brood_os_start_t start = plain();
    brood_os_start_step_t step;
    size_t got = 0;

    assert_int_equal(brood_os_stream_pipe_for(&out[0], &out[1], BROOD_OS_STRANGER_WRITES),
                     0);
    standard[1] = out[1];
    start.standard = standard;
    assert_int_equal(start_role(&process, &start, "replace", image, NULL, &step), 0);
    brood_os_handle_close(out[1]);
    for (;;) { /* ends with the stream */
        size_t length = size - 1 - got;

        if (brood_os_stream_read(out[0], text + got, &length, late()) != APR_SUCCESS) {
            break;
        }
        got += length;
    }
    text[got] = '\0';
    *pid = process.pid;
    *code = exit_of(&process);
    brood_os_handle_close(out[0]);
}

static void a_program_in_the_place_of_this_one(void **state) {
    char text[40];
    int64_t pid;
    int code;

    (void)state;
    replaced(NULL, text, sizeof text, &pid, &code);
    assert_true(strtoll(text, NULL, 10) > 0);
    if (brood_os_has_fork()) {
        assert_int_equal(strtoll(text, NULL, 10), pid);
    }
    assert_int_equal(code, brood_os_has_fork() ? 300 % 256 : 300);
}

static void a_replacement_that_fails(void **state) {
    char text[40];
    int64_t pid;
    int code;

    (void)state;
    replaced("/nowhere/to/be/found", text, sizeof text, &pid, &code);
    assert_int_equal(code, 0);
    assert_string_equal(text, "still");
}

/* ---- all of them --------------------------------------------------------------------------- */

static int play(char **argv) {
    const char *role = argv[1];

    if (strcmp(role, "group") == 0) {
        return brood_test_leads_group();
    }
    if (strcmp(role, "tie") == 0) {
        return tie(argv[2] != NULL);
    }
    if (strcmp(role, "replace") == 0) {
        return replace(argv[2] != NULL ? argv[2] : self);
    }
    if (strcmp(role, "pid") == 0) {
        (void)printf("%lld", (long long)brood_current_pid());
        return 300;
    }
    return 98;
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_of_its_own),
        cmocka_unit_test(signals_are_as_the_system_has_them),
        cmocka_unit_test(it_ends_with_its_parent),
        cmocka_unit_test(it_does_not_end_with_a_thread),
        cmocka_unit_test(a_program_in_the_place_of_this_one),
        cmocka_unit_test(a_replacement_that_fails),
    };

    return play_or_test(argc, argv, play, "os_start_life", tests,
                        sizeof tests / sizeof tests[0]);
}
