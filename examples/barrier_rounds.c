/* Three processes work in rounds: nobody begins a round before all have ended the one before.
 * The last one to come ends the round for all, in the barrier's action. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

/* Runs in one of the three, while all of them are in the barrier. */
static apr_status_t end_round(void *data) {
    const int *round = data;
    printf("round %d is over\n", *round);
    fflush(stdout);
    return APR_SUCCESS;
}

static int work(const brood_values_t *state, apr_pool_t *pool) {
    brood_barrier_t *barrier;
    int number, round;
    (void)pool;
    check(BROOD_UNPACK(state, &number, &barrier), "unpack");
    check(brood_barrier_set_data(barrier, &round), "data");
    for (round = 1; round <= 3; round++) {
        /* … work on part `number` of round `round` … */
        apr_status_t status = brood_barrier_wait(barrier, BROOD_BARRIER_TIMEOUT, NULL);
        if (status == BROOD_EBROKENBARRIER || status == APR_TIMEUP) {
            fprintf(stderr, "%d goes home: %s\n", number, brood_error_detail());
            return 1;
        }
        check(status, "wait");
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *workers[3];
    brood_barrier_t *barrier;
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    /* A worker that dies in the barrier breaks it; against one that dies before it comes there,
     * only the timeout helps. */
    check(brood_barrier_create(&barrier, 3, end_round, 60 * 1000000, pool), "barrier");

    for (int i = 0; i < 3; i++) {
        check(brood_process_create(&workers[i], work, BROOD_ARGS(i, barrier), NULL, pool),
              "create");
        check(brood_process_start(workers[i]), "start");
    }
    for (int i = 0; i < 3; i++) {
        check(brood_process_join(workers[i], BROOD_FOREVER), "join");
    }
    return 0;
}
