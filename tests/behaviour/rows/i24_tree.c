/* A child is ended with all that it has started, and what that has started. */
#include "support/say.h"
#include "brood/family.h"

#define DEPTH 3

static int stay(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *pipe;
    brood_process_t *process;
    int depth;
    MUST(BROOD_UNPACK(state, &pipe, &depth));
    if (depth < DEPTH) {
        MUST(brood_process_create(&process, stay, BROOD_ARGS(pipe, depth + 1), NULL,
                                  pool));
        MUST(brood_process_start(process));
    }
    MUST(brood_connection_send(pipe, BROOD_ARGS(depth), BROOD_FOREVER));
    apr_sleep(60 * APR_USEC_PER_SEC);
    return 0;
}

int main(int argc, char **argv) {
    brood_connection_t *here, *there;
    brood_process_t *process;
    brood_values_t *message;
    apr_pool_t *pool;
    size_t count;
    int code;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_pipe_create(&here, &there, 0, pool));

    MUST(brood_process_create(&process, stay, BROOD_ARGS(there, 1), NULL, pool));
    MUST(brood_process_start(process));
    MUST(brood_connection_close(there));
    for (int i = 0; i < DEPTH; i++) {
        MUST(brood_connection_recv(here, &message, BROOD_FOREVER, pool));
    }
    MUST(brood_process_kill_tree(process, BROOD_STOP_KILL, &count));
    MUST(brood_process_join(process, BROOD_FOREVER));
    MUST(brood_process_exit_code(process, &code));
    say("the child: %d\n", code);
    /* The pipe ends with the last process that has its other end. */
    say("all: %s\n",
        brood_connection_recv(here, &message, 10 * APR_USEC_PER_SEC, pool) == APR_EOF
            ? "have ended"
            : "live on");
    return 0;
}
