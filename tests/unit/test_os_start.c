/* The seam's start of a program: its standard streams in any arrangement, nothing beside them,
 * its group, its tie to the parent, the replaced process, and starts that fail at each step.
 *
 * The programs that are started are this one, with the name of a role as argument 1. */
#include "methods.h"

#include "ledger.h"
#include "os/clock.h"
#include "os/command.h"
#include "os/handle.h"
#include "os/module.h"
#include "os/process.h"
#include "os/program.h"
#include "os/stream.h"
#include "stranger.h"
#include <apr_env.h>
#include <apr_file_io.h>
#include <apr_portable.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE (60 * INT64_C(1000000000))
#define BOOT "boot:"

static char self[BROOD_OS_PATH_MAX];
static apr_pool_t *pool;

/* ---- starting ------------------------------------------------------------------------------ */

static brood_os_deadline_t late(void) {
    return brood_os_now_ns() + LATE;
}

/* This program in a role, with at most two words for it. */
static apr_status_t start_role(brood_os_process_t *process, brood_os_start_t *start,
                               const char *role, const char *word, const char *other,
                               brood_os_start_step_t *step) {
    const char *argv[] = {self, role, word, other, NULL};

    start->image = start->image != NULL ? start->image : self;
    start->argv = argv;
    return brood_os_process_start(process, start, step);
}

static int exit_of(brood_os_process_t *process) {
    brood_os_exit_t how;
    apr_status_t rv = brood_os_process_wait(process, late(), &how);

    if (rv != APR_SUCCESS) {
        (void)brood_os_process_signal(process, BROOD_OS_KILL);
        (void)brood_os_process_wait(process, BROOD_OS_FOREVER, &how);
        how.code = 1000 + rv;
    }
    brood_os_process_close(process);
    return how.signaled ? -how.code : how.code;
}

/* Starts, waits, and gives the exit code; -1000 when it does not start. */
static int run_role(brood_os_start_t *start, const char *role, const char *word,
                    const char *other) {
    brood_os_process_t process;
    brood_os_start_step_t step;

    return start_role(&process, start, role, word, other, &step) == APR_SUCCESS
               ? exit_of(&process)
               : -1000;
}

static brood_os_start_t plain(void) {
    brood_os_start_t start = {0};

    start.boot = BROOD_OS_NO_HANDLE;
    return start;
}

static char *path_of(const char *folder, const char *name) {
    return apr_pstrcat(pool, folder, "/", name, (char *)NULL);
}

static brood_os_handle_t native(apr_file_t *file) {
    apr_os_file_t os;

    (void)apr_os_file_get(&os, file);
    return (brood_os_handle_t)os;
}

/* ---- role "report FILE [BOOT]": what my streams are, and what else I have ----------------- */

/* The first byte of the file on that stream; 'n': it is empty; '-': there is none. */
static char identity(int number) {
    brood_os_handle_t handle = brood_os_standard_get(number);
    apr_os_file_t os = (apr_os_file_t)handle;
    apr_file_t *file = NULL;
    apr_off_t begin = 0;
    apr_size_t length = 1;
    char byte = '?';

    if (handle == BROOD_OS_NO_HANDLE) {
        return '-';
    }
    if (apr_os_file_put(&file, &os, APR_FOPEN_READ, pool) != APR_SUCCESS) {
        return '!';
    }
    (void)apr_file_seek(file, APR_SET, &begin);
    /* The empty device is there for writing only, on 1 and 2. */
    return apr_file_read(file, &byte, &length) == APR_SUCCESS ? byte : 'n';
}

static void census(char *words) {
    brood_os_handle_t handles[64];
    size_t count = 0, i;

    if (brood_os_has_fork() && brood_os_handle_list(handles, 64, &count) == APR_SUCCESS) {
        for (i = 0; i < count && i < 64; i++) {
            words += sprintf(words, " %d", (int)handles[i]);
        }
    }
    *words = '\0';
}

