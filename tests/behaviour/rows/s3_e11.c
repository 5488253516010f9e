/* A block of 1000 bytes seen as 10 x 10 doubles; the view outlives the block's handle. */
#include "support/say.h"

static int worker(const brood_values_t *state, apr_pool_t *pool) {
    brood_block_t *block;
    double *array;
    (void)pool;
    MUST(BROOD_UNPACK(state, &block));
    array = brood_block_data(block);
    for (int i = 0; i < 100; i++) {
        array[i] = i;
    }
    return 0;
}

static int sum(const double *array) {
    double all = 0;
    for (int i = 0; i < 100; i++) {
        all += array[i];
    }
    return (int)all;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_block_view_t *view;
    brood_block_t *block;
    const char *name;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_block_create_named(&block, NULL, 1000, NULL, pool));
    MUST(brood_block_view_create(&view, block, 0, sizeof(double[10][10]), pool));
    say("block of %d bytes, array of %d\n", (int)brood_block_size(block),
        (int)brood_block_view_size(view));
    MUST(brood_process_create(&child, worker, BROOD_ARGS(block), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say("sum: %d\n", sum(brood_block_view_data(view)));

    name = brood_block_name(block);
    MUST(brood_block_unlink(name));
    say("close: %s\n", name_of(brood_block_close(block)));
    say("sum: %d\n", sum(brood_block_view_data(view)));
    MUST(brood_block_view_close(view));
    return 0;
}
