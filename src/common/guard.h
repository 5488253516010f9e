/* A lock between the threads of one process, for a few instructions at a time.
 *
 * It works before APR is initialised, needs no destruction, and can be put right in a forked
 * child, where the thread that held it does not exist: brood__guard_reset(). */
#ifndef BROOD_COMMON_GUARD_H
#define BROOD_COMMON_GUARD_H

#include "os/clock.h"
#include <stdatomic.h>

typedef struct brood__guard_t {
    atomic_int taken;
} brood__guard_t;

#define BROOD__GUARD_INIT \
    { 0 }

static inline void brood__guard_take(brood__guard_t *guard) {
    /* acquire: pairs with the release in brood__guard_give */
    while (atomic_exchange_explicit(&guard->taken, 1, memory_order_acquire) != 0) {
        brood_os_yield();
    }
}

/* 1: taken; 0: somebody else has it. */
static inline int brood__guard_try(brood__guard_t *guard) {
    /* acquire: pairs with the release in brood__guard_give */
    return atomic_exchange_explicit(&guard->taken, 1, memory_order_acquire) == 0;
}

static inline void brood__guard_give(brood__guard_t *guard) {
    /* release: pairs with the acquire in brood__guard_take */
    atomic_store_explicit(&guard->taken, 0, memory_order_release);
}

/* In a forked child: whoever held it is not here. Most often nobody did, and what is not written
 * need not be copied. */
static inline void brood__guard_reset(brood__guard_t *guard) {
    if (atomic_load_explicit(&guard->taken, memory_order_relaxed) != 0) {
        atomic_store_explicit(&guard->taken, 0, memory_order_relaxed);
    }
}

#endif