static int report(const char *path, const char *boot) {
    apr_file_t *file;
    char words[400];
    int i;

    census(words + 3);
    for (i = 0; i < BROOD_OS_STANDARD; i++) {
        words[i] = identity(i);
    }
    if (apr_file_open(&file, path,
                      APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_TRUNCATE,
                      APR_FPROT_OS_DEFAULT, pool) != APR_SUCCESS) {
        return 9;
    }
    (void)apr_file_puts(words, file);
    if (boot != NULL && brood_os_has_fork()) {
        (void)apr_file_printf(file, " %s", boot);
    }
    return apr_file_close(file) == APR_SUCCESS ? 0 : 9;
}

/* ---- role "arrange FOLDER CLOSED": every arrangement of my streams for a child ------------ */

enum { FIRST, SECOND, THIRD, EMPTY, OWN, CHOICES };

/* What a child should report. `closed`: a bit for each of my streams that is closed. */
static void expect(char *words, const int *choice, unsigned closed, int boot) {
    char *numbers = words + 3;
    int i;

    for (i = 0; i < BROOD_OS_STANDARD; i++) {
        const int own = choice[i] == OWN ? i : choice[i];

        words[i] = choice[i] == EMPTY ? 'n' : (char)('0' + own);
        if (choice[i] == OWN && (closed >> i & 1) != 0) {
            words[i] = '-';
        }
        if (brood_os_has_fork() && words[i] != '-') {
            numbers += sprintf(numbers, " %d", i);
        }
    }
    if (boot && brood_os_has_fork()) {
        numbers += sprintf(numbers, " 3 " BOOT "3");
    }
    *numbers = '\0';
}

static int arrangement_is_right(const brood_os_handle_t *files, const int *choice,
                                unsigned closed, brood_os_handle_t boot,
                                const char *folder) {
    const char *path = path_of(folder, "report");
    brood_os_handle_t standard[BROOD_OS_STANDARD];
    brood_os_start_t start = plain();
    char expected[100], found[500];
    apr_size_t size = sizeof found - 1;
    apr_file_t *file;
    int i, code;

    for (i = 0; i < BROOD_OS_STANDARD; i++) {
        standard[i] = choice[i] == EMPTY ? BROOD_OS_NO_HANDLE
                      : choice[i] == OWN ? BROOD_OS_OWN_STREAM
                                         : files[choice[i]];
    }
    start.standard = standard;
    start.boot = boot;
    start.boot_option = BOOT;
    code = run_role(&start, "report", path, NULL);
    expect(expected, choice, closed, boot != BROOD_OS_NO_HANDLE);
    found[0] = '\0';
    if (code == 0 && apr_file_open(&file, path, APR_FOPEN_READ, 0, pool) == APR_SUCCESS) {
        (void)apr_file_read(file, found, &size);
        found[size] = '\0';
        (void)apr_file_close(file);
    }
    if (strcmp(found, expected) == 0) {
        return 1;
    }
    if (apr_file_open(&file, path_of(folder, "wrong"),
                      APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_APPEND,
                      APR_FPROT_OS_DEFAULT, pool) == APR_SUCCESS) {
        (void)apr_file_printf(file, "choice %d%d%d, closed %x: '%s' and not '%s' (%d)\n",
                              choice[0], choice[1], choice[2], closed, found, expected,
                              code);
        (void)apr_file_close(file);
    }
    return 0;
}

static brood_os_handle_t open_file(const char *folder, int number) {
    const char *path = apr_psprintf(pool, "%s/%d", folder, number);
    apr_file_t *file;

    return apr_file_open(&file, path, APR_FOPEN_READ | APR_FOPEN_WRITE, 0, pool) == 0
               ? native(file)
               : BROOD_OS_NO_HANDLE;
}

/* With none closed: my own streams in every arrangement. Else numbers are closed, and the boot
 * stream and the files come to lie there. */
