/* Workers take tasks from a queue and say when each is done; the parent waits for all of them
 * together, and then ends the queue, which ends the workers. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>

#define WORKERS 3
#define TASKS 20

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
    brood_queue_t *tasks, *answers;
    brood_values_t *task;
    apr_pool_t *one; /* for one task; `pool` owns the queues, too */
    apr_status_t rv;
    int number;
    check(BROOD_UNPACK(state, &tasks, &answers), "unpack");
    check(apr_pool_create(&one, pool), "pool");
    while ((rv = brood_queue_get(tasks, &task, BROOD_FOREVER, one)) == APR_SUCCESS) {
        check(BROOD_UNPACK(task, &number), "unpack");
        check(brood_queue_put(answers, BROOD_ARGS(number * number), BROOD_FOREVER),
              "put");
        check(brood_queue_task_done(tasks), "task done");
        apr_pool_clear(one);
    }
    return rv == APR_EOF ? 0 : 1; /* the queue was shut down and is empty */
}

int main(int argc, char **argv) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_process_t *workers[WORKERS];
    brood_queue_t *tasks, *answers;
    brood_values_t *answer;
    apr_pool_t *pool;
    int square, sum = 0;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    options.flags = BROOD_QUEUE_JOINABLE;
    check(brood_queue_create(&tasks, &options, pool), "queue");
    check(brood_queue_create(&answers, NULL, pool), "queue");

    for (int i = 0; i < WORKERS; i++) {
        check(brood_process_create(&workers[i], work, BROOD_ARGS(tasks, answers), NULL,
                                   pool),
              "create");
        check(brood_process_start(workers[i]), "start");
    }
    for (int i = 1; i <= TASKS; i++) {
        check(brood_queue_put(tasks, BROOD_ARGS(i), BROOD_FOREVER), "put");
    }
    check(brood_queue_join(tasks, BROOD_FOREVER), "join");
    for (int i = 0; i < TASKS; i++) {
        check(brood_queue_get(answers, &answer, 0, pool), "get"); /* all are there */
        check(BROOD_UNPACK(answer, &square), "unpack");
        sum += square;
    }
    printf("%d tasks are done, the sum is %d\n", TASKS, sum);
    if (brood_queue_task_done(tasks) == BROOD_EOVERDONE) {
        printf("there were no more than that\n");
    }

    check(brood_queue_shutdown(tasks, 0, BROOD_FOREVER), "shutdown");
    for (int i = 0; i < WORKERS; i++) {
        check(brood_process_join(workers[i], BROOD_FOREVER), "join");
    }
    printf("the workers have ended\n");
    return 0;
}
