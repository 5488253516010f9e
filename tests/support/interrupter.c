/* Interrupters. */
#include "interrupter.h"

#include "os/clock.h"
#include "os/module.h"
#include "os/program.h"
#include "outside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERRUPTER "--interrupter"
#define FORGETFUL "--forgetful"
#define PAUSE_NS \
    200000 /* between two disturbances, so that there is something to disturb */
#define LATE_NS (60 * 1000000000LL)

static apr_status_t start(brood_os_process_t *process, const char *role, int64_t pid,
                          const char *first, const char *second) {
    char path[BROOD_OS_PATH_MAX], number[24];
    const char *argv[] = {path, role, number, first, second, NULL};
    brood_os_start_t image;
    brood_os_start_step_t step;
    apr_status_t rv = brood_os_program_path(path, sizeof path);

    (void)snprintf(number, sizeof number, "%lld", (long long)pid);
    memset(&image, 0, sizeof image);
    image.image = path;
    image.argv = argv;
    image.null_stdin = 1;
    image.boot = BROOD_OS_NO_HANDLE;
    return rv == APR_SUCCESS ? brood_os_process_start(process, &image, &step) : rv;
}

apr_status_t brood_test_interrupter_start(brood_os_process_t *interrupter,
                                          brood_test_disturbance_t how, int64_t pid,
                                          unsigned count) {
    char kind[16], times[16];

    (void)snprintf(kind, sizeof kind, "%d", (int)how);
    (void)snprintf(times, sizeof times, "%u", count);
    return start(interrupter, INTERRUPTER, pid, kind, times);
}

apr_status_t brood_test_forgetful_start(brood_os_process_t *debugger, int64_t pid,
                                        const char *file) {
    return start(debugger, FORGETFUL, pid, file, "");
}

static void pause_a_moment(void) {
    brood_os_sleep_until(brood_os_now_ns() + PAUSE_NS);
}

static int stop_and_continue(int64_t pid, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        if (brood_test_stop(pid) != APR_SUCCESS ||
            brood_test_continue(pid) != APR_SUCCESS) {
            return 1;
        }
        pause_a_moment();
    }
    return 0;
}

#ifdef _WIN32

void brood_test_bear_signals(void) {
}

static int send_signals(int64_t pid, unsigned count) {
    (void)pid;
    (void)count;
    return BROOD_TEST_CANNOT;
}

#else

#include <signal.h>

static void do_nothing(int number) {
    (void)number;
}

void brood_test_bear_signals(void) {
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = do_nothing; /* without SA_RESTART */
    (void)sigaction(SIGUSR1, &action, NULL);
}

static int send_signals(int64_t pid, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        if (kill((pid_t)pid, SIGUSR1) != 0) {
            return 1;
        }
        pause_a_moment();
    }
    return 0;
}

#endif

#ifdef __linux__

#include <errno.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int wait_for_stop(pid_t pid) {
    int status;

    while (waitpid(pid, &status, __WALL) < 0) {
        if (errno != EINTR) {
            return 0;
        }
    }
    return WIFSTOPPED(status);
}

static int debug(int64_t number, unsigned count) {
    pid_t pid = (pid_t)number;

    if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) != 0) {
        return errno == ESRCH ? 1 : BROOD_TEST_CANNOT;
    }
    for (unsigned i = 0; i < count; i++) {
        if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) != 0 || !wait_for_stop(pid) ||
            ptrace(PTRACE_CONT, pid, NULL, NULL) != 0) {
            return 1;
        }
        pause_a_moment();
    }
    return 0; /* its end lets the other go */
}

static int forget(int64_t pid, const char *file) {
    FILE *stream;

    if (ptrace(PTRACE_SEIZE, (pid_t)pid, NULL, NULL) != 0) {
        return BROOD_TEST_CANNOT;
    }
    stream = fopen(file, "ab");
    if (stream == NULL || fputc('d', stream) == EOF || fclose(stream) != 0) {
        return 1;
    }
    brood_os_sleep_until(brood_os_now_ns() + LATE_NS); /* or until it is ended */
    return 1;
}

int64_t brood_test_processor_ms(int64_t pid) {
    char path[64], line[512];
    unsigned long long user = 0, system = 0;
    const char *end;
    FILE *stat;

    (void)snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    stat = fopen(path, "re");
    if (stat == NULL) {
        return -1;
    }
    line[fread(line, 1, sizeof line - 1, stat)] = '\0';
    (void)fclose(stat);
    end = strrchr(line, ')');
    if (end == NULL ||
        sscanf(end, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user,
               &system) != 2) {
        return -1;
    }
    return (int64_t)((user + system) * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK));
}

#else

static int debug(int64_t pid, unsigned count) {
    (void)pid;
    (void)count;
    return BROOD_TEST_CANNOT;
}

static int forget(int64_t pid, const char *file) {
    (void)pid;
    (void)file;
    return BROOD_TEST_CANNOT;
}

int64_t brood_test_processor_ms(int64_t pid) {
    (void)pid;
    return -1;
}

#endif

static int disturb(brood_test_disturbance_t how, int64_t pid, unsigned count) {
    switch (how) {
    case BROOD_TEST_STOPS: return stop_and_continue(pid, count);
    case BROOD_TEST_SIGNALS: return send_signals(pid, count);
    case BROOD_TEST_DEBUGGER: return debug(pid, count);
    default: return 1;
    }
}

void brood_test_interrupter(int argc, char **argv) {
    int64_t pid;

    if (argc != 5) {
        return;
    }
    pid = strtoll(argv[2], NULL, 10);
    if (strcmp(argv[1], INTERRUPTER) == 0) {
        brood_os_exit_now(disturb((brood_test_disturbance_t)strtol(argv[3], NULL, 10),
                                  pid, (unsigned)strtoul(argv[4], NULL, 10)));
    }
    if (strcmp(argv[1], FORGETFUL) == 0) {
        brood_os_exit_now(forget(pid, argv[3]));
    }
}
