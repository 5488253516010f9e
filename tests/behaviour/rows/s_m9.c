/* A block with a name: made, attached by a child that knows the name, closed, unlinked. */
#include "support/say.h"
#include <string.h>

static int worker(const brood_values_t *state, apr_pool_t *pool) {
    brood_block_t *block;
    const char *name;
    MUST(BROOD_UNPACK(state, &name));
    MUST(brood_block_attach(&block, name, pool));
    say("child: %d bytes, %s\n", (int)brood_block_size(block),
        (const char *)brood_block_data(block));
    memcpy(brood_block_data(block), "world", 5);
    MUST(brood_block_close(block));
    return 0;
}

int main(int argc, char **argv) {
    char name[BROOD_BLOCK_NAME_MAX + 1];
    brood_process_t *child;
    brood_block_t *block;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_block_create_named(&block, NULL, 1000, NULL, pool));
    strcpy(name, brood_block_name(block));
    memcpy(brood_block_data(block), "hello", 5);
    MUST(brood_process_create(&child, worker, BROOD_ARGS(name), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say("parent: %s\n", (const char *)brood_block_data(block));
    MUST(brood_block_close(block));
    MUST(brood_block_unlink(name));
    say(APR_STATUS_IS_ENOENT(brood_block_attach(&block, name, pool)) ? "then: not found\n"
                                                                     : "then: found\n");
    return 0;
}
