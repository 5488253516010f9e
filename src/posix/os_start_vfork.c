/* Starting an image where posix_spawn() cannot do all that is wanted. */
#include "posix.h"

#include "start_plan.h"

apr_status_t brood__start_image(const brood_start_plan_t *plan, pid_t *pid,
                                brood_os_start_step_t *step) {
    *step = BROOD_OS_START_EXECUTE;
    BROOD_FAULT("os.start_execute");
    return plan->tied_to != 0 ? brood__start_by_keeper(plan, pid, step)
                              : brood__start_vfork(plan, pid, step);
}