static int arrange(const char *folder, unsigned closed) {
    brood_os_handle_t files[BROOD_OS_STANDARD];
    brood_os_handle_t boot = BROOD_OS_NO_HANDLE, other;
    int choice[BROOD_OS_STANDARD];
    /* Starts cost more elsewhere, and numbers can be closed in many ways. */
    const int step = !brood_os_has_fork() ? 4 : (closed & 7) != 0 ? 3 : 1;
    int i, code, wrong = 0;

    for (i = 0; i < BROOD_OS_STANDARD; i++) {
        files[i] = brood_os_standard_get(i);
        if ((closed >> i & 1) != 0) {
            brood_os_handle_close(files[i]);
        }
    }
    if ((closed & 8) != 0 && brood_os_stream_pair(&boot, &other) != APR_SUCCESS) {
        return 100;
    }
    for (i = 0; i < BROOD_OS_STANDARD; i++) {
        if ((closed >> i & 1) != 0) {
            files[i] = open_file(folder, i);
        }
    }
    for (code = (int)closed % step; code < CHOICES * CHOICES * CHOICES && wrong < 5;
         code += step) {
        choice[0] = code % CHOICES;
        choice[1] = code / CHOICES % CHOICES;
        choice[2] = code / CHOICES / CHOICES;
        wrong += !arrangement_is_right(files, choice, closed, boot, folder);
    }
    return wrong;
}

/* ---- other roles --------------------------------------------------------------------------- */

/* Copies standard input to standard output by the C library, as most programs do. */
static int copy(const char *first) {
    int byte;

    (void)fputs(first != NULL ? first : "", stdout);
    (void)fflush(stdout);
    while ((byte = fgetc(stdin)) != EOF) {
        (void)fputc(byte, stdout);
        (void)fflush(stdout);
    }
    (void)fputs("e", stderr);
    return 7;
}

static int count_handles(void) {
    size_t count = 0;

    return brood_os_handle_list(NULL, 0, &count) == APR_SUCCESS ? (int)count : 99;
}

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

static int play(int argc, char **argv) {
    const char *role = argv[1];
    const char *word = argc > 2 ? argv[2] : NULL;
    char *end;

    if (strcmp(role, "report") == 0) {
        return report(word, argc > 3 ? argv[3] : NULL);
    }
    if (strcmp(role, "arrange") == 0) {
        return arrange(word, (unsigned)strtoul(argv[3], &end, 10));
    }
    if (strcmp(role, "copy") == 0) {
        return copy(word);
    }
    if (strcmp(role, "count") == 0) {
        return count_handles();
    }
    if (strcmp(role, "group") == 0) {
        return brood_test_leads_group();
    }
    if (strcmp(role, "signals") == 0) {
        return brood_test_signals_are_disturbed();
    }
    if (strcmp(role, "tie") == 0) {
        return tie(word != NULL);
    }
    if (strcmp(role, "replace") == 0) {
        return replace(word != NULL ? word : self);
    }
    if (strcmp(role, "pid") == 0) {
        (void)printf("%lld", (long long)brood_current_pid());
        return 300;
    }
    if (strcmp(role, "words") == 0) {
        for (argv += 2; *argv != NULL; argv++) {
            (void)printf("[%s]", *argv);
        }
        return 0;
    }
    if (strcmp(role, "variable") == 0) {
        return getenv(word) != NULL && strcmp(getenv(word), "b=c") == 0 ? 0 : 1;
    }
    return 98;
}

/* ---- tests --------------------------------------------------------------------------------- */

static const char *folder;

static void write_file(const char *path, const char *text) {
    apr_file_t *file;

    assert_int_equal(
        apr_file_open(&file, path,
                      APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_TRUNCATE,
                      APR_FPROT_OS_DEFAULT, pool),
        APR_SUCCESS);
    assert_int_equal(apr_file_puts(text, file), APR_SUCCESS);
    assert_int_equal(apr_file_close(file), APR_SUCCESS);
}

static void print_wrong(void) {
    char words[1000];
    apr_size_t size = sizeof words - 1;
    apr_file_t *file;

    if (apr_file_open(&file, path_of(folder, "wrong"), APR_FOPEN_READ, 0, pool) == 0) {
        if (apr_file_read(file, words, &size) == APR_SUCCESS) {
            words[size] = '\0';
            print_error("%s", words);
        }
        (void)apr_file_close(file);
        (void)apr_file_remove(path_of(folder, "wrong"), pool);
    }
}

