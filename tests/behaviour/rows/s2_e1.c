/* Ten children in any order, and END when all have ended: a shell's `wait`. */
#include "support/say.h"

static int echo(const brood_values_t *state, apr_pool_t *pool) {
    int number;
    (void)pool;
    MUST(BROOD_UNPACK(state, &number));
    say("%d\n", number);
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *children[10];
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    for (int i = 0; i < 10; i++) {
        MUST(brood_process_create(&children[i], echo, BROOD_ARGS(i + 1), NULL, pool));
        MUST(brood_process_start(children[i]));
    }
    for (int i = 0; i < 10; i++) {
        MUST(brood_process_join(children[i], BROOD_FOREVER));
    }
    say("END\n");
    return 0;
}
