/* Context: settings for starts, as processes and servers see them. Internal. */
#ifndef BROOD_COMMON_CONTEXT_H
#define BROOD_COMMON_CONTEXT_H

#include "brood/context.h"
#include "server.h"

/* Processes hold the context they were made with, whatever becomes of its pool. NULL is the
 * program's in all of these. */
brood_context_t *brood__context_hold(brood_context_t *context);
void brood__context_release(brood_context_t *context);

/* What was asked for, else what the context says, else the default. */
brood_start_method_t brood__context_wanted(const brood_context_t *context,
                                           brood_start_method_t asked);
apr_interval_time_t brood__context_timeout(const brood_context_t *context,
                                           apr_interval_time_t asked);
const char *brood__context_program(const brood_context_t *context, const char *asked);
int brood__context_allows_threads(const brood_context_t *context);

/* Where its forkserver is asked for: one of its own, or the program's. */
brood__site_t *brood__context_site(const brood_context_t *context);

#endif
