/* A parent waits until a child has done three tasks; then one is called done too many. */
#include "support/say.h"

static int work(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *tasks;
    MUST(BROOD_UNPACK(state, &tasks));
    for (int i = 0; i < 3; i++) {
        brood_values_t *task;
        MUST(brood_queue_get(tasks, &task, BROOD_FOREVER, pool));
        say("task\n");
        MUST(brood_queue_task_done(tasks));
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_process_t *child;
    brood_queue_t *tasks;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    options.flags = BROOD_QUEUE_JOINABLE;
    MUST(brood_queue_create(&tasks, &options, pool));
    for (int i = 0; i < 3; i++) {
        MUST(brood_queue_put(tasks, BROOD_ARGS(i), BROOD_FOREVER));
    }
    MUST(brood_process_create(&child, work, BROOD_ARGS(tasks), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_queue_join(tasks, BROOD_FOREVER));
    say("all are done\n");
    say("one more: %s\n", name_of(brood_queue_task_done(tasks)));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
