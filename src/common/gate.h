/* A gate between the threads that make descriptors and those that fork: what a fork would find
 * half made, and could not let go of, is finished first.
 *
 * Who is inside makes a few system calls and waits for nothing, so a fork waits for all of them,
 * and they wait for a fork; but neither for ever. Functions of the program run in a fork
 * (pthread_atfork), and may wait for a lock that is held by the thread which waits here; and a
 * process that was forked without the gate may have the count of threads that it has not. What is
 * made meanwhile is the child's then, too, which is the lesser harm. */
#ifndef BROOD_COMMON_GATE_H
#define BROOD_COMMON_GATE_H

#include "os/clock.h"
#include <stdatomic.h>

/* How long one waits. */
#define BROOD__GATE_NS (200 * 1000000LL)

typedef struct brood__gate_t {
    atomic_int inside;
    atomic_int forks;
} brood__gate_t;

#define BROOD__GATE_INIT \
    { 0, 0 }

static inline void brood__gate_enter(brood__gate_t *gate) {
    int64_t end = 0;
    /* seq_cst: pairs with brood__gate_fork(); one of the two sees the other's count */
    atomic_fetch_add(&gate->inside, 1);
    while (atomic_load(&gate->forks) != 0) { /* or it has taken too long */
        if (end != 0 && brood_os_now_ns() >= end) {
            return;
        }
        atomic_fetch_sub(&gate->inside, 1);
        end = end != 0 ? end : brood_os_now_ns() + BROOD__GATE_NS;
        brood_os_yield();
        atomic_fetch_add(&gate->inside, 1);
    }
}

static inline void brood__gate_leave(brood__gate_t *gate) {
    /* seq_cst: pairs with the load in brood__gate_fork() */
    atomic_fetch_sub(&gate->inside, 1);
}

static inline void brood__gate_fork(brood__gate_t *gate) {
    int64_t end = 0;
    /* seq_cst: pairs with brood__gate_enter() */
    atomic_fetch_add(&gate->forks, 1);
    while (atomic_load(&gate->inside) != 0) { /* or it has taken too long */
        if (end != 0 && brood_os_now_ns() >= end) {
            return;
        }
        end = end != 0 ? end : brood_os_now_ns() + BROOD__GATE_NS;
        brood_os_yield();
    }
}

static inline void brood__gate_forked(brood__gate_t *gate) {
    /* seq_cst: pairs with the load in brood__gate_enter() */
    atomic_fetch_sub(&gate->forks, 1);
}

/* In a forked child, which is alone. What is not written need not be copied. */
static inline void brood__gate_reset(brood__gate_t *gate) {
    /* relaxed: nobody else is here */
    if (atomic_load_explicit(&gate->inside, memory_order_relaxed) != 0) {
        atomic_store_explicit(&gate->inside, 0, memory_order_relaxed);
    }
    if (atomic_load_explicit(&gate->forks, memory_order_relaxed) != 0) {
        atomic_store_explicit(&gate->forks, 0, memory_order_relaxed);
    }
}

#endif
