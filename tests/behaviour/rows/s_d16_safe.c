/* What is handed over explicitly works in the same way under every start method. */
#include "support/say.h"

static int answer(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *pipe;
    brood_queue_t *queue;
    brood_lock_t *lock;
    (void)pool;
    MUST(BROOD_UNPACK(state, &queue, &pipe, &lock));
    MUST(brood_queue_put(queue, BROOD_ARGS("by queue"), BROOD_FOREVER));
    MUST(brood_connection_send(pipe, BROOD_ARGS("by pipe"), BROOD_FOREVER));
    return brood_lock_acquire(lock, 0) == APR_TIMEUP ? 0 : 1;
}

int main(int argc, char **argv) {
    brood_connection_t *receiver, *sender;
    brood_queue_t *queue;
    brood_lock_t *lock;
    brood_process_t *child;
    brood_values_t *message;
    const char *text;
    apr_pool_t *pool;
    int code;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&queue, NULL, pool));
    MUST(brood_pipe_create(&receiver, &sender, 0, pool));
    MUST(brood_lock_create(&lock, pool));

    MUST(brood_lock_acquire(lock, BROOD_FOREVER));
    MUST(brood_process_create(&child, answer, BROOD_ARGS(queue, sender, lock), NULL,
                              pool));
    MUST(brood_process_start(child));
    MUST(brood_queue_get(queue, &message, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(message, &text));
    say("%s\n", text);
    MUST(brood_connection_recv(receiver, &message, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(message, &text));
    say("%s\n", text);
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(brood_process_exit_code(child, &code));
    say("%s\n", code == 0 ? "one lock" : "two locks");
    MUST(brood_lock_release(lock));
    return 0;
}
