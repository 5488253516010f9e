/* What a program asks about itself, on POSIX. */
#include "stranger.h"

#ifndef _WIN32

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

int brood_test_leads_group(void) {
    return getpgrp() == getpid();
}

static void set_signals(int how, void (*handler)(int)) {
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    (void)sigprocmask(how, &set, NULL);
    (void)signal(SIGPIPE, handler);
}

void brood_test_disturb_signals(void) {
    set_signals(SIG_BLOCK, SIG_IGN);
}

void brood_test_undisturb_signals(void) {
    set_signals(SIG_UNBLOCK, SIG_DFL);
}

int brood_test_signals_are_disturbed(void) {
    struct sigaction action;
    sigset_t set;

    return sigaction(SIGPIPE, NULL, &action) != 0 || action.sa_handler != SIG_DFL ||
           sigprocmask(SIG_BLOCK, NULL, &set) != 0 || sigismember(&set, SIGTERM) != 0;
}

char **brood_test_arguments(int reader, int argc, char **argv) {
    char **copy = reader == 0 ? calloc((size_t)argc + 1, sizeof *copy) : NULL;
    int i;

    for (i = 0; copy != NULL && i < argc; i++) {
        copy[i] = strdup(argv[i]);
    }
    return copy;
}

#ifdef __linux__
int brood_test_seclude(void) {
    cpu_set_t all, one;
    int i = 0;

    if (sched_getaffinity(0, sizeof all, &all) != 0) {
        return 0;
    }
    while (!CPU_ISSET(i, &all)) {
        i++; /* ends: this runs somewhere */
    }
    CPU_ZERO(&one);
    CPU_SET(i, &one);
    return sched_setaffinity(0, sizeof one, &one) == 0 &&
           setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + 3) == 0;
}

void brood_test_print_manner(char *text, size_t room) {
    cpu_set_t all;
    int count = sched_getaffinity(0, sizeof all, &all) == 0 ? CPU_COUNT(&all) : 0;

    (void)snprintf(text, room, "%d %d", count, getpriority(PRIO_PROCESS, 0));
}
#else
int brood_test_seclude(void) {
    return 0;
}

void brood_test_print_manner(char *text, size_t room) {
    (void)snprintf(text, room, "0 0");
}
#endif

int brood_test_make_executable(const char *path) {
    return chmod(path, 0700) == 0;
}

int brood_test_make_fifo(const char *path) {
    return mkfifo(path, 0600) == 0;
}

#endif
