/* A program that is not there: what the start says, and what it leaves behind. */
#include "support/say.h"
#include "outside.h"

int main(int argc, char **argv) {
    static const char *const words[] = {"no-such-program-anywhere", NULL};
    brood_command_t *command;
    apr_pool_t *pool;
    apr_status_t status;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_command_create(&command, words, NULL, pool));
    status = brood_command_start(command);
    say("start: %s, at the step: %s\n", APR_STATUS_IS_ENOENT(status) ? "not found" : "?",
        brood_command_step_name(brood_command_failed_step(command)));
    say("left behind: %s\n",
        brood_test_children_of(brood_current_pid()) > 0 ? "a process" : "nothing");
    return 0;
}
