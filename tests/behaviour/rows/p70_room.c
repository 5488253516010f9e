/* A queue with room for two: the third put waits until somebody takes one. */
#include "support/say.h"

static int put_three(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_connection_t *steps;
    (void)pool;
    MUST(BROOD_UNPACK(state, &queue, &steps));
    for (int i = 1; i <= 3; i++) {
        MUST(brood_queue_put(queue, BROOD_ARGS(i), BROOD_FOREVER));
        MUST(brood_connection_send(steps, BROOD_ARGS(i), BROOD_FOREVER));
    }
    return 0;
}

static void await_step(brood_connection_t *steps, apr_pool_t *pool) {
    brood_values_t *step;
    int number;
    MUST(brood_connection_recv(steps, &step, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(step, &number));
    say("put %d\n", number);
}

int main(int argc, char **argv) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_connection_t *mine, *theirs;
    brood_process_t *child;
    brood_queue_t *queue;
    brood_values_t *value;
    apr_pool_t *pool;
    int number;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    options.max_items = 2;
    MUST(brood_queue_create(&queue, &options, pool));
    MUST(brood_pipe_create(&mine, &theirs, 0, pool));
    MUST(brood_process_create(&child, put_three, BROOD_ARGS(queue, theirs), NULL, pool));
    MUST(brood_process_start(child));
    await_step(mine, pool);
    await_step(mine, pool);
    say("the third put is through: %s\n",
        name_of(brood_connection_poll(mine, apr_time_from_msec(100))));
    MUST(brood_queue_get(queue, &value, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(value, &number));
    say("get %d\n", number);
    await_step(mine, pool);
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
