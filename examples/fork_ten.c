/* Ten bare forks. The parent does not wait for its children and says END at once; they say their
 * lines afterwards, as orphans when it has ended first. (fork_wait.c waits for them.) */
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

/* Forks; where the system cannot, says so and ends the program. */
static int64_t fork_here(void) {
    int64_t pid;
    apr_status_t status = brood_fork(&pid);
    if (status == BROOD_EMETHOD) {
        printf("%s; brood_process_start() can do without\n", brood_error_detail());
        exit(0);
    }
    check(status, "fork");
    return pid;
}

int main(int argc, char **argv) {
    brood_event_t *end_is_said;
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_event_create(&end_is_said, pool), "event");

    for (int i = 0; i < 10; i++) {
        if (fork_here() == 0) {
            check(brood_event_wait(end_is_said, BROOD_FOREVER), "wait");
            printf("child %d\n", i);
            fflush(stdout);
            brood_exit_now(0); /* not the parent's exit handlers, and not its output */
        }
    }
    printf("END\n");
    fflush(stdout);
    check(brood_event_set(end_is_said), "set");
    return 0;
}
