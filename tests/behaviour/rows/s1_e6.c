/* Five numbers through a pipe, in the order in which they were sent. */
#include "support/say.h"

static int produce(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *pipe;
    (void)pool;
    MUST(BROOD_UNPACK(state, &pipe));
    for (int i = 0; i < 5; i++) {
        int number = i * i % 7;
        say("%s produce %d\n", brood_current_name(), number);
        MUST(brood_connection_send(pipe, BROOD_ARGS(number), BROOD_FOREVER));
    }
    return 0;
}

static int consume(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *pipe;
    MUST(BROOD_UNPACK(state, &pipe));
    for (int i = 0; i < 5; i++) {
        brood_values_t *message;
        int number;
        MUST(brood_connection_recv(pipe, &message, BROOD_FOREVER, pool));
        MUST(BROOD_UNPACK(message, &number));
        say("%s consume %d\n", brood_current_name(), number);
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_connection_t *receiver, *sender;
    brood_process_t *producing, *consuming;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_pipe_create(&receiver, &sender, 0, pool));

    MUST(brood_process_create(&producing, produce, BROOD_ARGS(sender), NULL, pool));
    MUST(brood_process_create(&consuming, consume, BROOD_ARGS(receiver), NULL, pool));
    MUST(brood_process_start(producing));
    MUST(brood_process_start(consuming));
    MUST(brood_process_join(producing, BROOD_FOREVER));
    MUST(brood_process_join(consuming, BROOD_FOREVER));
    return 0;
}