static void arrange_all(unsigned closed) {
    brood_os_handle_t standard[BROOD_OS_STANDARD];
    apr_file_t *files[BROOD_OS_STANDARD];
    brood_os_start_t start = plain();
    int i, wrong;

    for (i = 0; i < BROOD_OS_STANDARD; i++) {
        char *path = apr_psprintf(pool, "%s/%d", folder, i);

        write_file(path, apr_psprintf(pool, "%d", i));
        assert_int_equal(
            apr_file_open(&files[i], path, APR_FOPEN_READ | APR_FOPEN_WRITE, 0, pool),
            APR_SUCCESS);
        standard[i] = native(files[i]);
    }
    start.standard = standard;
    wrong = run_role(&start, "arrange", folder, apr_psprintf(pool, "%u", closed));
    print_wrong();
    assert_int_equal(wrong, 0);
    for (i = 0; i < BROOD_OS_STANDARD; i++) {
        (void)apr_file_close(files[i]);
    }
}

static void streams_in_every_arrangement(void **state) {
    (void)state;
    arrange_all(0);
}

static void streams_beside_a_boot_stream(void **state) {
    (void)state;
    arrange_all(8);
}

/* Files and the boot stream come to lie on the numbers that are closed. */
static void streams_where_numbers_are_closed(void **state) {
    unsigned closed;

    (void)state;
    if (!brood_os_has_fork()) {
        skip(); /* handles there have no such numbers */
    }
    for (closed = 1; closed < 16; closed++) {
        arrange_all(closed);
    }
}

/* What a stranger's program reads and writes by the C library. */
static void pipes_for_strangers(void **state) {
    brood_os_handle_t in[2], between[2], out[2];
    brood_os_handle_t first[3], second[3];
    brood_os_process_t one, other;
    brood_os_start_t start = plain();
    brood_os_start_step_t step;
    char text[20];
    size_t got = 0, length = 5;

    (void)state;
    assert_int_equal(brood_os_stream_pipe_for(&in[0], &in[1], BROOD_OS_STRANGER_READS),
                     0);
    assert_int_equal(
        brood_os_stream_pipe_for(&between[0], &between[1],
                                 BROOD_OS_STRANGER_READS | BROOD_OS_STRANGER_WRITES),
        0);
    assert_int_equal(brood_os_stream_pipe_for(&out[0], &out[1], BROOD_OS_STRANGER_WRITES),
                     0);
    first[0] = in[0], first[1] = between[1], first[2] = out[1];
    second[0] = between[0], second[1] = out[1], second[2] = BROOD_OS_NO_HANDLE;
    start.standard = first;
    assert_int_equal(start_role(&one, &start, "copy", NULL, NULL, &step), 0);
    start.standard = second;
    assert_int_equal(start_role(&other, &start, "copy", NULL, NULL, &step), 0);
    brood_os_handle_close(in[0]);
    brood_os_handle_close(between[0]);
    brood_os_handle_close(between[1]);
    brood_os_handle_close(out[1]);
    assert_int_equal(brood_os_stream_write(in[1], "hello", &length, late()), 0);
    while (got < 5) {
        length = sizeof text - got;
        assert_int_equal(brood_os_stream_read(out[0], text + got, &length, late()), 0);
        got += length;
    }
    assert_memory_equal(text, "hello", 5);
    brood_os_handle_close(in[1]);
    length = sizeof text;
    assert_int_equal(brood_os_stream_read(out[0], text, &length, late()), 0);
    assert_int_equal(text[0], 'e'); /* of the first one's standard error */
    assert_int_equal(exit_of(&one), 7);
    assert_int_equal(exit_of(&other), 7);
    length = sizeof text;
    assert_int_equal(brood_os_stream_read(out[0], text, &length, late()), APR_EOF);
    brood_os_handle_close(out[0]);
}

