/* Starts by the seam, for the tests of them: this program again, with the name of a role as
 * argument 1, and the roles that more than one of those tests needs. */
#ifndef BROOD_TEST_OS_START_FIXTURE_H
#define BROOD_TEST_OS_START_FIXTURE_H

#include "methods.h"

#include "os/clock.h"
#include "os/handle.h"
#include "os/module.h"
#include "os/process.h"
#include "os/program.h"
#include "os/stream.h"
#include "stranger.h"
#include <apr_file_io.h>
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE (60 * INT64_C(1000000000))

static char self[BROOD_OS_PATH_MAX];
static apr_pool_t *pool;
static const char *folder; /* of this run's files */

/* ---- starting ------------------------------------------------------------------------------ */

static inline brood_os_deadline_t late(void) {
    return brood_os_now_ns() + LATE;
}

/* This program in a role, with at most two words for it. */
static inline apr_status_t start_role(brood_os_process_t *process, brood_os_start_t *start,
                               const char *role, const char *word, const char *other,
                               brood_os_start_step_t *step) {
    const char *argv[] = {self, role, word, other, NULL};

    start->image = start->image != NULL ? start->image : self;
    start->argv = argv;
    return brood_os_process_start(process, start, step);
}

static inline int exit_of(brood_os_process_t *process) {
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
static inline int run_role(brood_os_start_t *start, const char *role, const char *word,
                    const char *other) {
    brood_os_process_t process;
    brood_os_start_step_t step;

    return start_role(&process, start, role, word, other, &step) == APR_SUCCESS
               ? exit_of(&process)
               : -1000;
}

static inline brood_os_start_t plain(void) {
    brood_os_start_t start = {0};

    start.boot = BROOD_OS_NO_HANDLE;
    return start;
}

static inline char *path_of(const char *where, const char *name) {
    return apr_pstrcat(pool, where, "/", name, (char *)NULL);
}

static inline void write_file(const char *path, const char *text) {
    apr_file_t *file;

    assert_int_equal(
        apr_file_open(&file, path,
                      APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_TRUNCATE,
                      APR_FPROT_OS_DEFAULT, pool),
        APR_SUCCESS);
    assert_int_equal(apr_file_puts(text, file), APR_SUCCESS);
    assert_int_equal(apr_file_close(file), APR_SUCCESS);
}

/* ---- roles --------------------------------------------------------------------------------- */

/* Copies standard input to standard output by the C library, as most programs do. */
static inline int copy(const char *first) {
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

static inline int count_handles(void) {
    size_t count = 0;

    return brood_os_handle_list(NULL, 0, &count) == APR_SUCCESS ? (int)count : 99;
}

/* Plays one of these; -1: it is another's. */
static inline int play_common(char **argv) {
    const char *role = argv[1];

    if (strcmp(role, "copy") == 0) {
        return copy(argv[2]);
    }
    if (strcmp(role, "count") == 0) {
        return count_handles();
    }
    if (strcmp(role, "signals") == 0) {
        return brood_test_signals_are_disturbed();
    }
    return -1;
}

/* ---- main ---------------------------------------------------------------------------------- */

static inline void remove_folder(void) {
    apr_finfo_t about;
    apr_dir_t *open;

    if (apr_dir_open(&open, folder, pool) == APR_SUCCESS) {
        while (apr_dir_read(&about, APR_FINFO_NAME, open) == APR_SUCCESS) {
            if (about.name[0] != '.') {
                (void)apr_file_remove(path_of(folder, about.name), pool);
            }
        }
        (void)apr_dir_close(open);
    }
    (void)apr_dir_remove(folder, pool);
}

/* Plays a role, or runs the tests in a folder of their own. */
static inline int play_or_test(int argc, char **argv, int (*play)(char **argv),
                               const char *group, const struct CMUnitTest *tests,
                               size_t count) {
    int code;

    if (apr_initialize() != APR_SUCCESS || apr_pool_create(&pool, NULL) != APR_SUCCESS ||
        brood_os_program_path(self, sizeof self) != APR_SUCCESS) {
        return 97;
    }
    if (argc > 1) {
        code = play_common(argv);
        return code >= 0 ? code : play(argv);
    }
    folder = brood_test_file_name(group, pool);
    if (apr_dir_make(folder, APR_FPROT_OS_DEFAULT, pool) != APR_SUCCESS) {
        return 97;
    }
    code = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    remove_folder();
    return code;
}

#endif
