/* The log: levels, ways out, and what children inherit. */
#include "methods.h"

#include "log.h"
#include <apr_file_io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000)

/* ---- a sink that remembers ---- */

static char heard[4096];

static void hear(void *data, int level, const char *process, const char *text) {
    char name[20];
    size_t length = strlen(heard);

    brood_log(BROOD_LOG_ERROR, "from within"); /* is dropped */
    (void)snprintf(heard + length, sizeof heard - length, "%s|%s|%s|%s\n",
                   (const char *)data, brood_log_level_name(level, name, sizeof name),
                   process, text);
}

static void forget(void) {
    heard[0] = '\0';
}

/* Silent again. */
static void restore(void) {
    brood_log_set_sink(NULL, NULL);
    (void)brood_log_set_level(BROOD_LOG_WARNING);
}

static void silent_by_default(void **state) {
    (void)state;
    assert_int_equal(brood_log_is_on(BROOD_LOG_ERROR), 0);
    assert_int_equal(brood_log_get_level(), BROOD_LOG_WARNING);
    assert_success(brood_log_set_level(1)); /* opens no way */
    assert_int_equal(brood_log_is_on(BROOD_LOG_ERROR), 0);
    restore();
}

static void levels_decide(void **state) {
    (void)state;
    forget();
    brood_log_set_sink(hear, "x");
    assert_int_equal(brood_log_is_on(BROOD_LOG_WARNING), 1);
    assert_int_equal(brood_log_is_on(BROOD_LOG_SUBWARNING), 0);
    brood_log(BROOD_LOG_SUBWARNING, "no");
    brood_log(BROOD_LOG_WARNING, "%d %s", 7, "seven");
    assert_success(brood_log_set_level(BROOD_LOG_SUBDEBUG));
    assert_int_equal(brood_log_get_level(), BROOD_LOG_SUBDEBUG);
    brood_log(BROOD_LOG_SUBDEBUG, "fine");
    brood_log(7, "own");
    assert_success(brood_log_set_level(BROOD_LOG_OFF));
    brood_log(BROOD_LOG_ERROR, "no");
    assert_int_equal(brood_log_is_on(BROOD_LOG_OFF), 0);
    assert_string_equal(heard, "x|WARNING|MainProcess|7 seven\n"
                               "x|SUBDEBUG|MainProcess|fine\n"
                               "x|Level 7|MainProcess|own\n");
    restore();
    assert_int_equal(brood_log_is_on(BROOD_LOG_ERROR), 0);
}

static void names_and_numbers(void **state) {
    static const struct {
        const char *name;
        int level;
    } rows[] = {{"debug", 10}, {"DEBUG", 10},   {"SubWarning", 25},
                {"off", 1000}, {"warning", 30}, {"error", 40},
                {"15", 15},    {"info", 20},    {"subdebug", 5}};
    static const char *const bad[] = {"", "loud", "0", "-3", "1001", "10x", NULL};
    char buffer[20];
    int level;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_success(brood_log_level_parse(rows[i].name, &level));
        assert_int_equal(level, rows[i].level);
    }
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_status(brood_log_level_parse(bad[i], &level), APR_EINVAL);
        assert_int_equal(level, 0);
    }
    assert_detail("(null)");
    assert_status(brood_log_level_parse("loud", &level), APR_EINVAL);
    assert_detail("loud");
    assert_string_equal(brood_log_level_name(25, buffer, sizeof buffer), "SUBWARNING");
    assert_string_equal(brood_log_level_name(26, buffer, sizeof buffer), "Level 26");
    assert_status(brood_log_set_level(0), APR_EINVAL);
    assert_status(brood_log_set_level(1001), APR_EINVAL);
    assert_detail("1001");
    assert_status(brood_log_to_stderr(-1), APR_EINVAL);
}

/* What a call has said of its failure is still there after a line. */
static void a_line_changes_no_detail(void **state) {
    int level;

    (void)state;
    forget();
    brood_log_set_sink(hear, "x");
    assert_status(brood_log_level_parse("loud", &level), APR_EINVAL);
    brood_log(BROOD_LOG_ERROR, "line");
    assert_detail("loud");
    restore();
}

