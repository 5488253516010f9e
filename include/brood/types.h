/* The names of Brood's objects, for the headers that only mention them. */
#ifndef BROOD_TYPES_H
#define BROOD_TYPES_H

#include "brood/export.h"
#include <apr_errno.h>
#include <apr_pools.h>
#include <apr_time.h>
#include <stddef.h>
#include <stdint.h>

/* X(NAME, name, code): the things that can be handed to another process. Each is an opaque
 * brood_NAME_t in a memory pool; what travels is a handle to the shared thing behind it. The
 * codes are on the wire: they count from 1 and never change once released. */
#define BROOD_HANDLE_TABLE(X)         \
    X(QUEUE, queue, 1)                \
    X(CONNECTION, connection, 2)      \
    X(LOCK, lock, 3)                  \
    X(RLOCK, rlock, 4)                \
    X(SEMAPHORE, semaphore, 5)        \
    X(CONDITION, condition, 6)        \
    X(EVENT, event, 7)                \
    X(BARRIER, barrier, 8)            \
    X(SHARED_VALUE, shared_value, 9)  \
    X(SHARED_ARRAY, shared_array, 10) \
    X(BLOCK, block, 11)               \
    X(SHAREABLE_LIST, shareable_list, 12)

#define BROOD__HANDLE_TYPE(NAME, name, code) \
    typedef struct brood_##name##_t brood_##name##_t;
BROOD_HANDLE_TABLE(BROOD__HANDLE_TYPE)
#undef BROOD__HANDLE_TYPE

/* Values that have been packed: an immutable sequence. */
typedef struct brood_values_t brood_values_t;

/* A process that this one has made. */
typedef struct brood_process_t brood_process_t;

/* How processes are started, for one part of a program. */
typedef struct brood_context_t brood_context_t;

/* Another program that this process has made a command of. */
typedef struct brood_command_t brood_command_t;

/* A kernel object as this process names it: a file descriptor on POSIX, a HANDLE on
 * Windows (cast it to void *). */
typedef intptr_t brood_native_t;

/* Timeouts are apr_interval_time_t in microseconds: negative waits for ever, 0 tries once
 * and never waits, and one that ran out is APR_TIMEUP. */
#define BROOD_FOREVER ((apr_interval_time_t)-1)

#endif