static void *APR_THREAD_FUNC start_many(apr_thread_t *thread, void *bad) {
    int turn;

    (void)thread;
    for (turn = 0; turn < 20; turn++) {
        brood_os_handle_t out[2];
        brood_os_handle_t standard[] = {BROOD_OS_NO_HANDLE, 0, BROOD_OS_OWN_STREAM};
        brood_os_start_t start = plain();

        if (brood_os_stream_pipe_for(&out[0], &out[1], BROOD_OS_STRANGER_WRITES) != 0) {
            *(int *)bad += 1;
            continue;
        }
        standard[1] = out[1];
        start.standard = standard;
        *(int *)bad += run_role(&start, "count", NULL, NULL) != 3;
        brood_os_handle_close(out[0]);
        brood_os_handle_close(out[1]);
    }
    return NULL;
}

/* None has a pipe of another's. */
static void starts_beside_each_other(void **state) {
    apr_thread_t *threads[4];
    apr_status_t rv;
    int bad[4] = {0};
    int i;

    (void)state;
    if (!brood_os_has_fork()) {
        skip(); /* a process has some handles of its own there */
    }
    for (i = 0; i < 4; i++) {
        assert_int_equal(apr_thread_create(&threads[i], NULL, start_many, &bad[i], pool),
                         0);
    }
    for (i = 0; i < 4; i++) {
        (void)apr_thread_join(&rv, threads[i]);
        assert_int_equal(bad[i], 0);
    }
}

/* Though they would be inherited: counted where that says something, and the end of a pipe that
 * another has would not be one. `tied` goes the other way of starting. */
static void nothing_that_is_inheritable(int tied) {
    brood_os_handle_t in[2];
    brood_os_handle_t standard[] = {0, BROOD_OS_NO_HANDLE, BROOD_OS_NO_HANDLE};
    apr_file_t *readers[40], *writers[40];
    brood_os_process_t process;
    brood_os_start_t start = plain();
    brood_os_start_step_t step;
    apr_size_t length = 1;
    char byte;
    int i;

    start.end_with_parent = tied;
    if (run_role(&start, "signals", NULL, NULL) == -1000) {
        return; /* there is no other way */
    }
    for (i = 0; i < 40; i++) {
        assert_int_equal(apr_file_pipe_create(&readers[i], &writers[i], pool), 0);
        assert_int_equal(apr_file_inherit_set(readers[i]), 0);
        assert_int_equal(apr_file_inherit_set(writers[i]), 0);
    }
    if (brood_os_has_fork()) {
        assert_int_equal(run_role(&start, "count", NULL, NULL), 3);
    }
    assert_int_equal(brood_os_stream_pipe_for(&in[0], &in[1], BROOD_OS_STRANGER_READS),
                     0);
    standard[0] = in[0];
    start.standard = standard;
    assert_int_equal(start_role(&process, &start, "copy", NULL, NULL, &step), 0);
    for (i = 0; i < 40; i++) {
        assert_int_equal(apr_file_close(writers[i]), 0);
        assert_int_equal(apr_file_read(readers[i], &byte, &length), APR_EOF);
        assert_int_equal(apr_file_close(readers[i]), 0);
        length = 1;
    }
    brood_os_handle_close(in[0]);
    brood_os_handle_close(in[1]);
    assert_int_equal(exit_of(&process), 7);
}

static void nothing_else_is_inherited(void **state) {
    (void)state;
    nothing_that_is_inheritable(0);
    nothing_that_is_inheritable(1);
}

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

/* ---- failures ------------------------------------------------------------------------------ */

static void fails(brood_os_start_t *start, brood_os_start_step_t where,
                  apr_status_t how) {
    brood_os_process_t process;
    brood_os_start_step_t step;
    apr_status_t rv;

    brood_test_ledger_open();
    rv = start_role(&process, start, "count", NULL, NULL, &step);
    assert_int_equal(brood_test_ledger_check(), 0);
    assert_int_not_equal(rv, APR_SUCCESS);
    assert_int_equal(step, where);
    assert_int_equal(process.pid, 0);
    if (how != APR_SUCCESS) {
        assert_true(rv == how || APR_TO_OS_ERROR(rv) == APR_TO_OS_ERROR(how));
    }
}

