/* Included before everything else when the library is compiled for the simulation: each atomic,
 * each fence, each point where a test may kill and each copy of memory first calls the scheduler,
 * which may let another simulated process run, or let this one die there.
 *
 * All simulated processes share one thread and change places only in those calls, so that the
 * operation itself need not be atomic. Its arguments are worked out first, as the language
 * demands. */
#ifndef BROOD_SIMULATION_ATOMICS_H
#define BROOD_SIMULATION_ATOMICS_H

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

void simulation_step(const char *file, int line, const char *what);
int simulation_fails_for_nothing(void); /* what a weak compare-and-exchange may do */
void *simulation_copy(void *to, const void *from, size_t size, const char *file,
                      int line);

/* The names in the macros below hide each other where one is in the arguments of another; and what
 * is smaller than an int is an int in them. The library itself is compiled with both warnings. */
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"

/* The type of what the object holds, which is not atomic. */
#define SIMULATION_VALUE __typeof__(*simulation_object + 0)

#define SIMULATION_STEP(what) simulation_step(__FILE__, __LINE__, what)

#define SIMULATION_LOAD(object)                                 \
    __extension__({                                             \
        __auto_type simulation_object = (object);               \
        SIMULATION_STEP("load " #object);                       \
        SIMULATION_VALUE simulation_value = *simulation_object; \
        simulation_value;                                       \
    })

#define SIMULATION_STORE(object, value)            \
    __extension__({                                \
        __auto_type simulation_object = (object);  \
        SIMULATION_VALUE simulation_new = (value); \
        SIMULATION_STEP("store " #object);         \
        *simulation_object = simulation_new;       \
        (void)0;                                   \
    })

/* What it held before; `next` is made from that, simulation_old, and from simulation_more. */
#define SIMULATION_CHANGE(what, object, more, next)              \
    __extension__({                                              \
        __auto_type simulation_object = (object);                \
        __auto_type simulation_more = (more);                    \
        SIMULATION_STEP(what " " #object);                       \
        SIMULATION_VALUE simulation_old = *simulation_object;    \
        (void)simulation_more;                                   \
        *simulation_object = (__typeof__(simulation_old))(next); \
        simulation_old;                                          \
    })

#define SIMULATION_EXCHANGE_IF(object, expected, desired, weak)            \
    __extension__({                                                        \
        __auto_type simulation_object = (object);                          \
        __auto_type simulation_expected = (expected);                      \
        SIMULATION_VALUE simulation_new = (desired);                       \
        SIMULATION_STEP("cas " #object);                                   \
        SIMULATION_VALUE simulation_old = *simulation_object;              \
        int simulation_same = simulation_old == *simulation_expected &&    \
                              !((weak) && simulation_fails_for_nothing()); \
        if (simulation_same) {                                             \
            *simulation_object = simulation_new;                           \
        } else {                                                           \
            *simulation_expected = simulation_old;                         \
        }                                                                  \
        simulation_same;                                                   \
    })

#undef atomic_load
#undef atomic_load_explicit
#undef atomic_store
#undef atomic_store_explicit
#undef atomic_exchange
#undef atomic_exchange_explicit
#undef atomic_compare_exchange_strong
#undef atomic_compare_exchange_strong_explicit
#undef atomic_compare_exchange_weak
#undef atomic_compare_exchange_weak_explicit
#undef atomic_fetch_add
#undef atomic_fetch_add_explicit
#undef atomic_fetch_sub
#undef atomic_fetch_sub_explicit
#undef atomic_fetch_or
#undef atomic_fetch_or_explicit
#undef atomic_fetch_and
#undef atomic_fetch_and_explicit
#undef atomic_fetch_xor
#undef atomic_fetch_xor_explicit
#undef atomic_thread_fence

#define atomic_load(o) SIMULATION_LOAD(o)
#define atomic_load_explicit(o, order) SIMULATION_LOAD(o)
#define atomic_store(o, v) SIMULATION_STORE(o, v)
#define atomic_store_explicit(o, v, order) SIMULATION_STORE(o, v)
#define atomic_exchange(o, v) SIMULATION_CHANGE("exchange", o, v, simulation_more)
#define atomic_exchange_explicit(o, v, order) atomic_exchange(o, v)
#define atomic_fetch_add(o, v) \
    SIMULATION_CHANGE("add", o, v, simulation_old + simulation_more)
#define atomic_fetch_add_explicit(o, v, order) atomic_fetch_add(o, v)
#define atomic_fetch_sub(o, v) \
    SIMULATION_CHANGE("sub", o, v, simulation_old - simulation_more)
#define atomic_fetch_sub_explicit(o, v, order) atomic_fetch_sub(o, v)
#define atomic_fetch_or(o, v) \
    SIMULATION_CHANGE("or", o, v, simulation_old | simulation_more)
#define atomic_fetch_or_explicit(o, v, order) atomic_fetch_or(o, v)
#define atomic_fetch_and(o, v) \
    SIMULATION_CHANGE("and", o, v, simulation_old &simulation_more)
#define atomic_fetch_and_explicit(o, v, order) atomic_fetch_and(o, v)
#define atomic_fetch_xor(o, v) \
    SIMULATION_CHANGE("xor", o, v, simulation_old ^ simulation_more)
#define atomic_fetch_xor_explicit(o, v, order) atomic_fetch_xor(o, v)
#define atomic_compare_exchange_strong(o, e, d) SIMULATION_EXCHANGE_IF(o, e, d, 0)
#define atomic_compare_exchange_strong_explicit(o, e, d, yes, no) \
    SIMULATION_EXCHANGE_IF(o, e, d, 0)
#define atomic_compare_exchange_weak(o, e, d) SIMULATION_EXCHANGE_IF(o, e, d, 1)
#define atomic_compare_exchange_weak_explicit(o, e, d, yes, no) \
    SIMULATION_EXCHANGE_IF(o, e, d, 1)
#define atomic_thread_fence(order) SIMULATION_STEP("fence")

/* A process may be seen, or die, when half of a message is copied. */
#undef memcpy
#define memcpy(to, from, size) simulation_copy(to, from, size, __FILE__, __LINE__)

/* In place of os/fault.h. */
#define BROOD_OS_FAULT_H
#define BROOD_FAULT(point) ((void)0)
#define BROOD_KILL_POINT(point) SIMULATION_STEP("point " point)
#define BROOD_WAIT_POINT(point) SIMULATION_STEP("point " point)

/* In place of guard.h: a simulated process has one thread, and the lists that these guard are
 * the same for all of them. */
#define BROOD_COMMON_GUARD_H
typedef struct brood__guard_t {
    int unused;
} brood__guard_t;
#define BROOD__GUARD_INIT \
    { 0 }
static inline void brood__guard_take(brood__guard_t *guard) {
    (void)guard;
}
static inline int brood__guard_try(brood__guard_t *guard) {
    (void)guard;
    return 1;
}
static inline void brood__guard_give(brood__guard_t *guard) {
    (void)guard;
}
static inline void brood__guard_reset(brood__guard_t *guard) {
    (void)guard;
}

#endif
