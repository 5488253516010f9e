/* A program is run to its end: its output is captured, its exit code told, its time limited. The
 * program is this one, started again with another first argument. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

/* What the programs below do. */
static int be_a_program(const char *what) {
    if (strcmp(what, "greet") == 0) {
        printf("hello, %s", getenv("GREETED"));
        return 3;
    }
    for (;;) {
        apr_sleep(apr_time_from_sec(1)); /* until somebody ends it */
    }
}

int main(int argc, char **argv) {
    const char *const changes[] = {"GREETED=world", NULL};
    const char *greet[] = {argv[0], "greet", NULL};
    const char *linger[] = {argv[0], "linger", NULL};
    const char *nobody[] = {"no-such-program-anywhere", NULL};
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    brood_command_result_t result;
    apr_pool_t *pool;
    if (argc == 2) {
        return be_a_program(argv[1]);
    }
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");

    options.output = brood_stdio_capture(1000);
    options.variables = changes;
    check(brood_command_run(&result, greet, &options, BROOD_FOREVER, pool), "run");
    printf("it printed \"%s\" and ended with %d\n", (const char *)result.output.data,
           result.code);

    if (brood_command_run(&result, linger, NULL, 100000, pool) == APR_TIMEUP) {
        printf("the other one was ended by the step \"%s\": %d\n",
               brood_stop_name(result.ended_by), result.code);
    }
    if (APR_STATUS_IS_ENOENT(brood_command_run(&result, nobody, NULL, 0, pool))) {
        printf("the third was not there: the step \"%s\" failed\n",
               brood_command_step_name(result.step));
    }
    return 0;
}
