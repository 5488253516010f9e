/* The forkserver is killed while a child of it runs; and then another child is started. */
#include "support/say.h"
#include "outside.h"

static int wait_for_event(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *event;
    (void)pool;
    MUST(BROOD_UNPACK(state, &event));
    MUST(brood_event_wait(event, BROOD_FOREVER));
    return 3;
}

static brood_process_t *started(brood_event_t *event, apr_pool_t *pool) {
    brood_process_t *child;
    MUST(brood_process_create(&child, wait_for_event, BROOD_ARGS(event), NULL, pool));
    MUST(brood_process_start(child));
    return child;
}

static void say_end(const char *which, brood_process_t *child) {
    apr_status_t status;
    int code;
    MUST(brood_process_join(child, BROOD_FOREVER));
    status = brood_process_exit_code(child, &code);
    say("%s: exit code %d, %s\n", which, code, name_of(status));
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_event_t *event;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_event_create(&event, pool));

    child = started(event, pool);
    if (brood_forkserver_pid(NULL) == 0) {
        say("there is no server\n");
    } else {
        MUST(brood_test_kill(brood_forkserver_pid(NULL)));
    }
    MUST(brood_event_set(event));
    say_end("its child", child);
    say_end("the next one", started(event, pool));
    return 0;
}
