/* The seam's start of a program: its standard streams in any arrangement, and nothing beside
 * them. */
#include "os_start_fixture.h"

#include <apr_portable.h>
#include <apr_thread_proc.h>

#define BOOT "boot:"

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

/* ---- role "arrange WHERE CLOSED": every arrangement of my streams for a child ------------ */

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
                                const char *where) {
    const char *path = path_of(where, "report");
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
    if (apr_file_open(&file, path_of(where, "wrong"),
                      APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_APPEND,
                      APR_FPROT_OS_DEFAULT, pool) == APR_SUCCESS) {
        (void)apr_file_printf(file, "choice %d%d%d, closed %x: '%s' and not '%s' (%d)\n",
                              choice[0], choice[1], choice[2], closed, found, expected,
                              code);
        (void)apr_file_close(file);
    }
    return 0;
}

static brood_os_handle_t open_file(const char *where, int number) {
    const char *path = apr_psprintf(pool, "%s/%d", where, number);
    apr_file_t *file;

    return apr_file_open(&file, path, APR_FOPEN_READ | APR_FOPEN_WRITE, 0, pool) == 0
               ? native(file)
               : BROOD_OS_NO_HANDLE;
}

/* With none closed: my own streams in every arrangement. Else numbers are closed, and the boot
 * stream and the files come to lie there. */
static int arrange(const char *where, unsigned closed) {
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
            files[i] = open_file(where, i);
        }
    }
    for (code = (int)closed % step; code < CHOICES * CHOICES * CHOICES && wrong < 5;
         code += step) {
        choice[0] = code % CHOICES;
        choice[1] = code / CHOICES % CHOICES;
        choice[2] = code / CHOICES / CHOICES;
        wrong += !arrangement_is_right(files, choice, closed, boot, where);
    }
    return wrong;
}

/* ---- tests --------------------------------------------------------------------------------- */

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

/* ---- all of them --------------------------------------------------------------------------- */

static int play(char **argv) {
    char *end;

    if (strcmp(argv[1], "report") == 0) {
        return report(argv[2], argv[3]);
    }
    if (strcmp(argv[1], "arrange") == 0) {
        return arrange(argv[2], (unsigned)strtoul(argv[3], &end, 10));
    }
    return 98;
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_in_every_arrangement),
        cmocka_unit_test(streams_beside_a_boot_stream),
        cmocka_unit_test(streams_where_numbers_are_closed),
        cmocka_unit_test(pipes_for_strangers),
        cmocka_unit_test(starts_beside_each_other),
        cmocka_unit_test(nothing_else_is_inherited),
    };

    return play_or_test(argc, argv, play, "os_start", tests,
                        sizeof tests / sizeof tests[0]);
}
