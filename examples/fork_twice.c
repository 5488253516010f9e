/* A bare fork, as os.fork(): what stands before it runs once, what stands behind it runs twice, and
 * each side has its own copy of the variable. */
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
    int w = 100;
    int64_t pid;
    check(brood_init(&argc, &argv), "init");

    printf("1. before the fork, w is %d\n", w);
    fflush(stdout); /* or the child's copy of the buffer would be written, too */
    pid = fork_here();
    printf("2. behind the fork, w is %d\n", w);
    if (pid == 0) {
        w++;
        printf("3. the child's w is %d\n", w);
        fflush(stdout);
        brood_exit_now(0);
    }
    check(brood_fork_wait(NULL, NULL, pid, 0, BROOD_FOREVER), "wait");
    printf("4. the parent's w is %d\n", w);
    return 0;
}
