/* The scripted program, started with a script. */
#include "commands.h"

#include "os/module.h"
#include "os/program.h"
#include <apr_strings.h>
#include <string.h>

#define WORDS_MAX 64

const char *const *brood_test_script(apr_pool_t *pool, ...) {
    const char **argv = apr_pcalloc(pool, WORDS_MAX * sizeof *argv);
    const char *word;
    char *path = apr_palloc(pool, BROOD_OS_PATH_MAX);
    size_t count = 2;
    va_list words;

    assert_int_equal(brood_os_program_path(path, BROOD_OS_PATH_MAX), APR_SUCCESS);
    argv[0] = path;
    argv[1] = BROOD_TEST_SCRIPTED;
    va_start(words, pool);
    while ((word = va_arg(words, const char *)) != NULL) {
        assert_true(count < WORDS_MAX - 1);
        argv[count++] = apr_pstrdup(pool, word);
    }
    va_end(words);
    return argv;
}

brood_command_t *brood_test_command_of(brood_test_t *test,
                                       const brood_command_options_t *options,
                                       const char *const *argv) {
    brood_command_t *command;

    assert_success(brood_command_create(&command, argv, options, test->pool));
    return command;
}

brood_command_t *brood_test_started(brood_command_t *command) {
    assert_success(brood_command_start(command));
    return command;
}

void brood_test_command_join(brood_command_t *command, int code) {
    int ended = 12345;

    assert_success(brood_command_join(command, LATE));
    assert_success(brood_command_exit_code(command, &ended));
    assert_int_equal(ended, code);
}

void brood_test_assert_bytes(brood_bytes_t bytes, const char *text, const char *file,
                             int line) {
    size_t size = strlen(text);

    if (bytes.size != size || memcmp(bytes.data, text, size) != 0) {
        print_error(
            "%llu bytes \"%.*s\", wanted \"%s\"\n", (unsigned long long)bytes.size,
            (int)(bytes.size < 200 ? bytes.size : 200), (const char *)bytes.data, text);
        _fail(file, line);
    }
}

brood_command_options_t brood_test_options(brood_stdio_t input, brood_stdio_t output,
                                           brood_stdio_t error) {
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;

    options.input = input;
    options.output = output;
    options.error = error;
    return options;
}
