/* What a process consists of: code, data, and an entry of its own in the kernel's table. Which
 * of that a child shares with its parent. */
#include "support/say.h"
#include <string.h>

#define CODE_BYTES 16

static int data = 1;

static int look(const brood_values_t *state, apr_pool_t *pool);

/* The first bytes of a function's code. */
static brood_bytes_t code(void) {
    static unsigned char bytes[CODE_BYTES];
    brood_target_fn *function = look;
    const void *from;
    memcpy(&from, &function, sizeof(from));
    memcpy(bytes, from, sizeof(bytes));
    return brood_bytes(bytes, sizeof(bytes));
}

static int look(const brood_values_t *state, apr_pool_t *pool) {
    brood_bytes_t parents;
    int64_t parent;
    (void)pool;
    MUST(BROOD_UNPACK(state, &parents, &parent));
    data++;
    say("code: %s\n",
        parents.size == CODE_BYTES && memcmp(parents.data, code().data, CODE_BYTES) == 0
            ? "the same"
            : "another");
    say("data: %d in the child\n", data);
    say("number: %s\n", parent == brood_current_pid() ? "the same" : "another");
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_process_create(&child, look, BROOD_ARGS(code(), brood_current_pid()), NULL,
                              pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say("data: %d in the parent\n", data);
    return 0;
}
