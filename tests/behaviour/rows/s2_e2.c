/* Ten bare forks whose children take their time, and a parent that does not wait for them. */
#include "support/raw_fork.h"
#include <apr_general.h>

/* Not rand(): its state is the parent's, so that all ten would draw the same number. */
static double draw(void) {
    unsigned char bytes[2];
    MUST(apr_generate_random_bytes(bytes, sizeof(bytes)));
    return (bytes[0] * 256 + bytes[1]) / 65536.0;
}

int main(int argc, char **argv) {
    brood_event_t *end_is_said;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_event_create(&end_is_said, pool));

    for (int i = 0; i < 10; i++) {
        if (fork_or_say() == 0) {
            MUST(brood_event_wait(end_is_said, BROOD_FOREVER));
            say("%.6f\n", draw());
            brood_exit_now(0);
        }
    }
    say("END\n");
    MUST(brood_event_set(end_is_said));
    return 0;
}
