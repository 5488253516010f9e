/* A program's own ways with signals. */
#ifndef _WIN32
#include "strangers.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIGNALS 65

static pthread_t reaper;
static atomic_int reaping;
static atomic_uint reaped;

void brood_test_block_signals(void) {
    sigset_t all;

    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, NULL);
}

size_t brood_test_signals(unsigned char *bytes, size_t room) {
    sigset_t blocked;
    size_t used = 0;
    int number;

    (void)pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    for (number = 1; number < SIGNALS; number++) {
        struct sigaction action;
        void (*handler)(int);

        memset(&action, 0, sizeof action);
        if (sigaction(number, NULL, &action) != 0 || used + sizeof handler + 5 > room) {
            continue;
        }
        handler = action.sa_handler;
        memcpy(bytes + used, &handler, sizeof handler);
        used += sizeof handler;
        memcpy(bytes + used, &action.sa_flags, 4);
        used += 4;
        bytes[used++] = (unsigned char)sigismember(&blocked, number);
    }
    return used;
}

int brood_test_ignore_children(int how) {
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = how == 1 ? SIG_IGN : SIG_DFL;
    action.sa_flags = how == 2 ? SA_NOCLDWAIT : 0;
    return sigaction(SIGCHLD, &action, NULL) == 0;
}

/* Without children it looks again soon; that is what such libraries do. */
static void *reap(void *unused) {
    (void)unused;
    while (reaping) {
        int status;

        if (waitpid(-1, &status, WNOHANG) > 0) {
            reaped++;
        } else {
            (void)usleep(100);
        }
    }
    return NULL;
}

int brood_test_reaper_start(void) {
    reaped = 0;
    reaping = 1;
    return pthread_create(&reaper, NULL, reap, NULL) == 0;
}

unsigned brood_test_reaper_stop(void) {
    reaping = 0;
    (void)pthread_join(reaper, NULL);
    return reaped;
}
#else
typedef int brood_test_no_posix_strangers;
#endif
