/* A file that the parent has open, and its number in the parent's kernel table. Is it open
 * in the child under that number? */
#include "support/native_file.h"

#define SIZE 12345

static int look(const brood_values_t *state, apr_pool_t *pool) {
    long long number;
    MUST(BROOD_UNPACK(state, &number));
    say("%s\n", is_file_of_size(number, SIZE, pool) ? "the parent's file is open here"
                                                    : "there is no such file here");
    return 0;
}

int main(int argc, char **argv) {
    static const char zeros[SIZE];
    char name[] = "brood-row-XXXXXX";
    brood_process_t *child;
    apr_file_t *file;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(apr_file_mktemp(&file, name, 0, pool)); /* removed when it is closed */
    MUST(apr_file_write_full(file, zeros, SIZE, NULL));

    MUST(brood_process_create(&child, look, BROOD_ARGS(number_of(file)), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(apr_file_close(file));
    return 0;
}
