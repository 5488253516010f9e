/* A million small messages: many are put and taken at a time, with one lock for all of them. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS 1000000
#define BATCH 256

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
    static int numbers[BATCH];
    brood_bytes_t messages[BATCH];
    brood_queue_t *queue;
    size_t count = 0;
    (void)pool;
    check(BROOD_UNPACK(state, &queue), "unpack");
    for (int i = 1; i <= NUMBERS; i++) {
        numbers[count] = i;
        messages[count] = brood_bytes(&numbers[count], sizeof(int));
        count++;
        if (count == BATCH || i == NUMBERS) {
            check(brood_queue_put_many(queue, messages, count, NULL, BROOD_FOREVER),
                  "put");
            count = 0;
        }
    }
    return 0;
}

int main(int argc, char **argv) {
    static char buffer[BATCH * sizeof(int)];
    brood_bytes_t messages[BATCH];
    brood_process_t *producer;
    brood_queue_t *queue;
    apr_pool_t *pool;
    size_t count;
    long long sum = 0;
    int taken = 0, number;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_queue_create(&queue, NULL, pool), "queue");

    check(brood_process_create(&producer, produce, BROOD_ARGS(queue), NULL, pool),
          "create");
    check(brood_process_start(producer), "start");
    while (taken < NUMBERS) {
        check(brood_queue_get_many(queue, buffer, sizeof(buffer), messages, BATCH, &count,
                                   BROOD_FOREVER),
              "get");
        for (size_t i = 0; i < count; i++) {
            memcpy(&number, messages[i].data, sizeof(number)); /* they are not aligned */
            sum += number;
        }
        taken += (int)count;
    }
    check(brood_process_join(producer, BROOD_FOREVER), "join");
    printf("%d messages, their sum is %lld\n", taken, sum);
    return 0;
}
