/* The pipe on which a child that is being started reports a failure (start_vfork.c). A successful
 * exec closes the child's end. Internal. */
#ifndef BROOD_POSIX_START_REPORT_H
#define BROOD_POSIX_START_REPORT_H

#include "os/process.h"

typedef struct brood_failure_t {
    int error;
    brood_os_start_step_t step;
} brood_failure_t;

typedef struct brood_report_t {
    struct brood_report_t *next;
    int ends[2]; /* the writing one above the numbers moved to; -1: closed */
} brood_report_t;

#define BROOD_REPORT_INIT {NULL, {-1, -1}}

apr_status_t brood__report_open(brood_report_t *report);
void brood__report_close_end(brood_report_t *report, int end);

/* Reads it: *failure is left alone when the image runs. */
apr_status_t brood__report_read(const brood_report_t *report, brood_failure_t *failure);

/* The reading end, too. */
void brood__report_close(brood_report_t *report);

#endif
