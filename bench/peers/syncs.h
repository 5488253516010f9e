/* The ways in which one process tells another that it may go on, each behind the same
 * functions. */
#ifndef BENCH_SYNCS_H
#define BENCH_SYNCS_H

#include "support/work.h"

/* A pair of them, one for each direction. `give` says that the side may go on, `take` waits
 * until somebody has said so, and uses it up. */
typedef struct bench_sync_kind_t {
    const char *name;
    bench_part_t part;
    int brood;
    /* `room` is 512 bytes of shared memory, all zero. NULL: it could not be made. */
    void *(*open)(void *room);
    int (*give)(void *pair, unsigned side);
    int (*take)(void *pair, unsigned side);
    void (*close)(void *pair);
} bench_sync_kind_t;

extern const bench_sync_kind_t bench_brood_semaphore;
extern const bench_sync_kind_t bench_brood_bounded_semaphore;
extern const bench_sync_kind_t bench_brood_owned_semaphore; /* knows who holds a permit */
extern const bench_sync_kind_t bench_brood_event;
extern const bench_sync_kind_t bench_brood_condition;
extern const bench_sync_kind_t bench_posix_semaphore;
extern const bench_sync_kind_t bench_pthread_condition; /* with a robust mutex */
extern const bench_sync_kind_t bench_sysv_semaphore;    /* with SEM_UNDO */

#endif