static void starts_that_fail(void **state) {
    brood_os_handle_t standard[3];
    brood_os_start_t start;

    (void)state;
    start = plain(), start.image = path_of(folder, "nothing");
    fails(&start, BROOD_OS_START_EXECUTE, APR_SUCCESS);
    start = plain(), start.image = folder;
    fails(&start, BROOD_OS_START_EXECUTE, APR_SUCCESS);
    write_file(path_of(folder, "words"), "only words\n");
    start = plain(), start.image = path_of(folder, "words");
    if (brood_os_has_fork()) { /* Wine takes it for a program of the system below */
        fails(&start, BROOD_OS_START_EXECUTE, EACCES);
        assert_true(brood_test_make_executable(path_of(folder, "words")));
        fails(&start, BROOD_OS_START_EXECUTE, ENOEXEC);
    }
    start = plain(), start.directory = path_of(folder, "nothing");
    fails(&start, BROOD_OS_START_DIRECTORY, APR_SUCCESS);
    start = plain(), start.directory = path_of(folder, "words");
    fails(&start, BROOD_OS_START_DIRECTORY, APR_SUCCESS);
    standard[0] = standard[2] = BROOD_OS_OWN_STREAM;
    standard[1] = 0x7ffff0; /* a number that nothing has */
    start = plain(), start.standard = standard;
    fails(&start, BROOD_OS_START_STREAMS, APR_SUCCESS);
}

/* Also of a start that goes the other way, and of each after a good one. */
static void starts_that_fail_tied(void **state) {
    brood_os_start_t start = plain();

    (void)state;
    start.end_with_parent = 1;
    if (run_role(&start, "signals", NULL, NULL) == -1000) {
        skip();
    }
    start.image = path_of(folder, "nothing");
    fails(&start, BROOD_OS_START_EXECUTE, APR_SUCCESS);
    start = plain(), start.end_with_parent = 1,
    start.directory = path_of(folder, "nothing");
    fails(&start, BROOD_OS_START_DIRECTORY, APR_SUCCESS);
}

static void an_interpreter_that_is_missing(void **state) {
    char *path = path_of(folder, "script");
    brood_os_start_t start = plain();

    (void)state;
    if (!brood_os_has_fork()) {
        skip(); /* files name no interpreter there */
    }
    write_file(path, "#!/nowhere/to/be/found\n");
    assert_true(brood_test_make_executable(path));
    start.image = path;
    fails(&start, BROOD_OS_START_EXECUTE, ENOENT);
    assert_non_null(strstr(brood_error_detail(), "interpreter"));
}

static void arguments_that_are_too_long(void **state) {
    const size_t most = 8 << 20;
    char *word = malloc(most);
    const char *argv[] = {self, "count", word, NULL};
    brood_os_start_t start = plain();
    brood_os_process_t process;
    brood_os_start_step_t step;

    (void)state;
    assert_non_null(word);
    memset(word, 'w', most - 1);
    word[most - 1] = '\0';
    start.image = self;
    start.argv = argv;
    assert_int_equal(brood_os_process_start(&process, &start, &step), E2BIG);
    assert_int_equal(step, BROOD_OS_START_EXECUTE);
    if (!brood_os_has_fork()) { /* the last that goes, and the first that does not */
        size_t rest = 32766 - strlen(self) - sizeof "\"\" count " + 1;

        word[rest] = '\0';
        assert_int_equal(brood_os_process_start(&process, &start, &step), APR_SUCCESS);
        (void)exit_of(&process);
        word[rest] = 'w';
        word[rest + 1] = '\0';
        assert_int_equal(brood_os_process_start(&process, &start, &step), E2BIG);
    }
    free(word);
}

