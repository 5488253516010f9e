/* A shell's `wait -n`, `wait PID` and the exit code that it returns, for two commands: this
 * program itself, which ends when its input does. */
#include "support/say.h"

static brood_command_t *started(const char *program, const char *code, apr_pool_t *pool) {
    const char *const words[] = {program, code, NULL};
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    brood_command_t *command;
    options.input = brood_stdio_pipe();
    MUST(brood_command_create(&command, words, &options, pool));
    MUST(brood_command_start(command));
    return command;
}

int main(int argc, char **argv) {
    brood_command_t *commands[2];
    apr_pool_t *pool;
    size_t index;
    int code;
    if (argc > 1) {
        while (getchar() != EOF) {}
        return atoi(argv[1]);
    }
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    commands[0] = started(argv[0], "6", pool);
    commands[1] = started(argv[0], "7", pool);

    say("any: %s\n", name_of(brood_command_wait_any(commands, 2, 0, &index)));
    MUST(brood_command_close_input(commands[1]));
    MUST(brood_command_wait_any(commands, 2, BROOD_FOREVER, &index));
    MUST(brood_command_exit_code(commands[index], &code));
    say("any: number %d, exit code %d\n", (int)index, code);
    MUST(brood_command_close_input(commands[0]));
    MUST(brood_command_join(commands[0], BROOD_FOREVER));
    MUST(brood_command_exit_code(commands[0], &code));
    say("that one: exit code %d\n", code);
    commands[0] = commands[1] = NULL; /* both are dealt with */
    say("any, when there is none left: %s\n",
        name_of(brood_command_wait_any(commands, 2, BROOD_FOREVER, &index)));
    return 0;
}
