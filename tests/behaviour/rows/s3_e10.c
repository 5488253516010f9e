/* A child fills a shared array of ten numbers; the parent prints it. */
#include "support/say.h"
#include <apr_strings.h>

static int fill(const brood_values_t *state, apr_pool_t *pool) {
    brood_shared_array_t *array;
    int start;
    (void)pool;
    MUST(BROOD_UNPACK(state, &array, &start));
    for (size_t i = 0; i < brood_shared_array_length(array); i++) {
        MUST(brood_shared_array_set_int(array, i, start + (int)i, BROOD_FOREVER));
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_shared_array_t *array;
    brood_process_t *child;
    const char *line = "";
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_shared_array_create(&array, 'i', 10, NULL, pool));
    MUST(brood_process_create(&child, fill, BROOD_ARGS(array, 100), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    for (size_t i = 0; i < brood_shared_array_length(array); i++) {
        int64_t number;
        MUST(brood_shared_array_get_int(array, i, &number, BROOD_FOREVER));
        line = apr_psprintf(pool, "%s%s%d", line, i == 0 ? "" : ", ", (int)number);
    }
    say("[%s]\n", line);
    return 0;
}
