/* The bare fork, for the rows about it. */
#ifndef BEHAVIOUR_RAW_FORK_H
#define BEHAVIOUR_RAW_FORK_H

#include "support/say.h"

/* 0 in the child, the child's number in the parent. Where there is no fork, what a user is told
 * who asks for one; the program ends with that. */
static inline int64_t fork_or_say(void) {
    int64_t pid;
    apr_status_t status = brood_fork(&pid);
    if (status != APR_SUCCESS) {
        say("fork: %s\n", name_of(status));
        exit(0);
    }
    return pid;
}

/* Waits for one child and returns its exit code. */
static inline int wait_for(int64_t pid) {
    int code;
    MUST(brood_fork_wait(NULL, &code, pid, 0, BROOD_FOREVER));
    return code;
}

#endif
