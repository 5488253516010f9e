/* Neither process sees what the other writes after the start. */
#include "support/say.h"

static int value = 1;

static int look(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *to_child, *to_parent;
    brood_values_t *go;
    MUST(BROOD_UNPACK(state, &to_child, &to_parent));
    MUST(
        brood_queue_get(to_child, &go, BROOD_FOREVER, pool)); /* the parent has written */
    say("the child sees %s\n", value == 2 ? "the parent's change" : "no change");
    value = 3;
    MUST(brood_queue_put(to_parent, BROOD_NO_ARGS, BROOD_FOREVER));
    return 0;
}

int main(int argc, char **argv) {
    brood_queue_t *to_child, *to_parent;
    brood_process_t *child;
    brood_values_t *done;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&to_child, NULL, pool));
    MUST(brood_queue_create(&to_parent, NULL, pool));

    MUST(brood_process_create(&child, look, BROOD_ARGS(to_child, to_parent), NULL, pool));
    MUST(brood_process_start(child));
    value = 2;
    MUST(brood_queue_put(to_child, BROOD_NO_ARGS, BROOD_FOREVER));
    MUST(brood_queue_get(to_parent, &done, BROOD_FOREVER,
                         pool)); /* the child has written */
    say("the parent sees %s\n", value == 3 ? "the child's change" : "no change");
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
