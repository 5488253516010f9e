/* One pipe, both ways. */
#include "support/say.h"

static const char *next(brood_connection_t *connection, apr_pool_t *pool) {
    brood_values_t *message;
    const char *words;
    MUST(brood_connection_recv(connection, &message, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(message, &words));
    return words;
}

static int consumer(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *pipe;
    MUST(BROOD_UNPACK(state, &pipe));
    MUST(brood_connection_send(pipe, BROOD_ARGS("Consumer Words"), BROOD_FOREVER));
    say("Consumer Received: %s\n", next(pipe, pool));
    return 0;
}

static int producer(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *pipe;
    MUST(BROOD_UNPACK(state, &pipe));
    say("Producer Received: %s\n", next(pipe, pool));
    MUST(brood_connection_send(pipe, BROOD_ARGS("Producer Words"), BROOD_FOREVER));
    return 0;
}

int main(int argc, char **argv) {
    brood_connection_t *one, *other;
    brood_process_t *consuming, *producing;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_pipe_create(&one, &other, 1, pool));

    MUST(brood_process_create(&consuming, consumer, BROOD_ARGS(one), NULL, pool));
    MUST(brood_process_create(&producing, producer, BROOD_ARGS(other), NULL, pool));
    MUST(brood_process_start(consuming));
    MUST(brood_process_start(producing));
    MUST(brood_process_join(consuming, BROOD_FOREVER));
    MUST(brood_process_join(producing, BROOD_FOREVER));
    say("Main Process Ended\n");
    return 0;
}
