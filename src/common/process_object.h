/* The process object, for the files that implement process.h. Internal. */
#ifndef BROOD_COMMON_PROCESS_OBJECT_H
#define BROOD_COMMON_PROCESS_OBJECT_H

#include "brood/process.h"
#include "child.h"

struct brood_process_t {
    brood_target_fn *target;
    brood_values_t *state;
    brood_process_options_t options;
    char *name;
    char *label;
    apr_pool_t *pool;
    int64_t creator; /* pid of the process that made it */
    int closed;
    _Atomic int64_t pid; /* of this and of the child any thread may ask */
    brood__child_t *_Atomic child; /* NULL before the start and after the close */
};

/* Whether this is the copy that lies in the forked child itself. */
int brood__process_is_self(const brood_process_t *process);

/* That this process may ask about the child: it made the object and has started it. */
apr_status_t brood__process_check_started(const brood_process_t *process);

#endif
