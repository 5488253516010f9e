/* The names of Brood's objects, for the headers that only mention them. */
#ifndef BROOD_TYPES_H
#define BROOD_TYPES_H

#include "brood/export.h"
#include <apr_errno.h>
#include <apr_pools.h>
#include <apr_time.h>
#include <stddef.h>
#include <stdint.h>

/* Things that can be handed to another process. Each is an opaque object in a memory pool;
 * what travels is a handle to the shared thing behind it. */
typedef struct brood_queue_t brood_queue_t;
typedef struct brood_connection_t brood_connection_t;
typedef struct brood_lock_t brood_lock_t;

/* Values that have been packed: an immutable sequence. */
typedef struct brood_values_t brood_values_t;

/* A process that this one has made. */
typedef struct brood_process_t brood_process_t;

/* A kernel object as this process names it: a file descriptor on POSIX, a HANDLE on
 * Windows (cast it to void *). */
typedef intptr_t brood_native_t;

/* Timeouts are apr_interval_time_t in microseconds: negative waits for ever, 0 tries once
 * and never waits, and one that ran out is APR_TIMEUP. */
#define BROOD_FOREVER ((apr_interval_time_t)-1)

#endif
