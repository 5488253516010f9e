/* A shell's loop of ten commands in the background, its `wait`, and END. The command is this
 * program itself, with an argument. */
#include "support/say.h"

int main(int argc, char **argv) {
    brood_command_t *commands[10];
    apr_pool_t *pool;
    if (argc > 1) {
        say("%s\n", argv[1]);
        return 0;
    }
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    for (int i = 0; i < 10; i++) {
        char number[12];
        const char *const words[] = {argv[0], number, NULL};
        snprintf(number, sizeof(number), "%d", i + 1);
        MUST(brood_command_create(&commands[i], words, NULL, pool));
        MUST(brood_command_start(commands[i]));
    }
    MUST(brood_command_wait_all(commands, 10, BROOD_FOREVER));
    say("END\n");
    return 0;
}
