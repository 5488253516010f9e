/* A function in another process, with its state and a queue for its answer. */
#include "brood/brood.h"
#include <stdio.h>

static int square(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *answers;
    int n;
    (void)pool;
    return BROOD_UNPACK(state, &n, &answers) ||
           brood_queue_put(answers, BROOD_ARGS(n * n), BROOD_FOREVER);
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_queue_t *answers;
    brood_values_t *answer;
    apr_pool_t *pool;
    int n;
    if (brood_init(&argc, &argv) || apr_pool_create(&pool, NULL) ||
        brood_queue_create(&answers, NULL, pool) ||
        brood_process_create(&child, square, BROOD_ARGS(7, answers), NULL, pool) ||
        brood_process_start(child) || brood_process_join(child, BROOD_FOREVER) ||
        brood_queue_get(answers, &answer, 0, pool) || BROOD_UNPACK(answer, &n)) {
        fprintf(stderr, "%s\n", brood_error_detail());
        return 1;
    }
    printf("the square of 7 is %d\n", n);
}
