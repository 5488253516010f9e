/* What a process is given is copied when the object is made, not when it is started. */
#include "support/say.h"

static int say_number(const brood_values_t *state, apr_pool_t *pool) {
    int number;
    (void)pool;
    MUST(BROOD_UNPACK(state, &number));
    say("child: %d\n", number);
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    int number = 1;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_process_create(&child, say_number, BROOD_ARGS(number), NULL, pool));
    number = 2;
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say("parent: %d\n", number);
    return 0;
}
