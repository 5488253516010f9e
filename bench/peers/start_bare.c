/* The system's own calls: fork, and posix_spawn of this program. */
#include "peers/starts.h"
#include "support/say.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int reap(pid_t child) {
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Without the handlers that libraries have registered for fork(), Brood's own among them. */
static pid_t bare_fork(void) {
#ifdef BENCH_HAS_BARE_FORK
    return _Fork();
#else
    return fork();
#endif
}

static int start_fork(void) {
    pid_t child = bare_fork();
    if (child == 0)
        _exit(0);
    if (child > 0)
        return reap(child);
    bench_say_errno("fork");
    return -1;
}

static int spawn(const char *option) {
    static char program[] = "bench_process";
    char word[40];
    char *argv[] = {program, word, NULL};
    pid_t child;
    snprintf(word, sizeof word, "%s", option);
    errno = posix_spawn(&child, bench_image(), NULL, NULL, argv, environ);
    if (!errno)
        return reap(child);
    bench_say_errno("posix_spawn");
    return -1;
}

static int start_spawn(void) {
    return spawn(BENCH_RETURN_AT_ONCE);
}

static int start_spawn_apr(void) {
    return spawn(BENCH_RETURN_AFTER_APR);
}

const bench_start_t bench_fork = {"fork, _exit, waitpid", BENCH_PEER, NULL, start_fork,
                                  NULL};
const bench_start_t bench_posix_spawn = {"posix_spawn of this program", BENCH_PEER, NULL,
                                         start_spawn, NULL};
const bench_start_t bench_posix_spawn_apr = {
    "posix_spawn, apr_initialize there", BENCH_REFERENCE, NULL, start_spawn_apr, NULL};
