/* What runs at the end of a process, and in which order. */
#include "support/say.h"
#include "brood/finalizer.h"

static brood_event_t *go;

static void say_it(void *text) {
    say("%s\n", (const char *)text);
}

static void let_go(void *text) {
    say_it(text);
    MUST(brood_event_set(go));
}

static int child(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *event;
    (void)pool;
    MUST(BROOD_UNPACK(state, &event));
    MUST(brood_event_wait(event, BROOD_FOREVER));
    say("the child ends\n");
    return 0;
}

static void at_end(const char *text, int priority, apr_pool_t *pool) {
    MUST(brood_finalizer_register(NULL, priority == 0 ? let_go : say_it,
                                  (void *)(uintptr_t)text, priority, pool));
}

int main(int argc, char **argv) {
    brood_process_t *process;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_event_create(&go, pool));

    at_end("priority 0", 0, pool);
    at_end("priority -1", -1, pool);
    at_end("priority 10, the first", 10, pool);
    at_end("priority 10, the second", 10, pool);
    MUST(brood_process_create(&process, child, BROOD_ARGS(go), NULL, pool));
    MUST(brood_process_start(process));
    say("main ends\n");
    return 0;
}
