/* Tests of commands: the scripted program, started with a script. See scripted.h and methods.h. */
#ifndef BROOD_TEST_COMMANDS_H
#define BROOD_TEST_COMMANDS_H

#include "methods.h"
#include "scripted.h"

/* Far more than anything here takes; nothing waits so long but what is broken. */
#define LATE (30 * 1000000)

/* The arguments that start it with this script (ended by NULL), in the pool. */
const char *const *brood_test_script(apr_pool_t *pool, ...);

/* Makes a command of them. The test fails when that does. */
#define brood_test_command(test, options, ...) \
    brood_test_command_of((test), (options),   \
                          brood_test_script((test)->pool, __VA_ARGS__, NULL))
brood_command_t *brood_test_command_of(brood_test_t *test,
                                       const brood_command_options_t *options,
                                       const char *const *argv);

/* Makes and starts one. */
#define brood_test_command_start(test, options, ...) \
    brood_test_started(brood_test_command((test), (options), __VA_ARGS__))
brood_command_t *brood_test_started(brood_command_t *command);

/* Joins it; the test fails when it does not end with that code. */
void brood_test_command_join(brood_command_t *command, int code);

/* The bytes are these. */
#define assert_bytes(bytes, text) \
    brood_test_assert_bytes((bytes), (text), __FILE__, __LINE__)
void brood_test_assert_bytes(brood_bytes_t bytes, const char *text, const char *file,
                             int line);

/* Options with this output, or with all three streams. */
brood_command_options_t brood_test_options(brood_stdio_t input, brood_stdio_t output,
                                           brood_stdio_t error);

#define BROOD_TEST_COMMAND_MAIN(tests)                                             \
    int main(int argc, char **argv) {                                              \
        if (brood_test_is_scripted(argc, argv))                                    \
            return brood_test_scripted(argc, argv);                                \
        if (brood_init(&argc, &argv) != APR_SUCCESS)                               \
            return 1;                                                              \
        return brood_test_run_once(argv[0], tests, sizeof tests / sizeof tests[0], \
                                   argc > 1 ? argv[1] : NULL);                     \
    }

#endif
