/* The shared memory of other processes' sessions, as found from outside. Internal. */
#ifndef BROOD_COMMON_DOCTOR_OUTSIDE_H
#define BROOD_COMMON_DOCTOR_OUTSIDE_H

#include "doctor_reading.h"
#include <apr_tables.h>

typedef struct brood__outside_t {
    /* brood__source_t, each segment once, with a handle of ours. */
    apr_array_header_t *sources;
    apr_array_header_t *users; /* {pid, number of a source}, sorted by pid */
} brood__outside_t;

/* Finds everything; `write` as brood_os_outside_find() has it. brood__outside_close() follows,
 * also after a failure. */
apr_status_t brood__outside_find(brood__outside_t *outside, int write, apr_pool_t *pool);
void brood__outside_close(brood__outside_t *outside);

/* The sources that the processes have which have this control segment; `others` has room for
 * all. Returns how many. */
size_t brood__outside_of(const brood__outside_t *outside, int control,
                         brood__source_t *others, apr_pool_t *pool);

#endif
