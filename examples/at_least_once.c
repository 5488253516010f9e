/* Each task is done at least once, though workers die: a task is only leased to a worker, and
 * comes back when it dies before it has acknowledged it. One that has killed three workers is
 * put aside. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>

#define TASKS 5
#define POISON 3

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

static int work(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *tasks;
    brood_message_t task;
    apr_status_t rv;
    (void)pool;
    check(BROOD_UNPACK(state, &tasks), "unpack");
    /* A worker that needs a minute for a task stands still, and is not waited for. */
    while ((rv = brood_queue_lease(tasks, &task, apr_time_from_sec(60), BROOD_FOREVER)) ==
           APR_SUCCESS) {
        int number = *(int *)task.data;
        printf("task %d, delivery %u\n", number, (unsigned)task.deliveries);
        fflush(stdout);
        if (number == POISON) {
            _Exit(9); /* without a word, as by a crash */
        }
        check(brood_queue_acknowledge(tasks, &task), "acknowledge");
    }
    return rv == APR_EOF ? 0 : 1; /* the queue was shut down, and nothing can come back */
}

int main(int argc, char **argv) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_process_t *worker;
    brood_queue_t *tasks;
    brood_message_t failed;
    apr_pool_t *pool;
    int code = 1, deaths = -1;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    options.flags = BROOD_QUEUE_LEASES;
    options.deliveries_max = 3;
    check(brood_queue_create(&tasks, &options, pool), "queue");
    for (int i = 1; i <= TASKS; i++) {
        check(brood_queue_put_bytes(tasks, &i, sizeof(i), BROOD_FOREVER), "put");
    }
    check(brood_queue_shutdown(tasks, 0, BROOD_FOREVER), "shutdown"); /* no more come */

    for (; code != 0; deaths++) { /* another worker for one that has died */
        check(brood_process_create(&worker, work, BROOD_ARGS(tasks), NULL, pool),
              "create");
        check(brood_process_start(worker), "start");
        check(brood_process_join(worker, BROOD_FOREVER), "join");
        check(brood_process_exit_code(worker, &code), "exit code");
    }
    printf("%d workers have died\n", deaths);
    while (brood_queue_take_failed(tasks, &failed) == APR_SUCCESS) {
        printf("task %d has failed after %u deliveries\n", *(int *)failed.data,
               (unsigned)failed.deliveries);
        check(brood_queue_release(tasks, &failed), "release");
    }
    return 0;
}
