/* Daemons that nobody joins: they are ended with the parent, before their first line. Each
 * would print after a pause of a second in the documents; here after a message that comes
 * never, so that no slow machine lets it print. */
#include "support/say.h"

typedef struct loop_t {
    int32_t count;
    brood_queue_t *never;
} loop_t;

static const brood_field_t loop_fields[] = {
    BROOD_FIELD_INT(loop_t, count),
    BROOD_FIELD_QUEUE(loop_t, never, BROOD_REQUIRED),
};
static const brood_descriptor_t loop_descriptor =
    BROOD_DESCRIPTOR("loop", 1, 1, loop_t, loop_fields, NULL);

static int run(void *self, apr_pool_t *pool) {
    const loop_t *loop = self;
    brood_values_t *nothing;
    for (int i = 0; i < loop->count; i++) {
        MUST(brood_queue_get(loop->never, &nothing, BROOD_FOREVER, pool));
        say("Pid: %lld LoopCount: %d\n", (long long)brood_current_pid(), i);
    }
    return 0;
}
BROOD_PROCESS_TYPE(loop_type, "MyProcess", loop_descriptor, run);

int main(int argc, char **argv) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    loop_t loop = {0, NULL};
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&loop.never, NULL, pool));

    options.daemon = 1;
    for (loop.count = 2; loop.count < 5; loop.count++) {
        brood_process_t *child;
        MUST(brood_process_create_type(&child, &loop_type, &loop, &options, pool));
        MUST(brood_process_start(child));
    }
    return 0;
}
