/* The jobs whose members end with this process. */
#ifndef BROOD_WIN32_JOB_H
#define BROOD_WIN32_JOB_H

#include "system.h"

/* Made at the first call and kept until the process ends; NULL with *status on failure. `whole` 1:
 * what the members start is in it, too; 0: it is not. */
HANDLE brood__tied_job(int whole, apr_status_t *status);

/* Whether the handle is that of a job. */
int brood__job_keeps(HANDLE handle);

#endif