/* ---- standard error ---- */

static const char *captured(const char *path, apr_pool_t *pool) {
    char *text = apr_pcalloc(pool, 20000);
    apr_size_t length = 19999;
    apr_file_t *file;

    assert_int_equal(
        apr_file_open(&file, path, APR_FOPEN_READ | APR_FOPEN_BINARY, 0, pool),
        APR_SUCCESS);
    if (apr_file_read_full(file, text, length, &length) == APR_EOF) {
        text[length] = '\0';
    }
    (void)apr_file_close(file);
    return text;
}

/* A child with standard error in a file, which then starts another one. */
static int log_lines(const brood_values_t *state, apr_pool_t *pool) {
    char longest[3000];

    (void)pool;
    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    brood_log(BROOD_LOG_INFO, "not this");
    brood_log(BROOD_LOG_ERROR, "hello from %s", brood_current_name());
    brood_log(BROOD_LOG_ERROR, "%s", longest);
    return brood_log_get_level();
}

static int log_to_file(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    const char *path;
    brood_process_t *child;
    int method, code;

    CHILD_OK(BROOD_UNPACK(state, &path, &method));
    CHILD_CHECK(freopen(path, "ab", stderr) != NULL);
    CHILD_OK(brood_log_to_stderr(BROOD_LOG_SUBWARNING));
    (void)log_lines(state, pool);
    options.method = (brood_start_method_t)method;
    options.name = "Below";
    CHILD_OK(brood_process_create(&child, log_lines, BROOD_NO_ARGS, &options, pool));
    CHILD_OK(brood_process_start(child));
    CHILD_OK(brood_process_join(child, LATE));
    CHILD_OK(brood_process_exit_code(child, &code));
    CHILD_CHECK(code == BROOD_LOG_SUBWARNING);
    return 0;
}

static size_t lines_of(const char *text, const char *beginning) {
    size_t count = 0;

    for (; text != NULL && *text != '\0'; text = strchr(text, '\n') + 1) {
        count += strncmp(text, beginning, strlen(beginning)) == 0;
    }
    return count;
}

static void lines_on_standard_error(void **state) {
    brood_test_t *test = *state;
    const char *path = brood_test_file_name("log", test->pool);
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    const char *text, *end;

    options.name = "Upper";
    child = brood_test_create(log_to_file, BROOD_ARGS(path, (int)test->method), &options,
                              test);
    assert_success(brood_process_start(child));
    brood_test_join(child, 0);
    text = captured(path, test->pool);
    assert_int_equal(lines_of(text, "[ERROR/Upper] hello from Upper\n"), 1);
    assert_int_equal(lines_of(text, "[ERROR/Upper] xxxx"), 1);
    assert_null(strstr(text, "not this"));
    end = strchr(strstr(text, "xxxx"), '\n');
    assert_true((size_t)(end - text) < 2 * BROOD_LOG_LINE_MAX);
    /* What a forkserver's child has for standard error is what its parent has; a spawned one's
     * is the one that its parent has, too. */
    assert_int_equal(lines_of(text, "[ERROR/Below] hello from Below\n"), 1);
    (void)apr_file_remove(path, test->pool);
}

/* ---- what travels ---- */

static int say_settings(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood__log_settings_t settings = brood__log_settings();

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_queue_put(
        queue, BROOD_ARGS(brood_log_get_level(), settings.to_stderr, settings.level),
        LATE));
    return 0;
}

static void check_settings(brood_test_t *test, int wanted_level, int wanted_stderr) {
    brood_queue_t *queue;
    brood_values_t *values;
    int level, to_stderr, chosen;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    brood_test_join(brood_test_start(say_settings, BROOD_ARGS(queue), test), 0);
    assert_success(brood_queue_get(queue, &values, 0, test->pool));
    assert_success(BROOD_UNPACK(values, &level, &to_stderr, &chosen));
    assert_int_equal(level, wanted_level);
    assert_int_equal(to_stderr, wanted_stderr);
    brood_queue_close(queue);
}

