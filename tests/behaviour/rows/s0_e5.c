/* A producer and a consumer, both daemons, around a buffer of two places: two semaphores and a
 * lock. (The documents' run for ever; six elements tell as much.) The parent hears of each
 * step in its order, for both tell it while they hold the lock. */
#include "support/say.h"

#define ELEMENTS 6
#define PLACES 2

static int produce(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *buffer;
    brood_semaphore_t *room, *items;
    brood_lock_t *lock;
    brood_connection_t *steps;
    (void)pool;
    MUST(BROOD_UNPACK(state, &buffer, &room, &items, &lock, &steps));
    for (int i = 0; i < ELEMENTS; i++) {
        MUST(brood_semaphore_acquire(room, BROOD_FOREVER));
        MUST(brood_lock_acquire(lock, BROOD_FOREVER));
        MUST(brood_queue_put(buffer, BROOD_ARGS(i), BROOD_FOREVER));
        MUST(brood_connection_send(steps, BROOD_ARGS(1), BROOD_FOREVER));
        say("Producer append an element\n");
        MUST(brood_lock_release(lock));
        MUST(brood_semaphore_release(items, 1));
    }
    return 0;
}

static int consume(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *buffer;
    brood_semaphore_t *room, *items;
    brood_lock_t *lock;
    brood_connection_t *steps;
    MUST(BROOD_UNPACK(state, &buffer, &room, &items, &lock, &steps));
    for (int i = 0; i < ELEMENTS; i++) {
        brood_values_t *element;
        MUST(brood_semaphore_acquire(items, BROOD_FOREVER));
        MUST(brood_lock_acquire(lock, BROOD_FOREVER));
        MUST(brood_queue_get(buffer, &element, BROOD_FOREVER, pool));
        MUST(brood_connection_send(steps, BROOD_ARGS(-1), BROOD_FOREVER));
        say("Consumer pop an element\n");
        MUST(brood_lock_release(lock));
        MUST(brood_semaphore_release(room, 1));
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_queue_options_t queue_options = BROOD_QUEUE_OPTIONS_INIT;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *producer, *consumer;
    brood_connection_t *mine, *theirs;
    brood_semaphore_t *room, *items;
    brood_queue_t *buffer;
    brood_lock_t *lock;
    apr_pool_t *pool;
    int inside = 0, least = 0, most = 0;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    queue_options.max_items = 10;
    MUST(brood_queue_create(&buffer, &queue_options, pool));
    MUST(brood_semaphore_create(&room, PLACES, 0, pool));
    MUST(brood_semaphore_create(&items, 0, 0, pool));
    MUST(brood_lock_create(&lock, pool));
    MUST(brood_pipe_create(&mine, &theirs, 0, pool));

    options.daemon = 1;
    MUST(brood_process_create(&producer, produce,
                              BROOD_ARGS(buffer, room, items, lock, theirs), &options,
                              pool));
    MUST(brood_process_create(&consumer, consume,
                              BROOD_ARGS(buffer, room, items, lock, theirs), &options,
                              pool));
    MUST(brood_process_start(producer));
    MUST(brood_process_start(consumer));
    for (int i = 0; i < 2 * ELEMENTS; i++) {
        brood_values_t *message;
        int step;
        MUST(brood_connection_recv(mine, &message, BROOD_FOREVER, pool));
        MUST(BROOD_UNPACK(message, &step));
        inside += step;
        most = inside > most ? inside : most;
        least = inside < least ? inside : least;
    }
    MUST(brood_process_join(producer, BROOD_FOREVER));
    MUST(brood_process_join(consumer, BROOD_FOREVER));
    say("%s, %d left\n",
        least >= 0 && most <= PLACES ? "never fewer than 0 or more than 2"
                                     : "out of bounds",
        inside);
    return 0;
}
