/* Several processes write to one output; a lock keeps the lines of each together. */
#include "brood/brood.h"
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

static int write_poem(const brood_values_t *state, apr_pool_t *pool) {
    const char *lines[] = {"one process,", "  line after line,", "  undisturbed"};
    apr_status_t status;
    brood_lock_t *lock;
    int number;
    (void)pool;
    check(BROOD_UNPACK(state, &number, &lock), "unpack");

    status = brood_lock_acquire(lock, BROOD_FOREVER);
    if (status == BROOD_EOWNERDEAD) {
        printf("(another process died in the middle of its lines)\n");
    } else {
        check(status, "acquire"); /* with BROOD_EOWNERDEAD the lock is held, too */
    }
    for (int i = 0; i < 3; i++) {
        printf("%d %s\n", number, lines[i]);
        fflush(stdout);
    }
    check(brood_lock_release(lock), "release");
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *children[4];
    brood_lock_t *lock;
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_lock_create(&lock, pool), "lock");

    for (int i = 0; i < 4; i++) {
        check(brood_process_create(&children[i], write_poem, BROOD_ARGS(i, lock), NULL,
                                   pool),
              "create");
        check(brood_process_start(children[i]), "start");
    }
    for (int i = 0; i < 4; i++) {
        check(brood_process_join(children[i], BROOD_FOREVER), "join");
    }
    return 0;
}
