/* The job whose members end with this process. */
#ifndef BROOD_WIN32_JOB_H
#define BROOD_WIN32_JOB_H

#include "system.h"

/* Made at the first call and kept until the process ends; NULL with *status on failure. What its
 * members start is not in it. */
HANDLE brood__tied_job(apr_status_t *status);

/* Whether the handle is that of the job. */
int brood__job_keeps(HANDLE handle);

#endif
