/* Conformance suites: the same worker functions run in processes, under every start method,
 * and in threads that stand for processes.
 *
 * A case makes its objects, then N parties use them at once, then it looks at what came of it.
 * Threads start no process, so such a run can be watched by ThreadSanitizer, helgrind and drd.
 * They run in two modes: `threads`, in which each has handles of its own, made as a child's are
 * made; and `shared`, in which all use the same handles.
 *
 *     typedef struct place_t { long one, other; } place_t;   // zero at the start
 *
 *     static void setup(conformance_t *run) {
 *         brood_lock_t *lock;
 *         assert_success(brood_lock_create(&lock, run->pool));
 *         conformance_args(run, BROOD_ARGS(lock));
 *     }
 *     static int party(conformance_party_t *self) {
 *         brood_lock_t *lock;
 *         place_t *place = self->place;
 *         CHILD_OK(BROOD_UNPACK(self->state, &lock));
 *         CHILD_CHECK(conformance_gate(self));               // all begin together
 *         …CHILD_OK(brood_lock_acquire(lock, CONFORMANCE_LATE_US));…
 *         CONFORMANCE_AWAIT(self, atomic_load(&place->waiting) == 3);
 *         return 0;
 *     }
 *     static void check(conformance_t *run) {
 *         place_t *place = run->place;
 *         assert_int_equal(place->one, 4000);
 *     }
 *     static const conformance_case_t cases[] = {
 *         {.name = "they exclude each other", .parties = 4, .place_size = sizeof(place_t),
 *          .setup = setup, .party = party, .check = check},
 *     };
 *     CONFORMANCE_MAIN(cases)
 *
 *   conformance_NAME [--mode threads|shared|fork|spawn|forkserver|all] [--case WORDS]
 *
 * A party answers with 0, or leaves by CHILD_OK, CHILD_STATUS or CHILD_CHECK (methods.h), which
 * say why; the others' gates and awaits then fail at once. CMocka's assertions are for setup
 * and check, which run in the first process, in its first thread. */
#ifndef BROOD_CONFORMANCE_H
#define BROOD_CONFORMANCE_H

#include "brood/brood.h"
#include "methods.h"
#include <stdatomic.h>
#include <stdint.h>

#define CONFORMANCE_PARTIES_MAX 32u
/* How long for what must happen, but when is not the matter; and how often a case does something
 * that it does many times. Under valgrind everything takes a hundred times as long. */
#ifdef BROOD_VALGRIND
#define CONFORMANCE_LATE_US (120 * 1000000)
#define CONFORMANCE_TIMES(many) ((many) / 20)
#else
#define CONFORMANCE_LATE_US (20 * 1000000)
#define CONFORMANCE_TIMES(many) (many)
#endif

typedef struct conformance_case_t conformance_case_t;

/* One run of a case, for setup and check. */
typedef struct conformance_t {
    const conformance_case_t *at;
    int threads;                 /* the parties are threads of this process */
    brood_start_method_t method; /* of those that are processes */
    apr_pool_t *pool;            /* cleared after check, before the ledger is looked at */
    void *place;          /* place_size bytes that all parties share, 0 at the start */
    int variant;          /* of the case */
    void *mine;           /* whatever setup wants check to know */
    brood_values_t *args; /* set by conformance_args() */
} conformance_t;

/* One party, in its own process or thread. */
typedef struct conformance_party_t {
    const brood_values_t *state; /* what setup gave to conformance_args() */
    void *place;      /* as above. In plain memory: guard it by what is tested, so
                                    that the tools see whether it is guarded */
    uint32_t me;      /* 0, 1, … */
    uint32_t count;   /* how many parties there are */
    int variant;      /* of the case */
    int threads;      /* the parties are threads of one process */
    apr_pool_t *pool; /* of this party */
    void *head;       /* the engine's own */
} conformance_party_t;

struct conformance_case_t {
    const char *name;
    uint32_t parties; /* 1 to CONFORMANCE_PARTIES_MAX */
    size_t place_size;
    /* Makes the objects and calls conformance_args(). */
    void (*setup)(conformance_t *run);
    int (*party)(conformance_party_t *self);

    /* ---- the rest may be left out ---- */

    /* After all parties have ended as they should. */
    void (*check)(conformance_t *run);
    /* Whatever setup, party and check want to know: one function for several cases. */
    int variant;
    /* 1: means something between processes only (who owns, who dies): no thread modes. */
    int processes_only;
    /* 1: means something with a handle for each party only: not in the mode `shared`. */
    int own_handles;
    /* So many parties, those with the highest numbers, must die, by conformance_die() or conformance_kill(); the case is
     * then of processes only. */
    uint32_t dying;
};

#define CONFORMANCE_MAIN(cases)                                                     \
    int main(int argc, char **argv) {                                               \
        return conformance_main(cases, sizeof cases / sizeof cases[0], argc, argv); \
    }
int conformance_main(const conformance_case_t *cases, size_t count, int argc,
                     char **argv);

/* ---- for setup ---------------------------------------------------------------------- */

/* What each party finds in self->state. */
void conformance_args(conformance_t *run, brood_args_t args);

/* ---- for parties -------------------------------------------------------------------- */

/* Waits until every party has come to a gate (the dying too): 1. It may be gone through any
 * number of times. 0: another party has failed, or they do not come in 20 seconds. */
int conformance_gate(conformance_party_t *self);

/* Waits, giving way to others, until the condition holds; leaves the party when another has
 * failed or it does not hold within 20 seconds. */
#define CONFORMANCE_AWAIT(self, condition)                                      \
    do {                                                                        \
        int64_t conformance_end = brood_test_now_us() + CONFORMANCE_LATE_US;    \
        while (!(condition)) {                                                  \
            CHILD_CHECK(conformance_wait(self, conformance_end) && #condition); \
        }                                                                       \
    } while (0)
/* One turn of that: 0 when it is over. */
int conformance_wait(conformance_party_t *self, int64_t end_us);

/* Waits until `count` threads of any processes sleep or wait in the object behind this handle,
 * as the session's waiter records say: 1. 0 as with the gate. */
int conformance_await_waiters(conformance_party_t *self, void *object, uint32_t count);

/* This process dies at once, as by kill -9. Does not return. */
void conformance_die(conformance_party_t *self);

/* Another party dies so; one of the dying, who has come to a gate. */
void conformance_kill(conformance_party_t *self, uint32_t party);

/* Waits until it is dead: 1. 0 as with the gate. */
int conformance_await_death(conformance_party_t *self, uint32_t party);

#endif
