/* Two ways to leave a process: a return, after which output is written, and _exit. */
#include "support/say.h"

static int leave(const brood_values_t *state, apr_pool_t *pool) {
    int now;
    (void)pool;
    MUST(BROOD_UNPACK(state, &now));
    printf("not yet written, %s\n", now ? "and left at once" : "and returned");
    if (now) {
        brood_exit_now(3);
    }
    return 2;
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    setvbuf(stdout, NULL, _IOFBF, 4096); /* not every C library does so by itself */
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    for (int now = 0; now < 2; now++) {
        brood_process_t *child;
        int code;
        MUST(brood_process_create(&child, leave, BROOD_ARGS(now), NULL, pool));
        MUST(brood_process_start(child));
        MUST(brood_process_join(child, BROOD_FOREVER));
        MUST(brood_process_exit_code(child, &code));
        say("exit code %d\n", code);
    }
    return 0;
}
