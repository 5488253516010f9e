/* Copy-on-write: 16 MiB that the parent has filled. A child made by fork sees them at once
 * and has none of its own; it gets its own pages when it writes. */
#include "support/pages.h"
#include "support/say.h"
#include <string.h>

#define SIZE ((size_t)16 << 20)

static char *memory = NULL;

static void say_whose(const char *when) {
    long kib = own_kib(memory);
    say("%s: %s\n", when,
        kib < 0                         ? "this system does not tell"
        : kib < (long)(SIZE / 1024 / 2) ? "the parent's pages"
                                        : "pages of its own");
}

static int look(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    if (memory == NULL) {
        say("the memory is not there\n");
        return 0;
    }
    say("the memory is there, filled with %c\n", memory[SIZE - 1]);
    say_whose("before writing");
    memset(memory, 'c', SIZE);
    say_whose("after writing");
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    memory = malloc(SIZE);
    if (memory == NULL) {
        return 1;
    }
    memset(memory, 'p', SIZE);
    MUST(brood_process_create(&child, look, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say("the parent has %c\n", memory[SIZE - 1]);
    free(memory);
    return 0;
}
