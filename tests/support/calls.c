/* Counting system calls as a debugger does: the program stops at each and is let go on. */
#include "calls.h"

#ifdef __linux__

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPTIONS                                                         \
    (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | \
     PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)
#define AT_CALL (SIGTRAP | 0x80)
#define NOT_TRACED 126

static void run_traced(const char *const *argv) {
    /* A sanitizer that wants to be the debugger itself. */
    (void)setenv("LSAN_OPTIONS", "detect_leaks=0", 1);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
        _exit(NOT_TRACED);
    }
    (void)raise(SIGSTOP);
    (void)execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

/* What a stopped one is sent on with: its own signal, if it was one. New ones stop once. */
static int signal_of(int status) {
    int number = WSTOPSIG(status);

    return number == AT_CALL || number == SIGSTOP || status >> 16 != 0 ? 0 : number;
}

/* Each call stops twice: when it begins and when it ends. */
static uint64_t count_stops(pid_t root, int *code) {
    uint64_t stops = 0;
    int status;

    for (;;) { /* ends when all of them have ended */
        pid_t who = waitpid(-1, &status, __WALL);
        if (who < 0 && errno == EINTR) {
            continue;
        }
        if (who < 0) {
            return stops / 2;
        }
        if (WIFSTOPPED(status)) {
            stops += WSTOPSIG(status) == AT_CALL;
            (void)ptrace(PTRACE_SYSCALL, who, NULL, (void *)(uintptr_t)signal_of(status));
        } else if (who == root) {
            *code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        }
    }
}

apr_status_t brood_test_count_calls(const char *const *argv, uint64_t *calls, int *code) {
    pid_t root = fork();
    int status;

    *calls = 0;
    *code = -1;
    if (root == 0) {
        run_traced(argv);
    }
    if (root < 0) {
        return errno;
    }
    while (waitpid(root, &status, 0) < 0 && errno == EINTR) {}
    if (!WIFSTOPPED(status)) {
        return APR_ENOTIMPL; /* a kernel or a sandbox without debuggers */
    }
    if (ptrace(PTRACE_SETOPTIONS, root, NULL, (void *)(uintptr_t)OPTIONS) != 0) {
        (void)kill(root, SIGKILL);
        (void)waitpid(root, &status, 0);
        return APR_ENOTIMPL;
    }
    (void)ptrace(PTRACE_SYSCALL, root, NULL, NULL);
    *calls = count_stops(root, code);
    return APR_SUCCESS;
}

#else

apr_status_t brood_test_count_calls(const char *const *argv, uint64_t *calls, int *code) {
    (void)argv;
    *calls = 0;
    *code = -1;
    return APR_ENOTIMPL;
}

#endif
