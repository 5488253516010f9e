/* Processes count in loops and print under one lock. It is a recursive one: print_line() takes it
 * for itself, and print_pair() keeps two lines together by taking it around both. */
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

static void acquire(brood_rlock_t *rlock) {
    apr_status_t status = brood_rlock_acquire(rlock, BROOD_FOREVER);
    if (status == BROOD_EOWNERDEAD) {
        printf("(another process died in the middle of its lines)\n");
    } else {
        check(status, "acquire"); /* with BROOD_EOWNERDEAD the lock is held, too */
    }
}

static void print_line(brood_rlock_t *rlock, int loop, const char *words) {
    acquire(rlock);
    printf("loop %d: %s\n", loop, words);
    fflush(stdout);
    check(brood_rlock_release(rlock), "release");
}

static void print_pair(brood_rlock_t *rlock, int loop) {
    acquire(rlock);
    print_line(rlock, loop, "one");
    print_line(rlock, loop, "  and what belongs to it");
    check(brood_rlock_release(rlock), "release");
}

static int run_loop(const brood_values_t *state, apr_pool_t *pool) {
    brood_rlock_t *rlock;
    int loop;
    (void)pool;
    check(BROOD_UNPACK(state, &loop, &rlock), "unpack");
    for (int i = 0; i < loop; i++) {
        print_pair(rlock, loop);
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *loops[3];
    brood_rlock_t *rlock;
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_rlock_create(&rlock, pool), "rlock");

    for (int i = 0; i < 3; i++) {
        check(brood_process_create(&loops[i], run_loop, BROOD_ARGS(i + 1, rlock), NULL,
                                   pool),
              "create");
        check(brood_process_start(loops[i]), "start");
    }
    for (int i = 0; i < 3; i++) {
        check(brood_process_join(loops[i], BROOD_FOREVER), "join");
    }
    print_line(rlock, 0, "all loops have ended");
    return 0;
}
