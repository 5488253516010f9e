/* terminate: no clean-up, and what becomes of the terminated one's own child. */
#include "support/say.h"

static void never(void) {
    say("the exit handler ran\n");
}

static int grandchild(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *pipe;
    brood_values_t *message;
    MUST(BROOD_UNPACK(state, &pipe));
    MUST(brood_connection_send(pipe, BROOD_ARGS("here"), BROOD_FOREVER));
    MUST(brood_connection_recv(pipe, &message, BROOD_FOREVER, pool));
    say("the grandchild goes on\n");
    return 0;
}

static int child(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *pipe;
    brood_process_t *process;
    atexit(never);
    MUST(BROOD_UNPACK(state, &pipe));
    MUST(brood_process_create(&process, grandchild, BROOD_ARGS(pipe), NULL, pool));
    MUST(brood_process_start(process));
    MUST(brood_process_join(process, BROOD_FOREVER));
    return 0;
}

int main(int argc, char **argv) {
    brood_connection_t *here, *there;
    brood_process_t *process;
    brood_values_t *message;
    apr_pool_t *pool;
    int code;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_pipe_create(&here, &there, 1, pool));

    MUST(brood_process_create(&process, child, BROOD_ARGS(there), NULL, pool));
    MUST(brood_process_start(process));
    MUST(brood_connection_recv(here, &message, BROOD_FOREVER, pool));
    MUST(brood_process_terminate(process));
    MUST(brood_process_join(process, BROOD_FOREVER));
    MUST(brood_process_exit_code(process, &code));
    say("terminated: %d\n", code);
    MUST(brood_connection_send(here, BROOD_ARGS("go on"), BROOD_FOREVER));
    return 0;
}
