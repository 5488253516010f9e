/* The seam's start of a program: starts that fail at each step, programs that are batch files,
 * and what is asked before a start: which file is a program, what its environment is. */
#include "os_start_fixture.h"

#include "ledger.h"
#include "os/command.h"
#include <apr_env.h>
#include <errno.h>

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

static int play(char **argv) {
    if (strcmp(argv[1], "words") == 0) {
        for (argv += 2; *argv != NULL; argv++) {
            (void)printf("[%s]", *argv);
        }
        return 0;
    }
    if (strcmp(argv[1], "variable") == 0) {
        return getenv(argv[2]) != NULL && strcmp(getenv(argv[2]), "b=c") == 0 ? 0 : 1;
    }
    return 98;
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_that_fail),
        cmocka_unit_test(starts_that_fail_tied),
        cmocka_unit_test(an_interpreter_that_is_missing),
        cmocka_unit_test(arguments_that_are_too_long),
        cmocka_unit_test(batch_files),
        cmocka_unit_test(a_command_line_as_it_is),
        cmocka_unit_test(which_file_is_a_program),
        cmocka_unit_test(the_environment_of_a_child),
    };

    return play_or_test(argc, argv, play, "os_start_failures", tests,
                        sizeof tests / sizeof tests[0]);
}
