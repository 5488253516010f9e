/* What main has changed before the start: a global number, and memory that a global points
 * to. Does the child see the change, or the value that every new process begins with? */
#include "support/say.h"
#include <string.h>

static int number = 1;
static char *text = NULL;

static int look(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    say("number: %d\n", number);
    say("text: %s\n", text != NULL ? text : "none");
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    number = 2;
    text = malloc(8);
    if (text == NULL) {
        return 1;
    }
    strcpy(text, "changed");
    MUST(brood_process_create(&child, look, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    free(text);
    return 0;
}
