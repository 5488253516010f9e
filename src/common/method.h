/* Start methods: which one a process is started by. Internal. */
#ifndef BROOD_COMMON_METHOD_H
#define BROOD_COMMON_METHOD_H

#include "brood/process.h"

/* The method for a process whose options say `wanted`; never BROOD_START_DEFAULT. */
apr_status_t brood__method_resolve(brood_start_method_t wanted,
                                   brood_start_method_t *method);

/* Whether this system has it: APR_SUCCESS or BROOD_EMETHOD. BROOD_START_DEFAULT is there. */
apr_status_t brood__method_check(brood_start_method_t method);

/* What brood_set_start_method() was told: it travels to children. */
brood_start_method_t brood__method_chosen(void);

#endif
