/* A child has ended and somebody else has waited for it, so that its number is free, and a
 * program that is none of ours gets it. Then the child is terminated and killed. */
#include "support/say.h"
#include "outside.h"
#include "strangers.h"
#include <apr_strings.h>

#define TRIES 50

static int three(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 3;
}

static void end_stranger(brood_os_process_t *stranger) {
    brood_os_exit_t how;
    MUST(brood_os_process_signal(stranger, BROOD_OS_KILL));
    MUST(brood_os_process_wait(stranger, BROOD_OS_FOREVER, &how));
    brood_os_process_close(stranger);
}

/* A program that has this number: 1. 0: the system does not let one choose. */
static int start_stranger(brood_os_process_t *stranger, int64_t number,
                          const char *file) {
    for (int i = 0; i < TRIES && brood_test_next_number(number); i++) {
        MUST(brood_test_stranger_start(stranger, 0, file));
        if (stranger->pid == number) {
            return 1;
        }
        end_stranger(stranger);
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_os_process_t stranger;
    brood_process_t *child;
    brood_os_exit_t how;
    const char *file; /* which a stranger tells that it runs */
    apr_pool_t *pool;
    int64_t number;
    int is_there;
    brood_test_stranger(argc, argv);
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_process_create(&child, three, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(child));
    number = brood_process_pid(child);
    file = apr_psprintf(pool, "stranger-%lu", (unsigned long)number);
    brood_test_await_gone(number);
    brood_test_reap(number);
    is_there = start_stranger(&stranger, number, file);
    if (!is_there) {
        say("nobody could be given the number\n");
    }
    say("terminate: %s\n", name_of(brood_process_terminate(child)));
    say("kill: %s\n", name_of(brood_process_kill(child)));
    if (is_there) {
        say("who has the number now %s\n",
            brood_os_process_wait(&stranger, 100000, &how) == APR_TIMEUP ? "lives"
                                                                         : "was hit");
        end_stranger(&stranger);
    }
    remove(file);
    return 0;
}
