/* The state of a random generator is copied, too: two children draw the same number. */
#include "support/raw_fork.h"

int main(int argc, char **argv) {
    brood_queue_t *drawn;
    brood_values_t *message;
    apr_pool_t *pool;
    int numbers[2];
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&drawn, NULL, pool));

    srand(1234);
    for (int i = 0; i < 2; i++) {
        int64_t pid = fork_or_say();
        if (pid == 0) {
            MUST(brood_queue_put(drawn, BROOD_ARGS(rand()), BROOD_FOREVER));
            brood_exit_now(0);
        }
        wait_for(pid);
        MUST(brood_queue_get(drawn, &message, BROOD_FOREVER, pool));
        MUST(BROOD_UNPACK(message, &numbers[i]));
    }
    say("%s\n", numbers[0] == numbers[1] ? "the same number" : "two numbers");
    return 0;
}
