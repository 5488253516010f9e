/* Waiting for bare forks: for one in the loop that makes them, which makes them one after the
 * other; with a look that leaves the child to be waited for; and for all, until there is none. */
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
    int count = 0, sum = 0, code;
    int64_t pid;
    check(brood_init(&argc, &argv), "init");

    for (int i = 0; i < 3; i++) {
        pid = fork_here();
        if (pid == 0) {
            printf("child %d\n", i);
            fflush(stdout);
            brood_exit_now(i);
        }
        check(brood_fork_wait(NULL, &code, pid, BROOD_FORK_PEEK, BROOD_FOREVER), "look");
        printf("it has ended with %d, and is a zombie\n", code);
        check(brood_fork_wait(NULL, &code, pid, 0, BROOD_FOREVER), "wait");
        printf("it has ended with %d, and is gone\n", code);
        fflush(stdout);
    }
    for (int i = 1; i <= 10; i++) {
        if (fork_here() == 0) {
            brood_exit_now(i);
        }
    }
    while (brood_fork_wait(NULL, &code, 0, 0, BROOD_FOREVER) == APR_SUCCESS) {
        count++;
        sum += code;
    }
    printf("%d more, whose codes add up to %d; %s\n", count, sum, brood_error_detail());
    return 0;
}
