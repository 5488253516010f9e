/* The kinds of locks that are compared, each behind the same functions. */
#ifndef BENCH_LOCKS_H
#define BENCH_LOCKS_H

#include "support/work.h"

typedef struct bench_lock_kind_t {
    const char *name;
    bench_part_t part;
    int brood;
    /* `room` is 256 bytes of shared memory, all zero. Returns what the others are given, or
     * NULL when it could not be made. */
    void *(*open)(void *room);
    int (*acquire)(void *lock);
    int (*release)(void *lock);
    void (*close)(void *lock);
} bench_lock_kind_t;

extern const bench_lock_kind_t bench_brood_lock;
extern const bench_lock_kind_t bench_pthread_robust;
extern const bench_lock_kind_t bench_pthread_plain; /* no recovery from a death */
extern const bench_lock_kind_t bench_apr_pthread;
extern const bench_lock_kind_t bench_apr_default;
extern const bench_lock_kind_t bench_apr_fcntl;
extern const bench_lock_kind_t bench_futex_word; /* neither recovery nor an owner */

#endif
