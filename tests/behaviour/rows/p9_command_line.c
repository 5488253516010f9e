/* The command line of a child: what tells it that it is one. It is as its main finds it, before
 * brood_init(), and as a list of processes shows it. */
#include "support/say.h"
#include <string.h>

static int count;
static char **words;

static int look(const brood_values_t *state, apr_pool_t *pool) {
    const char *last = words[count - 1], *told;
    int parents;
    (void)pool;
    MUST(BROOD_UNPACK(state, &told, &parents));
    if (count == parents) {
        say("the child's words: its parent's\n");
    } else {
        say("the child's words: its parent's and %s\n", last);
    }
    say("what it is told is in them: %s\n", strstr(last, told) != NULL ? "yes" : "no");
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    count = argc;
    words = argv;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_process_create(&child, look, BROOD_ARGS("hunter2", argc), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
