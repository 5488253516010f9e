/* A process with a name of its own, of a type that has one member. */
#include "support/say.h"
#include <string.h>

typedef struct worker_t {
    char name[16];
} worker_t;

static const brood_field_t worker_fields[] = {BROOD_FIELD_CHARS(worker_t, name)};
static const brood_descriptor_t worker_descriptor =
    BROOD_DESCRIPTOR("worker", 1, 1, worker_t, worker_fields, NULL);

static int run(void *self, apr_pool_t *pool) {
    const worker_t *worker = self;
    (void)pool;
    say("Process %s running\n", worker->name);
    return strcmp(worker->name, brood_current_name());
}
BROOD_PROCESS_TYPE(worker_type, "MyProcess", worker_descriptor, run);

int main(int argc, char **argv) {
    const worker_t worker = {"Worker"};
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    options.name = worker.name;
    MUST(brood_process_create_type(&child, &worker_type, &worker, &options, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
