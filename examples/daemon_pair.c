/* A producer and a consumer, both daemons, take turns at a buffer: one semaphore lets the
 * producer be two elements ahead, the other one makes the consumer wait for an element, and a
 * lock keeps their lines apart. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>

#define ELEMENTS 4

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

static int produce(const brood_values_t *state, apr_pool_t *pool) {
    brood_semaphore_t *room, *items;
    brood_queue_t *buffer;
    brood_lock_t *lock;
    (void)pool;
    check(BROOD_UNPACK(state, &buffer, &room, &items, &lock), "unpack");
    for (int i = 0; i < ELEMENTS; i++) {
        check(brood_semaphore_acquire(room, BROOD_FOREVER), "acquire");
        check(brood_lock_acquire(lock, BROOD_FOREVER), "lock");
        check(brood_queue_put(buffer, BROOD_ARGS(i), BROOD_FOREVER), "put");
        printf("Producer append an element\n");
        fflush(stdout);
        check(brood_lock_release(lock), "unlock");
        check(brood_semaphore_release(items, 1), "release");
    }
    return 0;
}

static int consume(const brood_values_t *state, apr_pool_t *pool) {
    brood_semaphore_t *room, *items;
    brood_values_t *element;
    brood_queue_t *buffer;
    brood_lock_t *lock;
    check(BROOD_UNPACK(state, &buffer, &room, &items, &lock), "unpack");
    for (int i = 0; i < ELEMENTS; i++) {
        check(brood_semaphore_acquire(items, BROOD_FOREVER), "acquire");
        check(brood_lock_acquire(lock, BROOD_FOREVER), "lock");
        check(brood_queue_get(buffer, &element, 0, pool), "get"); /* it is there */
        printf("Consumer pop an element\n");
        fflush(stdout);
        check(brood_lock_release(lock), "unlock");
        check(brood_semaphore_release(room, 1), "release");
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_process_options_t daemon = BROOD_PROCESS_OPTIONS_INIT;
    brood_queue_options_t ten = BROOD_QUEUE_OPTIONS_INIT;
    brood_target_fn *const roles[2] = {produce, consume};
    brood_process_t *children[2];
    brood_semaphore_t *room, *items;
    brood_queue_t *buffer;
    brood_lock_t *lock;
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    ten.max_items = 10;
    daemon.daemon = 1; /* they would end with the parent, if it did not join them */
    check(brood_queue_create(&buffer, &ten, pool), "queue");
    check(brood_semaphore_create(&room, 2, 0, pool), "semaphore");
    check(brood_semaphore_create(&items, 0, 0, pool), "semaphore");
    check(brood_lock_create(&lock, pool), "lock");

    for (int i = 0; i < 2; i++) {
        check(brood_process_create(&children[i], roles[i],
                                   BROOD_ARGS(buffer, room, items, lock), &daemon, pool),
              "create");
        check(brood_process_start(children[i]), "start");
    }
    for (int i = 0; i < 2; i++) {
        check(brood_process_join(children[i], BROOD_FOREVER), "join");
    }
    return 0;
}
