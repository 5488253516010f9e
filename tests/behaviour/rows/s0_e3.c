/* Daemons joined for a limited time: join returns though a child still runs, and what then
 * still runs ends with the parent. The documents count seconds, this program tenths of a
 * second; the last child has 400 lines to print instead of 4, so that it cannot be done. */
#include "support/say.h"

#define PAUSE_US apr_time_from_msec(100)

typedef struct loop_t {
    int32_t count;
} loop_t;

static const brood_field_t loop_fields[] = {BROOD_FIELD_INT(loop_t, count)};
static const brood_descriptor_t loop_descriptor =
    BROOD_DESCRIPTOR("loop", 1, 1, loop_t, loop_fields, NULL);

static int run(void *self, apr_pool_t *pool) {
    const loop_t *loop = self;
    (void)pool;
    for (int i = 0; i < loop->count; i++) {
        apr_sleep(PAUSE_US); /* the work */
        say("Pid: %lld LoopCount: %d\n", (long long)brood_current_pid(), i);
    }
    return 0;
}
BROOD_PROCESS_TYPE(loop_type, "MyProcess", loop_descriptor, run);

int main(int argc, char **argv) {
    const loop_t loops[] = {{2}, {3}, {400}};
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *children[3];
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    options.daemon = 1;
    for (int i = 0; i < 3; i++) {
        MUST(brood_process_create_type(&children[i], &loop_type, &loops[i], &options,
                                       pool));
        MUST(brood_process_start(children[i]));
    }
    for (int i = 0; i < 2; i++) {
        brood_process_join(children[i], PAUSE_US);
    }
    say("join: %s\n", name_of(brood_process_join(children[2], PAUSE_US)));
    say("end\n");
    return 0;
}
