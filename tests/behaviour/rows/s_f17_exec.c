/* exec: a command replaces itself by another program. */
#include "support/say.h"
#include <string.h>

int main(int argc, char **argv) {
    const char *const words[] = {argv[0], "before", NULL};
    const char *const others[] = {argv[0], "after", NULL};
    brood_command_t *command;
    apr_pool_t *pool;
    int code;
    MUST(apr_initialize());
    MUST(apr_pool_create(&pool, NULL));
    if (argc > 1) {
        say("%s exec: %lld\n", argv[1], (long long)brood_current_pid());
        if (strcmp(argv[1], "before") == 0) {
            MUST(brood_exec(others, NULL, pool));
            say("it came back\n");
        }
        return 5;
    }
    MUST(brood_init(&argc, &argv));

    MUST(brood_command_create(&command, words, NULL, pool));
    MUST(brood_command_start(command));
    MUST(brood_command_join(command, BROOD_FOREVER));
    MUST(brood_command_exit_code(command, &code));
    say("%lld: exit code %d\n", (long long)brood_command_pid(command), code);
    return 0;
}
