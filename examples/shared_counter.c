/* Four processes count together: under the value's lock, and by atomic additions. */
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

static int count(const brood_values_t *state, apr_pool_t *pool) {
    brood_shared_value_t *counter, *atomic;
    (void)pool;
    check(BROOD_UNPACK(state, &counter, &atomic), "unpack");

    for (int i = 0; i < 10000; i++) {
        int64_t number;
        /* Reading and writing are two accesses: the lock is held around both. */
        check(brood_shared_value_acquire(counter, BROOD_FOREVER), "acquire");
        check(brood_shared_value_get_int(counter, &number, BROOD_FOREVER), "get");
        check(brood_shared_value_set_int(counter, number + 1, BROOD_FOREVER), "set");
        check(brood_shared_value_release(counter), "release");

        check(brood_shared_value_fetch_add(atomic, 1, NULL), "add"); /* one access */
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_shared_options_t unlocked = BROOD_SHARED_OPTIONS_INIT;
    brood_process_t *children[4];
    brood_shared_value_t *counter, *atomic;
    int64_t number;
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_shared_value_create(&counter, 'i', NULL, pool), "value");
    unlocked.unlocked = 1;
    check(brood_shared_value_create(&atomic, 'q', &unlocked, pool), "value");

    for (int i = 0; i < 4; i++) {
        check(brood_process_create(&children[i], count, BROOD_ARGS(counter, atomic), NULL,
                                   pool),
              "create");
        check(brood_process_start(children[i]), "start");
    }
    for (int i = 0; i < 4; i++) {
        check(brood_process_join(children[i], BROOD_FOREVER), "join");
    }
    check(brood_shared_value_get_int(counter, &number, BROOD_FOREVER), "get");
    printf("Result: %" PRId64 "\n", number);
    check(brood_shared_value_load(atomic, &number), "load");
    printf("atomic: %" PRId64 "\n", number);
    return 0;
}
