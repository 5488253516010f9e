/* Every failing call of the seam's start of a program: the status is the call's own, the step is
 * told, nothing is left, and the same start works afterwards. */
#include "ledger.h"
#include "os/clock.h"
#include "os/command.h"
#include "os/fault.h"
#include "os/handle.h"
#include "os/module.h"
#include "os/process.h"
#include "os/program.h"
#include "os/stream.h"
#include <apr_general.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define K_MOST 60
#define EXIT_CODE 23

static char self[BROOD_OS_PATH_MAX];
static unsigned injected, bad;

static void complain(const char *what, const char *plan, apr_status_t rv, int step) {
    (void)fprintf(stderr, "%s with %s: status %d, step %d\n", what, plan, rv, step);
    bad++;
}

/* All that can be asked of a start. */
static apr_status_t start(brood_os_process_t *process, int tied,
                          brood_os_start_step_t *step) {
    const char *argv[] = {self, "child", NULL};
    brood_os_handle_t reader, writer;
    brood_os_handle_t standard[] = {BROOD_OS_NO_HANDLE, 0, BROOD_OS_OWN_STREAM};
    brood_os_start_t image = {0};
    char **environment = NULL;
    apr_status_t rv =
        brood_os_stream_pipe_for(&reader, &writer, BROOD_OS_STRANGER_WRITES);

    *step = BROOD_OS_START_STREAMS;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood_os_environment(&environment);
    if (rv == APR_SUCCESS) {
        standard[1] = writer;
        image.image = self;
        image.argv = argv;
        image.environment = (const char *const *)environment;
        image.directory = ".";
        image.standard = standard;
        image.new_group = 1;
        image.end_with_parent = tied;
        image.boot = BROOD_OS_NO_HANDLE;
        rv = brood_os_process_start(process, &image, step);
    }
    free(environment);
    brood_os_handle_close(reader);
    brood_os_handle_close(writer);
    return rv;
}

static apr_status_t replace(brood_os_process_t *process, int unused,
                            brood_os_start_step_t *step) {
    const char *argv[] = {self, "child", NULL};
    brood_os_start_t image = {0};

    (void)process;
    (void)unused;
    image.image = "/nowhere/to/be/found";
    image.argv = argv;
    image.directory = ".";
    image.boot = BROOD_OS_NO_HANDLE;
    return brood_os_process_replace(&image, step);
}

static void end(const char *plan, brood_os_process_t *process) {
    brood_os_exit_t how = {0, 0};
    apr_status_t rv = brood_os_process_wait(process, BROOD_OS_FOREVER, &how);

    if (rv != APR_SUCCESS || how.signaled || how.code != EXIT_CODE) {
        complain("the child ended otherwise", plan, rv, how.code);
    }
    brood_os_process_close(process);
}

typedef apr_status_t operation_t(brood_os_process_t *process, int tied,
                                 brood_os_start_step_t *step);

/* One failure at the k-th call; 0 when there are not so many. */
static unsigned fail_at(operation_t *operation, int tied, unsigned k, const char *status,
                        apr_status_t value) {
    brood_os_process_t process = BROOD_OS_PROCESS_INIT;
    brood_os_start_step_t step;
    apr_status_t rv;
    unsigned fired;
    char plan[60];

    (void)snprintf(plan, sizeof plan, "*:%u:%s", k, status);
    brood_test_ledger_open();
    brood__fault_plan(plan);
    rv = operation(&process, tied, &step);
    fired = brood__fault_count();
    brood__fault_plan("");
    if (rv == APR_SUCCESS) {
        end(plan, &process); /* it works without what failed */
    } else if (fired > 0 &&
               (rv != value || step == BROOD_OS_START_NONE || process.pid != 0)) {
        complain("a failure told otherwise", plan, rv, (int)step);
    } else if (fired == 0 && operation == start && rv != APR_ENOTIMPL) {
        complain("no failure asked for", plan, rv, (int)step);
    }
    if (brood_test_ledger_check() != 0) {
        complain("something is left", plan, rv, (int)step);
    }
    injected += fired;
    return fired;
}

static void sweep(operation_t *operation, int tied) {
    static const struct {
        const char *name;
        apr_status_t value;
    } statuses[] = {
        {"ENOMEM", APR_ENOMEM}, {"EMFILE", APR_EMFILE}, {"EAGAIN", APR_EAGAIN}};
    size_t i;
    unsigned k;

    for (i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        for (k = 1; k < K_MOST; k++) {
            if (fail_at(operation, tied, k, statuses[i].name, statuses[i].value) == 0) {
                break;
            }
        }
    }
}

int main(int argc, char **argv) {
    (void)argv;
    if (argc > 1) {
        return EXIT_CODE;
    }
    if (apr_initialize() != APR_SUCCESS ||
        brood_os_program_path(self, sizeof self) != APR_SUCCESS) {
        return 2;
    }
    (void)fail_at(start, 1, K_MOST, "ENOMEM",
                  APR_ENOMEM); /* what is kept from the first on */
    sweep(start, 0);
    sweep(start, 1);
    sweep(replace, 0);
    (void)printf("%u failures injected into starts, %u bad\n", injected, bad);
    return bad != 0;
}