/* What a start prints, up to its end. */
static void printed(brood_os_start_t *start, char *text, size_t size) {
    brood_os_handle_t out[2];
    brood_os_handle_t standard[] = {BROOD_OS_NO_HANDLE, 0, BROOD_OS_OWN_STREAM};
    brood_os_process_t process;
    brood_os_start_step_t step;
    size_t got = 0, length;

    assert_int_equal(brood_os_stream_pipe_for(&out[0], &out[1], BROOD_OS_STRANGER_WRITES),
                     0);
    standard[1] = out[1];
    start->standard = standard;
    assert_int_equal(brood_os_process_start(&process, start, &step), 0);
    start->standard = NULL;
    brood_os_handle_close(out[1]);
    do { /* ends with the stream */
        length = size - 1 - got;
    } while (brood_os_stream_read(out[0], text + got, &length, late()) == APR_SUCCESS &&
             (got += length) < size - 1);
    text[got] = '\0';
    brood_os_handle_close(out[0]);
    (void)exit_of(&process);
}

static void batch_files(void **state) {
    const char *path = path_of(folder, "batch.cmd");
    const char *argv[] = {"batch", "a b", "c&d|e>f", "g^h", "i\\", "(!x!)", "", NULL};
    const char *bad[] = {"a\"&calc", "%PATH%", "a\nb", "a\rb"};
    brood_os_start_t start = plain();
    brood_os_process_t process;
    brood_os_start_step_t step;
    char text[400];
    size_t i;

    (void)state;
    if (brood_os_has_fork()) {
        skip();
    }
    write_file(path, apr_pstrcat(pool, "@\"", self, "\" words %*\r\n", (char *)NULL));
    start.image = path;
    start.argv = argv;
    assert_int_equal(brood_os_process_start(&process, &start, &step), APR_EINVAL);
    assert_non_null(strstr(brood_error_detail(), "batch"));
    start.batch_file = 1;
    printed(&start, text, sizeof text);
    assert_string_equal(text, "[a b][c&d|e>f][g^h][i\\][(!x!)][]");
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        argv[1] = bad[i];
        assert_int_equal(brood_os_process_start(&process, &start, &step), APR_EINVAL);
        assert_non_null(strstr(brood_error_detail(), "argument 1"));
    }
    argv[1] = NULL;
    start.image = path_of(folder, "nothing.bat");
    assert_true(APR_STATUS_IS_ENOENT(brood_os_process_start(&process, &start, &step)));
    assert_int_equal(step, BROOD_OS_START_EXECUTE);
}

static void a_command_line_as_it_is(void **state) {
    const char *argv[] = {self, "words", "posix", NULL};
    brood_os_start_t start = plain();
    char text[100];

    (void)state;
    start.image = self;
    start.argv = argv;
    start.command_line = "any words one\"\"two \"th\"ree";
    printed(&start, text, sizeof text);
    assert_string_equal(text, brood_os_has_fork() ? "[posix]" : "[onetwo][three]");
}

/* ---- finding programs, environment --------------------------------------------------------- */

static void which_file_is_a_program(void **state) {
    char found[BROOD_OS_PATH_MAX];
    brood_os_program_kind_t kind;
    char *path = path_of(folder, brood_os_has_fork() ? "batch" : "batch.cmd");

    (void)state;
    assert_int_equal(brood_os_program_executable(self, found, sizeof found, &kind), 0);
    assert_string_equal(found, self);
    assert_int_equal(kind, BROOD_OS_PROGRAM_IMAGE);
    assert_true(APR_STATUS_IS_ENOENT(brood_os_program_executable(
        path_of(folder, "nothing"), found, sizeof found, &kind)));
    assert_true(APR_STATUS_IS_EACCES(
        brood_os_program_executable(folder, found, sizeof found, &kind)));
    assert_non_null(strstr(brood_error_detail(), "directory"));
    assert_string_equal(found, "");
    write_file(path, "echo\n");
    if (brood_os_has_fork()) {
        assert_true(APR_STATUS_IS_EACCES(
            brood_os_program_executable(path, found, sizeof found, &kind)));
    } else {
        char *bare = apr_pstrmemdup(pool, self, strlen(self) - 4); /* without ".exe" */

        assert_int_equal(brood_os_program_executable(bare, found, sizeof found, &kind),
                         0);
        assert_string_equal(found, self);
        assert_int_equal(brood_os_program_executable(path_of(folder, "batch"), found,
                                                     sizeof found, &kind),
                         0);
        assert_string_equal(found, path);
        assert_int_equal(kind, BROOD_OS_PROGRAM_BATCH);
    }
    assert_true(brood_os_program_is_path("a/b"));
    assert_false(brood_os_program_is_path("a b"));
}