static void children_inherit(void **state) {
    brood_test_t *test = *state;

    check_settings(test, BROOD_LOG_WARNING, 0);
    assert_success(brood_log_set_level(BROOD_LOG_ERROR));
    check_settings(test, BROOD_LOG_ERROR, 0);
    restore();
}

/* ---- what the library says ---- */

static int nothing(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 4;
}

static void starts_and_ends_are_told(void **state) {
    brood_test_t *test = *state;
    brood_process_t *child;

    forget();
    brood_log_set_sink(hear, "x");
    assert_success(brood_log_set_level(BROOD_LOG_DEBUG));
    child = brood_test_start(nothing, BROOD_NO_ARGS, test);
    brood_test_join(child, 4);
    restore();
    assert_non_null(strstr(heard, "x|DEBUG|MainProcess|started "));
    assert_non_null(strstr(heard, brood_process_name(child)));
    assert_non_null(strstr(heard, brood_start_method_name(test->method)));
    assert_non_null(strstr(heard, "ended: exit code 4"));
    assert_null(strstr(heard, "from within"));
}

/* ---- what the environment asks for ---- */

#define SPEAK "--speak"
static const char *own_program;

static int say_child(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    brood_log(BROOD_LOG_DEBUG, "low");
    brood_log(BROOD_LOG_ERROR, "child");
    return 0;
}

/* This program as another one, which chooses nothing: its main, to the end. */
static int speak(void) {
    brood_process_t *child;
    apr_pool_t *pool;

    brood_log(BROOD_LOG_DEBUG, "low");
    brood_log(BROOD_LOG_ERROR, "high");
    CHILD_CHECK(apr_pool_create(&pool, NULL) == APR_SUCCESS);
    CHILD_OK(brood_process_create(&child, say_child, BROOD_NO_ARGS, NULL, pool));
    CHILD_OK(brood_process_start(child));
    CHILD_OK(brood_process_join(child, LATE));
    return 0;
}

static void the_environment_asks(void **state) {
    static const struct {
        const char *variable;
        const char *wanted;
    } rows[] = {
        {"BROOD_LOG", ""}, /* not set */
        {"BROOD_LOG=off", ""},
        {"BROOD_LOG=error", "[ERROR/MainProcess] high\n[ERROR/Process-1] child\n"},
        {"BROOD_LOG=35", "[ERROR/MainProcess] high\n[ERROR/Process-1] child\n"},
        {"BROOD_LOG=loud",
         "[WARNING/MainProcess] BROOD_LOG: no level is called \"loud\"\n"
         "[ERROR/MainProcess] high\n[ERROR/Process-1] child\n"},
    };
    brood_test_t *test = *state;
    char method[64];
    size_t i;

    (void)snprintf(method, sizeof method, "BROOD_START_METHOD=%s",
                   brood_start_method_name(test->method));
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *const argv[] = {own_program, SPEAK, NULL};
        const char *const variables[] = {rows[i].variable, method, NULL};
        brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
        brood_command_result_t result;

        options.variables = variables;
        options.error = brood_stdio_capture(0);
        assert_success(brood_command_run(&result, argv, &options, LATE, test->pool));
        assert_int_equal(result.code, 0);
        assert_string_equal((const char *)result.error.data, rows[i].wanted);
    }
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(silent_by_default),        BROOD_TEST(levels_decide),
    BROOD_TEST(names_and_numbers),        BROOD_TEST(a_line_changes_no_detail),
    BROOD_TEST(lines_on_standard_error),  BROOD_TEST(children_inherit),
    BROOD_TEST(starts_and_ends_are_told), BROOD_TEST(the_environment_asks),
};

int main(int argc, char **argv) {
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    if (argc > 1 && strcmp(argv[1], SPEAK) == 0) {
        return speak();
    }
    own_program = argv[0];
    return brood_test_run(argv[0], tests, sizeof tests / sizeof tests[0],
                          argc > 1 ? argv[1] : NULL);
}
