/* A program's own ways with signals. */
#ifndef _WIN32
#include "strangers.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIGNALS 65

static pthread_t reaper;
static atomic_int reaping;
static atomic_uint reaped;

/* Reads a file of /proc; how much there was. */
static size_t read_about(long pid, const char *what, char *text, size_t room) {
    char path[64];
    FILE *file;
    size_t got;

    (void)snprintf(path, sizeof path, "/proc/%ld/%s", pid, what);
    file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    got = fread(text, 1, room - 1, file);
    (void)fclose(file);
    text[got] = '\0';
    return got;
}

/* Those whose parents died before them are for the system's first process to reap, which takes
 * its time. */
static int is_our_zombie(long pid) {
    char about[512];
    const char *state;

    if (read_about(pid, "stat", about, sizeof about) == 0) {
        return 0;
    }
    state = strrchr(about, ')');
    return state != NULL && strncmp(state, ") Z ", 4) == 0 &&
           strtol(state + 4, NULL, 10) == (long)getpid();
}

static int is_marked(long pid, const char *mark) {
    char arguments[4096];
    size_t length = strlen(mark);
    size_t got = read_about(pid, "cmdline", arguments, sizeof arguments);
    size_t i;

    for (i = 0; i + length <= got; i++) {
        if (memcmp(arguments + i, mark, length) == 0) {
            return 1;
        }
    }
    return got == 0 && is_our_zombie(pid);
}

int brood_test_marked(const char *mark, int64_t except, int64_t or_except,
                      int64_t *first) {
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    int count = 0;

    if (folder == NULL) {
        return -1;
    }
    while ((entry = readdir(folder)) != NULL) {
        long pid = strtol(entry->d_name, NULL, 10);

        if (pid > 0 && pid != except && pid != or_except && is_marked(pid, mark)) {
            *first = count++ == 0 ? pid : *first;
        }
    }
    (void)closedir(folder);
    return count;
}

void brood_test_block_signals(void) {
    sigset_t all;

    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, NULL);
}

size_t brood_test_signal_state(unsigned char *bytes, size_t room) {
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

void brood_test_reap(int64_t pid) {
    int status;

    (void)waitpid((pid_t)pid, &status, WNOHANG);
}

int brood_test_next_number(int64_t pid) {
    FILE *file = fopen("/proc/sys/kernel/ns_last_pid", "we");
    int written;

    if (file == NULL) {
        return 0;
    }
    written = fprintf(file, "%lld", (long long)pid - 1) > 0;
    return fclose(file) == 0 && written;
}

uint64_t brood_test_birth(int64_t pid) {
    char text[1024];
    char *at;
    int field;

    if (read_about((long)pid, "stat", text, sizeof text) == 0) {
        return 0;
    }
    at = strrchr(text, ')'); /* the end of field 2 */
    for (field = 2; at != NULL && field < 22; field++) {
        at = strchr(at + 1, ' ');
    }
    return at == NULL ? 0 : strtoull(at, NULL, 10);
}

unsigned brood_test_reaper_stop(void) {
    reaping = 0;
    (void)pthread_join(reaper, NULL);
    return reaped;
}
#else
typedef int brood_test_no_posix_strangers;
#endif