static void the_environment_of_a_child(void **state) {
    const char *small[] = {"z=1", "A=b=c", NULL};
    brood_os_start_t start = plain();
    char **entries;
    size_t i, found = 0;

    (void)state;
    assert_int_equal(apr_env_set("BROOD_TEST_START", "b=c", pool), APR_SUCCESS);
    assert_int_equal(brood_os_environment(&entries), APR_SUCCESS);
    for (i = 0; entries[i] != NULL; i++) {
        found += brood_os_environment_name(entries[i]) == 16 &&
                 brood_os_environment_same(entries[i], 16, "BROOD_TEST_START", 16) &&
                 strcmp(entries[i] + 16, "=b=c") == 0;
    }
    assert_int_equal(found, 1);
    assert_int_equal(run_role(&start, "variable", "BROOD_TEST_START", NULL), 0);
    start.environment = (const char *const *)entries;
    assert_int_equal(run_role(&start, "variable", "BROOD_TEST_START", NULL), 0);
    start.environment = small;
    assert_int_equal(run_role(&start, "variable", "BROOD_TEST_START", NULL), 1);
    assert_int_equal(run_role(&start, "variable", "A", NULL), 0);
    free(entries);
    assert_int_equal(apr_env_delete("BROOD_TEST_START", pool), APR_SUCCESS);
    assert_int_equal(brood_os_environment_name("no entry"), 0);
    assert_int_equal(brood_os_environment_same("path", 4, "PATH", 4),
                     !brood_os_has_fork());
}

/* ---- all of them --------------------------------------------------------------------------- */

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_in_every_arrangement),
        cmocka_unit_test(streams_beside_a_boot_stream),
        cmocka_unit_test(streams_where_numbers_are_closed),
        cmocka_unit_test(pipes_for_strangers),
        cmocka_unit_test(starts_beside_each_other),
        cmocka_unit_test(nothing_else_is_inherited),
        cmocka_unit_test(a_group_of_its_own),
        cmocka_unit_test(signals_are_as_the_system_has_them),
        cmocka_unit_test(it_ends_with_its_parent),
        cmocka_unit_test(it_does_not_end_with_a_thread),
        cmocka_unit_test(a_program_in_the_place_of_this_one),
        cmocka_unit_test(a_replacement_that_fails),
        cmocka_unit_test(starts_that_fail),
        cmocka_unit_test(starts_that_fail_tied),
        cmocka_unit_test(an_interpreter_that_is_missing),
        cmocka_unit_test(arguments_that_are_too_long),
        cmocka_unit_test(batch_files),
        cmocka_unit_test(a_command_line_as_it_is),
        cmocka_unit_test(which_file_is_a_program),
        cmocka_unit_test(the_environment_of_a_child),
    };
    static const char *const files[] = {"0",      "1",     "2",         "report",
                                        "script", "words", "batch.cmd", "batch"};
    size_t i;
    int failed;

    if (apr_initialize() != APR_SUCCESS || apr_pool_create(&pool, NULL) != APR_SUCCESS ||
        brood_os_program_path(self, sizeof self) != APR_SUCCESS) {
        return 97;
    }
    if (argc > 1) {
        return play(argc, argv);
    }
    folder = brood_test_file_name("start", pool);
    if (apr_dir_make(folder, APR_FPROT_OS_DEFAULT, pool) != APR_SUCCESS) {
        return 97;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (i = 0; i < sizeof files / sizeof *files; i++) {
        (void)apr_file_remove(path_of(folder, files[i]), pool);
    }
    (void)apr_dir_remove(folder, pool);
    return failed;
}
