/* A producer and a consumer share a buffer of two places: one semaphore counts the room, one
 * the items. A third one, which knows its holders, gives a permit back that its process took
 * with it when it died. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>

#define ITEMS 6

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
    (void)pool;
    check(BROOD_UNPACK(state, &room, &items, &buffer), "unpack");
    for (int i = 0; i < ITEMS; i++) {
        check(brood_semaphore_acquire(room, BROOD_FOREVER), "acquire");
        check(brood_queue_put(buffer, BROOD_ARGS(i), 0), "put"); /* there is room */
        check(brood_semaphore_release(items, 1), "release");
    }
    return 0;
}

static int take_and_end(const brood_values_t *state, apr_pool_t *pool) {
    brood_semaphore_t *seats;
    (void)pool;
    check(BROOD_UNPACK(state, &seats), "unpack");
    check(brood_semaphore_acquire(seats, BROOD_FOREVER), "acquire");
    return 0; /* without a release */
}

int main(int argc, char **argv) {
    brood_process_t *producer, *forgetful;
    brood_semaphore_t *room, *items, *seats;
    brood_queue_t *buffer;
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_semaphore_create_bounded(&room, 2, 2, pool), "semaphore");
    check(brood_semaphore_create_bounded(&items, 0, 2, pool), "semaphore");
    check(brood_queue_create(&buffer, NULL, pool), "queue");

    check(brood_process_create(&producer, produce, BROOD_ARGS(room, items, buffer), NULL,
                               pool),
          "create");
    check(brood_process_start(producer), "start");
    for (int i = 0; i < ITEMS; i++) {
        brood_values_t *item;
        int number;
        check(brood_semaphore_acquire(items, BROOD_FOREVER), "acquire");
        check(brood_queue_get(buffer, &item, 0, pool), "get"); /* it is there */
        check(BROOD_UNPACK(item, &number), "unpack");
        printf("item %d\n", number);
        check(brood_semaphore_release(room, 1), "release");
    }
    check(brood_process_join(producer, BROOD_FOREVER), "join");
    if (brood_semaphore_release(room, 1) == BROOD_EOVERRELEASE) {
        printf("there is no more room than that\n");
    }

    check(brood_semaphore_create(&seats, 1, BROOD_SEM_OWNED, pool), "semaphore");
    check(brood_process_create(&forgetful, take_and_end, BROOD_ARGS(seats), NULL, pool),
          "create");
    check(brood_process_start(forgetful), "start");
    check(brood_process_join(forgetful, BROOD_FOREVER), "join");
    check(brood_semaphore_acquire(seats, BROOD_FOREVER), "acquire");
    printf("the seat is free again\n");
    check(brood_semaphore_release(seats, 1), "release");
    return 0;
}
