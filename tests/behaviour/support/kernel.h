/* What the kernel says of processes and what Brood has no reason to ask. */
#ifndef BEHAVIOUR_KERNEL_H
#define BEHAVIOUR_KERNEL_H

#include "support/say.h"

#ifdef _WIN32

static inline int64_t kernel_parent(void) {
    return 0;
}

static inline int number_is_taken(int64_t pid) {
    return pid < 0;
}

static inline void ignore_ends_of_children(void) {
}

static inline int interrupt_all_but_me(void) {
    return 0;
}

static inline void adopt_orphans(void) {
}

static inline int reap_orphan(int64_t pid) {
    return pid < 0;
}

#else
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

/* The parent of this process, as the kernel sees it now. */
static inline int64_t kernel_parent(void) {
    return (int64_t)getppid();
}

/* Whether the kernel's table has an entry of that number, a zombie included. */
static inline int number_is_taken(int64_t pid) {
    return kill((pid_t)pid, 0) == 0;
}

/* The kernel keeps no ends of children from now on. */
static inline void ignore_ends_of_children(void) {
    signal(SIGCHLD, SIG_IGN);
}

/* What the terminal does at Ctrl-C, but for this process, which ignores it from now on.
 * 0: this system has no such signal. */
static inline int interrupt_all_but_me(void) {
    signal(SIGINT, SIG_IGN);
    return kill(0, SIGINT) == 0;
}

/* Makes this process the parent of its descendants' orphans, where that is for choice. */
static inline void adopt_orphans(void) {
#ifdef __linux__
    prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL);
#endif
}

/* Waits for one that was adopted; its exit code, or -1: somebody else has adopted it. */
static inline int reap_orphan(int64_t pid) {
    int status;
    return waitpid((pid_t)pid, &status, 0) == (pid_t)pid && WIFEXITED(status)
               ? WEXITSTATUS(status)
               : -1;
}

#endif

#endif
