/* Standard input of a child, while the parent's has something to read. */
#include "support/say.h"
#include <apr_file_io.h>

static int read_input(const brood_values_t *state, apr_pool_t *pool) {
    char text[20] = "";
    (void)state;
    (void)pool;
    say("child: %s\n", fgets(text, sizeof(text), stdin) != NULL ? text : "at the end");
    return 0;
}

int main(int argc, char **argv) {
    char name[] = "brood-row-XXXXXX", text[20] = "";
    brood_process_t *child;
    apr_file_t *file;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(apr_file_mktemp(&file, name, APR_FOPEN_CREATE | APR_FOPEN_WRITE, pool));
    MUST(apr_file_write_full(file, "words", 5, NULL));
    MUST(apr_file_close(file));
    if (freopen(name, "r", stdin) == NULL) {
        return 1;
    }

    MUST(brood_process_create(&child, read_input, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say("parent: %s\n", fgets(text, sizeof(text), stdin) != NULL ? text : "at the end");
    fclose(stdin);
    MUST(apr_file_remove(name, pool));
    return 0;
}
