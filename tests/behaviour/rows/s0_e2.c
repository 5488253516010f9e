/* Daemons that nobody joins: they are ended with the parent, before their first line. Each
 * would print after a pause of a second in the documents; here after a message that comes
 * never, so that no slow machine lets it print. */
#include "support/say.h"

static int loop(const brood_values_t *state, apr_pool_t *pool) {
    brood_values_t *nothing;
    brood_queue_t *never;
    int count;
    MUST(BROOD_UNPACK(state, &count, &never));
    for (int i = 0; i < count; i++) {
        MUST(brood_queue_get(never, &nothing, BROOD_FOREVER, pool));
        say("Pid: %lld LoopCount: %d\n", (long long)brood_current_pid(), i);
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_queue_t *never;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&never, NULL, pool));

    options.daemon = 1;
    for (int count = 2; count < 5; count++) {
        brood_process_t *child;
        MUST(
            brood_process_create(&child, loop, BROOD_ARGS(count, never), &options, pool));
        MUST(brood_process_start(child));
    }
    return 0;
}
