/* The log: silent until somebody asks, with the process's name in each line. */
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

static int work(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    brood_log_set_sink(NULL, NULL); /* a forked child has its parent's */
    brood_log(BROOD_LOG_WARNING, "half of the work is done"); /* to standard error */
    return brood_log_get_level();
}

/* Lines of this process go to standard output instead. */
static void to_stdout(void *data, int level, const char *process, const char *text) {
    char name[20];
    (void)data;
    printf("%s from %s: %s\n", brood_log_level_name(level, name, sizeof(name)), process,
           text);
    fflush(stdout);
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    int level;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    brood_log(BROOD_LOG_ERROR, "nobody has asked yet");

    check(brood_log_to_stderr(BROOD_LOG_SUBWARNING), "log");
    brood_log_set_sink(to_stdout, NULL);
    brood_log(BROOD_LOG_DEBUG, "too low");
    brood_log(BROOD_LOG_WARNING, "%s", "a warning");

    check(brood_process_create(&child, work, BROOD_NO_ARGS, NULL, pool), "create");
    check(brood_process_start(child), "start");
    check(brood_process_join(child, BROOD_FOREVER), "join");
    check(brood_process_exit_code(child, &level), "exit code");
    printf("the child's level: %d\n", level);
    return 0;
}
