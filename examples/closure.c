/* A lambda has no name by which another process could find it. What one would put into it in Python
 * goes into the state here: a function of the program, and the values it closes over. */
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

static int times(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *answers;
    int factor, number;
    (void)pool;
    check(BROOD_UNPACK(state, &factor, &number, &answers), "unpack");
    check(brood_queue_put(answers, BROOD_ARGS(factor * number), BROOD_FOREVER), "put");
    return 0;
}

int main(int argc, char **argv) {
    brood_values_t *answer;
    brood_queue_t *answers;
    apr_pool_t *pool;
    int product;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_queue_create(&answers, NULL, pool), "queue");

    for (int factor = 2; factor <= 4; factor++) { /* lambda number: factor * number */
        brood_process_t *child;
        check(brood_process_create(&child, times, BROOD_ARGS(factor, 10, answers), NULL,
                                   pool),
              "create");
        check(brood_process_start(child), "start");
        check(brood_process_join(child, BROOD_FOREVER), "join");
        check(brood_queue_get(answers, &answer, 0, pool), "get");
        check(BROOD_UNPACK(answer, &product), "unpack");
        printf("%d times 10 is %d\n", factor, product);
    }
    return 0;
}
