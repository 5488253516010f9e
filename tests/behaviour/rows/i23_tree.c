/* A tree of processes that is to end with its root: the root, its child, that one's child, and
 * an external program that the last one has started. The root is killed. */
#include "support/say.h"
#include <apr_time.h>

#define GENERATIONS 3

static int member(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *pipe;
    const char *program;
    int generation;
    MUST(BROOD_UNPACK(state, &pipe, &program, &generation));
    if (generation < GENERATIONS) {
        brood_process_t *child;
        MUST(brood_process_create(&child, member,
                                  BROOD_ARGS(pipe, program, generation + 1), NULL, pool));
        MUST(brood_process_start(child));
    } else {
        brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
        const char *const words[] = {program, "sleep", NULL};
        brood_command_t *command;
        options.output = brood_stdio_connection(pipe); /* has it open, too */
        MUST(brood_command_create(&command, words, &options, pool));
        MUST(brood_command_start(command));
    }
    MUST(brood_connection_send(pipe, BROOD_ARGS(generation), BROOD_FOREVER));
    apr_sleep(60 * APR_USEC_PER_SEC);
    return 0;
}

int main(int argc, char **argv) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_connection_t *here, *there;
    brood_values_t *message;
    brood_process_t *root;
    apr_pool_t *pool;
    apr_status_t status;
    if (argc == 2 && argv[1][0] == 's') {
        apr_sleep(60 * APR_USEC_PER_SEC);
        return 0;
    }
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_pipe_create(&here, &there, 0, pool));

    options.end_with_parent = 2;
    MUST(brood_process_create(&root, member, BROOD_ARGS(there, argv[0], 1), &options,
                              pool));
    MUST(brood_process_start(root));
    MUST(brood_connection_close(there));
    for (int i = 0; i < GENERATIONS; i++) {
        MUST(brood_connection_recv(here, &message, BROOD_FOREVER, pool));
    }
    MUST(brood_process_kill(root));
    MUST(brood_process_join(root, BROOD_FOREVER));
    /* The pipe ends with the last process that has its other end. */
    status = brood_connection_recv(here, &message, 10 * APR_USEC_PER_SEC, pool);
    say("the root was killed: all others %s\n",
        status == APR_EOF ? "have ended" : "live on");
    return 0;
}
