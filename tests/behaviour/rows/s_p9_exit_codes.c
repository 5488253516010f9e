/* How a process ended: by itself with a code, terminated, killed. */
#include "support/say.h"

static int three(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 3;
}

static int wait_for_ever(const brood_values_t *state, apr_pool_t *pool) {
    brood_values_t *nothing;
    brood_queue_t *never;
    MUST(BROOD_UNPACK(state, &never));
    return brood_queue_get(never, &nothing, BROOD_FOREVER, pool) == APR_SUCCESS ? 0 : 1;
}

static void say_code(const char *what, brood_process_t *child) {
    int code;
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(brood_process_exit_code(child, &code));
    say("%s: %d\n", what, code);
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_queue_t *never;
    apr_pool_t *pool;
    int code;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&never, NULL, pool));

    MUST(brood_process_create(&child, three, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(child));
    say_code("returned", child);

    MUST(brood_process_create(&child, wait_for_ever, BROOD_ARGS(never), NULL, pool));
    MUST(brood_process_start(child));
    say("running: %s\n",
        brood_process_exit_code(child, &code) == APR_EAGAIN ? "no code yet" : "a code");
    MUST(brood_process_terminate(child));
    say_code("terminated", child);

    MUST(brood_process_create(&child, wait_for_ever, BROOD_ARGS(never), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_kill(child));
    say_code("killed", child);
    return 0;
}
