/* Starter: the seam itself starts children that end with this process from a thread that lasts as
 * long as that. Internal. */
#ifndef BROOD_COMMON_STARTER_H
#define BROOD_COMMON_STARTER_H

#include "os/process.h"

static inline apr_status_t brood__starter_start(brood_os_process_t *process,
                                                const brood_os_start_t *start,
                                                brood_os_start_step_t *step) {
    return brood_os_process_start(process, start, step);
}

#endif
