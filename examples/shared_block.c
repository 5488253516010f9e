/* A table in shared memory that four children fill together, and a block with a name, which a
 * child attaches that knows nothing else. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 4
#define COLUMNS 1000

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

/* Fills one row of the table. Nobody else writes there, so no lock is needed. */
static int fill_row(const brood_values_t *state, apr_pool_t *pool) {
    brood_block_t *block;
    int row;
    (void)pool;
    check(BROOD_UNPACK(state, &block, &row), "unpack");
    double *table = brood_block_data(block);
    for (int column = 0; column < COLUMNS; column++) {
        table[row * COLUMNS + column] = row + 1;
    }
    return 0;
}

static int answer(const brood_values_t *state, apr_pool_t *pool) {
    brood_block_t *block;
    const char *name;
    check(BROOD_UNPACK(state, &name), "unpack");
    check(brood_block_attach(&block, name, pool), "attach");
    printf("the child reads: %s\n", (const char *)brood_block_data(block));
    fflush(stdout);
    memcpy(brood_block_data(block), "I have", 7);
    return 0;
}

static void fill_together(apr_pool_t *pool) {
    brood_process_t *children[ROWS];
    brood_block_t *block;
    double sum = 0;
    check(brood_block_create(&block, sizeof(double[ROWS][COLUMNS]), pool), "block");
    for (int row = 0; row < ROWS; row++) {
        brood_args_t args = BROOD_ARGS(block, row);
        check(brood_process_create(&children[row], fill_row, args, NULL, pool), "create");
        check(brood_process_start(children[row]), "start");
    }
    for (int row = 0; row < ROWS; row++) {
        check(brood_process_join(children[row], BROOD_FOREVER), "join");
    }
    const double *table = brood_block_data(block);
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        sum += table[i];
    }
    printf("the table sums to %.0f\n", sum);
    fflush(stdout); /* before the next child prints */
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_block_t *block;
    apr_pool_t *pool;

    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    fill_together(pool);

    check(brood_block_create_named(&block, NULL, 100, NULL, pool), "named block");
    memcpy(brood_block_data(block), "who reads this?", 16);
    brood_args_t args = BROOD_ARGS(brood_block_name(block));
    check(brood_process_create(&child, answer, args, NULL, pool), "create");
    check(brood_process_start(child), "start");
    check(brood_process_join(child, BROOD_FOREVER), "join");
    printf("the parent reads: %s\n", (const char *)brood_block_data(block));
    check(brood_block_unlink(brood_block_name(block)), "unlink");
    return 0;
}
