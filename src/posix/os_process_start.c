/* Starting a program: the plan is made, carried out, and taken back.
 *
 * The child gets the standard streams, the boot stream as number 3, and nothing else. How it is
 * done differs: os_start_spawn.c where posix_spawn() can close the rest and change the
 * directory, os_start_vfork.c elsewhere. */
#include "posix.h"

#include "os/process.h"
#include "start_plan.h"
#include "watch.h"

apr_status_t brood_os_process_start(brood_os_process_t *process,
                                    const brood_os_start_t *start,
                                    brood_os_start_step_t *step) {
    const brood_os_process_t none = BROOD_OS_PROCESS_INIT;
    brood_start_plan_t plan;
    pid_t pid = 0;
    apr_status_t status;

    *process = none;
    *step = BROOD_OS_START_PREPARE;
    BROOD_FAULT("os.process_start");
    status = brood__plan_make(&plan, start, step);
    if (status == APR_SUCCESS) {
        status = brood__start_image(&plan, &pid, step);
        if (status != APR_SUCCESS) {
            status = brood__plan_explain(&plan, status, *step);
        }
    }
    brood__plan_release(&plan);
    if (status == APR_SUCCESS) {
        *step = BROOD_OS_START_NONE;
        process->pid = pid;
        process->handle = brood__watch_child(pid);
    }
    return status;
}
