/* A pipe made at the top level, used by the child as it finds it; and a pipe handed over. */
#include "support/say.h"

static brood_connection_t *receiver, *sender;

static int send_both(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *handed;
    (void)pool;
    MUST(BROOD_UNPACK(state, &handed));
    MUST(brood_connection_send(sender, BROOD_ARGS("hello"), BROOD_FOREVER));
    MUST(brood_connection_send(handed, BROOD_ARGS("hello"), BROOD_FOREVER));
    return 0;
}

static void say_what_came(const char *pipe, brood_connection_t *connection) {
    int came = brood_connection_poll(connection, 0) == APR_SUCCESS;
    say("%s: %s\n", pipe, came ? "received" : "nothing came");
}

int main(int argc, char **argv) {
    brood_connection_t *own_receiver, *own_sender;
    brood_process_t *child;
    apr_pool_t *pool;

    MUST(brood_pipe_create(&receiver, &sender, 0,
                           NULL)); /* in every process that runs main */
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_pipe_create(&own_receiver, &own_sender, 0, pool));

    MUST(brood_process_create(&child, send_both, BROOD_ARGS(own_sender), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say_what_came("inherited", receiver);
    say_what_came("handed over", own_receiver);
    return 0;
}
