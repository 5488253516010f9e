/* One process looks after everything at once: reports that come through a queue, a controller that
 * speaks over a pipe, and a worker that may end at any moment. */
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

/* Reports three times, and ends with another code than 0. */
static int work(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *reports;
    (void)pool;
    check(BROOD_UNPACK(state, &reports), "unpack");
    for (int i = 1; i <= 3; i++) {
        check(brood_queue_put(reports, BROOD_ARGS(i), BROOD_FOREVER), "put");
    }
    return 7;
}

/* Says when it is enough. */
static int control(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *orders;
    (void)pool;
    check(BROOD_UNPACK(state, &orders), "unpack");
    check(brood_connection_send(orders, BROOD_ARGS("close up"), BROOD_FOREVER), "send");
    return 0;
}

static brood_process_t *start(brood_target_fn *target, brood_args_t args,
                              apr_pool_t *pool) {
    brood_process_t *process;
    check(brood_process_create(&process, target, args, NULL, pool), "create");
    check(brood_process_start(process), "start");
    return process;
}

int main(int argc, char **argv) {
    brood_queue_t *reports;
    brood_connection_t *orders, *controllers;
    brood_values_t *message;
    const char *order;
    apr_pool_t *pool;
    int number, code, left = 5; /* three reports, an order and an end */
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_queue_create(&reports, NULL, pool), "queue");
    check(brood_pipe_create(&orders, &controllers, 0, pool), "pipe");
    brood_process_t *worker = start(work, BROOD_ARGS(reports), pool);
    start(control, BROOD_ARGS(controllers), pool);

    brood_wait_item_t items[] = {BROOD_WAIT_QUEUE(reports), BROOD_WAIT_CONNECTION(orders),
                                 BROOD_WAIT_PROCESS(worker)};
    size_t count = 3;
    for (; left > 0; left--) {
        check(brood_wait(items, count, BROOD_FOREVER, NULL), "wait");
        if (items[0].ready) { /* the only one who takes from it: it is there */
            check(brood_queue_get(reports, &message, 0, pool), "get");
            check(BROOD_UNPACK(message, &number), "unpack");
            printf("report %d\n", number);
        } else if (items[1].ready) {
            check(brood_connection_recv(orders, &message, BROOD_FOREVER, pool), "recv");
            check(BROOD_UNPACK(message, &order), "unpack");
            printf("order: %s\n", order);
        } else {
            check(brood_process_exit_code(worker, &code), "exit code");
            printf("the worker ended with %d\n", code);
            count = 2; /* it stays ready, and is not asked for any more */
        }
    }
    return 0;
}
