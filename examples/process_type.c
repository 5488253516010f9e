/* A process type: a struct with its own function, the C form of a subclass of Process. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct job_t {
    int32_t id;
    char name[32];
    double weights[3];
    brood_queue_t *results;
} job_t;

static const brood_field_t job_fields[] = {
    BROOD_FIELD_INT(job_t, id, BROOD_LIMITS(0, 999)),
    BROOD_FIELD_CHARS(job_t, name),
    BROOD_FIELD_DOUBLE_ARRAY(job_t, weights),
    BROOD_FIELD_QUEUE(job_t, results, BROOD_REQUIRED),
};
static const brood_descriptor_t job_descriptor =
    BROOD_DESCRIPTOR("job", 1, 1, job_t, job_fields, NULL);

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

static int job_run(void *self, apr_pool_t *pool) {
    const job_t *job = self;
    double sum = 0;
    (void)pool;
    for (int i = 0; i < 3; i++) {
        sum += job->weights[i];
    }
    check(brood_queue_put(job->results, BROOD_ARGS(brood_current_name(), job->name, sum),
                          BROOD_FOREVER),
          "put");
    return job->id;
}
BROOD_PROCESS_TYPE(job_type, "Job", job_descriptor, job_run);

int main(int argc, char **argv) {
    job_t job = {7, "weigh", {0.5, 1.0, 2.0}, NULL};
    brood_process_t *child;
    brood_values_t *result;
    apr_pool_t *pool;
    char line[100];
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_queue_create(&job.results, NULL, pool), "queue");

    for (int i = 0; i < 2; i++) {
        job.weights[0] += i;
        check(brood_process_create_type(&child, &job_type, &job, NULL, pool), "create");
        check(brood_process_start(child), "start");
        check(brood_process_join(child, BROOD_FOREVER), "join");
        check(brood_queue_get(job.results, &result, 0, pool), "get");
        brood_values_print(result, line, sizeof(line));
        printf("%s\n", line);
    }

    job.id = 1000;
    if (brood_process_create_type(&child, &job_type, &job, NULL, pool) == BROOD_ERANGE) {
        printf("%s\n", brood_error_detail());
    }
    return 0;
}
