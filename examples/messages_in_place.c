/* Pictures of 1 MiB from one process to another without a copy: they are drawn and looked at in
 * the queue's own memory. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PICTURES 4
#define SIZE ((size_t)1 << 20)

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

static int draw(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_message_t message;
    (void)pool;
    check(BROOD_UNPACK(state, &queue), "unpack");
    for (int i = 1; i <= PICTURES; i++) {
        check(brood_queue_reserve(queue, &message, SIZE, BROOD_FOREVER), "reserve");
        memset(message.data, i, message.size);
        message.size = SIZE / (size_t)i; /* less is needed than was thought */
        check(brood_queue_commit(queue, &message, BROOD_FOREVER), "commit");
    }
    check(brood_queue_reserve(queue, &message, SIZE, BROOD_FOREVER), "reserve");
    check(brood_queue_abandon(queue, &message), "abandon"); /* nobody sees this one */
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_message_t message;
    brood_queue_t *queue;
    apr_pool_t *pool;
    size_t left;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_queue_create(&queue, NULL, pool), "queue");

    check(brood_process_create(&child, draw, BROOD_ARGS(queue), NULL, pool), "create");
    check(brood_process_start(child), "start");
    for (int i = 1; i <= PICTURES; i++) {
        unsigned long sum = 0;
        check(brood_queue_take(queue, &message, BROOD_FOREVER), "take");
        for (size_t j = 0; j < message.size; j++) {
            sum += ((unsigned char *)message.data)[j];
        }
        printf("%lu bytes, their sum is %lu\n", (unsigned long)message.size, sum);
        check(brood_queue_release(queue, &message), "release");
    }
    check(brood_process_join(child, BROOD_FOREVER), "join");
    check(brood_queue_qsize(queue, &left), "qsize");
    printf("%lu left\n", (unsigned long)left);
    return 0;
}
