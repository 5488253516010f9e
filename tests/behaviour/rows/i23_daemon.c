/* A daemon when its creator ends in three ways: normally, at once, and killed. */
#include "support/say.h"

static int stay(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *pipe;
    brood_values_t *message;
    MUST(BROOD_UNPACK(state, &pipe));
    MUST(brood_connection_send(pipe, BROOD_ARGS("here"), BROOD_FOREVER));
    MUST(brood_connection_recv(pipe, &message, BROOD_FOREVER, pool));
    return 0;
}

static int creator(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_connection_t *pipe;
    brood_event_t *leave;
    brood_process_t *daemon;
    int at_once;
    MUST(BROOD_UNPACK(state, &pipe, &leave, &at_once));
    options.daemon = 1;
    MUST(brood_process_create(&daemon, stay, BROOD_ARGS(pipe), &options, pool));
    MUST(brood_process_start(daemon));
    MUST(brood_connection_close(pipe));
    MUST(brood_event_wait(leave, BROOD_FOREVER));
    if (at_once) {
        brood_exit_now(0);
    }
    return 0;
}

/* The pipe ends with the last process that has its other end. */
static void end_of(const char *how, int at_once, int killed, apr_pool_t *pool) {
    brood_connection_t *here, *there;
    brood_process_t *process;
    brood_event_t *leave;
    brood_values_t *message;
    apr_status_t status;
    MUST(brood_pipe_create(&here, &there, 1, pool));
    MUST(brood_event_create(&leave, pool));
    MUST(brood_process_create(&process, creator, BROOD_ARGS(there, leave, at_once), NULL,
                              pool));
    MUST(brood_process_start(process));
    MUST(brood_connection_close(there));
    MUST(brood_connection_recv(here, &message, BROOD_FOREVER, pool));
    if (killed) {
        MUST(brood_process_kill(process));
    } else {
        MUST(brood_event_set(leave));
    }
    MUST(brood_process_join(process, BROOD_FOREVER));
    status = brood_connection_recv(here, &message, 5 * APR_USEC_PER_SEC, pool);
    say("its creator %s: the daemon %s\n", how,
        status == APR_EOF ? "has ended" : "lives on");
    MUST(brood_connection_close(here));
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    end_of("returned", 0, 0, pool);
    end_of("left at once", 1, 0, pool);
    end_of("was killed", 0, 1, pool);
    return 0;
}
