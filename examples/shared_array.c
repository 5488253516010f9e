/* A child fills an array that its parent prints; and writes a text into another. */
#include "brood/brood.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

static int fill(const brood_values_t *state, apr_pool_t *pool) {
    brood_shared_array_t *numbers, *text;
    int start;
    (void)pool;
    check(BROOD_UNPACK(state, &numbers, &text, &start), "unpack");
    for (size_t i = 0; i < brood_shared_array_length(numbers); i++) {
        check(brood_shared_array_set_int(numbers, i, start + (int)i, BROOD_FOREVER),
              "set");
    }
    check(brood_shared_array_set_string(text, "from the child", BROOD_FOREVER), "text");
    return 0;
}

int main(int argc, char **argv) {
    brood_shared_array_t *numbers, *text;
    brood_process_t *child;
    int32_t items[10];
    char line[32];
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_shared_array_create(&numbers, 'i', 10, NULL, pool), "array");
    check(brood_shared_array_create(&text, 'c', 31, NULL, pool), "array");

    check(brood_process_create(&child, fill, BROOD_ARGS(numbers, text, 100), NULL, pool),
          "create");
    check(brood_process_start(child), "start");
    check(brood_process_join(child, BROOD_FOREVER), "join");

    check(brood_shared_array_read(numbers, 0, 10, items, BROOD_FOREVER), "read");
    for (int i = 0; i < 10; i++) {
        printf("%s%" PRId32 "%s", i == 0 ? "[" : ", ", items[i], i == 9 ? "]\n" : "");
    }
    check(brood_shared_array_get_string(text, line, sizeof(line), BROOD_FOREVER), "text");
    printf("%s\n", line);
    return 0;
}
