/* Kill points of semaphores: no permit is lost or made but what POSIX says, whatever the victim
 * was about; and nobody sleeps beside a free permit. */
#include "killing.h"

#include "participant.h"
#include "session.h"
#include <apr_thread_proc.h>

/* What a point's variant says. */
#define BY_TWO 1      /* the victim takes two and gives them at once */
#define DEAD_HOLDER 2 /* somebody died with all permits before the workers came */
#define LOSES 4       /* a plain permit is lost with the victim */
#define CROWDED 8     /* the survivors keep permits so long that the victim sleeps */

#define FEW 3u
#define MANY 60u
/* What is left to the workers; the first process has the others, or a dead one has all. */
#define PERMITS 2u

typedef struct log_t {
    killing_log_t head;
    _Atomic uint32_t inside; /* a bit for each permit in use: the worker's, and SECOND */
    _Atomic uint32_t victim; /* its participant */
} log_t;

#define SECOND (1u << KILLING_WORKERS_MAX) /* the victim has two */
#define VICTIMS (1u << KILLING_VICTIM | SECOND)

static brood_semaphore_t *the_semaphore;
static brood_process_t *the_dead;
static uint32_t permits_made;

/* ---- workers ------------------------------------------------------------------------ */

/* In a crowd the survivors stay where they are for a while. */
static void linger(const killing_worker_t *self, int64_t how_long_us) {
    int64_t end_us = brood_test_now_us() + how_long_us;
    while ((self->variant & CROWDED) != 0 && self->me != KILLING_VICTIM &&
           brood_test_now_us() < end_us) {
        apr_thread_yield();
    }
}

/* No more permits are in use than there are, but those of the dead, which have come back. */
static void use_permits(killing_worker_t *self, log_t *log, uint32_t mine,
                        uint32_t permits) {
    uint32_t mask = atomic_fetch_or(&log->inside, mine) | mine;
    uint32_t used = 0;
    for (uint32_t rest = mask; rest != 0; rest &= rest - 1) {
        used++;
    }
    if (used > permits && ((mask & VICTIMS) == 0 ||
                           !brood__participant_is_dead(atomic_load(&log->victim)))) {
        killing_fault(self, "too many are inside", mask);
    }
    linger(self, 3000);
    atomic_fetch_and(&log->inside, ~mine);
}

static int use(const brood_values_t *state, apr_pool_t *pool) {
    killing_worker_t self;
    brood_semaphore_t *semaphore;
    log_t *log;
    uint32_t permits, mine, value = 0;
    uint32_t count = 1;

    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &semaphore, &permits));
    log = self.log;
    mine = 1u << self.me;
    if ((self.variant & BY_TWO) != 0 && self.me == KILLING_VICTIM) {
        count = 2;
        mine |= SECOND;
    }
    /* The survivors begin when the victim has freed what the dead one held first. */
    while ((self.variant & DEAD_HOLDER) != 0 && self.me != KILLING_VICTIM && value == 0 &&
           !killing_over(&self)) {
        CHILD_OK(brood_semaphore_value(semaphore, &value));
        apr_thread_yield();
    }
    if (self.me == KILLING_VICTIM) {
        atomic_store(&log->victim, brood__self_id);
    }
    killing_plan(&self);
    while (!killing_over(&self)) {
        for (uint32_t i = 0; i < count; i++) {
            CHILD_OK(brood_semaphore_acquire(semaphore, KILLING_LATE_US));
        }
        use_permits(&self, log, mine, permits);
        CHILD_OK(brood_semaphore_release(semaphore, count));
        killing_step(&self);
        linger(&self, 2000); /* a semaphore is not fair: who polls would starve */
    }
    return 0;
}

/* ---- the first process -------------------------------------------------------------- */

static int hold_all(const brood_values_t *state, apr_pool_t *pool) {
    brood_semaphore_t *semaphore;
    brood_queue_t *told;
    uint32_t permits;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &semaphore, &told, &permits));
    for (uint32_t i = 0; i < permits; i++) {
        CHILD_OK(brood_semaphore_acquire(semaphore, 0));
    }
    CHILD_OK(brood_queue_put_bytes(told, "h", 1, 0));
    CHILD_STATUS(brood_semaphore_acquire(semaphore, KILLING_LATE_US), APR_SUCCESS);
    return 0;
}

/* Somebody takes all permits and is killed; its parent does not look until the end. */
static apr_status_t let_one_die(killing_t *run) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_queue_t *told;
    char word;
    size_t size;
    apr_status_t rv = brood_queue_create(&told, NULL, run->pool);
    options.method = run->method;
    if (rv == APR_SUCCESS) {
        rv = brood_process_create(&the_dead, hold_all,
                                  BROOD_ARGS(the_semaphore, told, permits_made), &options,
                                  run->pool);
    }
    if (rv == APR_SUCCESS) {
        rv = brood_process_start(the_dead);
    }
    if (rv == APR_SUCCESS) {
        rv = brood_queue_get_bytes(told, &word, 1, &size, KILLING_LATE_US);
    }
    return rv == APR_SUCCESS ? brood_process_kill(the_dead) : rv;
}

static apr_status_t make_bounded(killing_t *run) {
    permits_made = PERMITS;
    return brood_semaphore_create_bounded(&the_semaphore, PERMITS, PERMITS, run->pool);
}

static apr_status_t make_owned(killing_t *run, uint32_t permits) {
    apr_status_t rv =
        brood_semaphore_create(&the_semaphore, permits, BROOD_SEM_OWNED, run->pool);
    permits_made = permits;
    if (rv != APR_SUCCESS || (run->at->variant & DEAD_HOLDER) != 0) {
        return rv == APR_SUCCESS ? let_one_die(run) : rv;
    }
    for (uint32_t i = PERMITS; rv == APR_SUCCESS && i < permits; i++) {
        rv = brood_semaphore_acquire(the_semaphore, 0);
        permits_made--;
    }
    return rv;
}

static apr_status_t make_few(killing_t *run) {
    return make_owned(run, FEW);
}

static apr_status_t make_many(killing_t *run) {
    return make_owned(run, MANY);
}

static apr_status_t place(killing_t *run, uint32_t worker) {
    return killing_place(run, worker, use, BROOD_ARGS(the_semaphore, permits_made));
}

static void check(killing_t *run) {
    uint32_t lost =
        (run->at->variant & LOSES) != 0 && run->way != KILLING_STOPPED ? 1 : 0;
    uint32_t value = 0;
    if ((run->at->variant & DEAD_HOLDER) != 0) {
        (void)killing_code_of(the_dead);
    }
    if (brood_semaphore_value(the_semaphore, &value) != APR_SUCCESS ||
        value != permits_made - lost) {
        killing_complain(run->at->point, "permits at the end", value);
    }
}

#define BOTH (1u << 1 | 1u << 2)

static const killing_point_t of_bounded[] = {
    {"semaphore.taken", 50, LOSES, 0, 0},
    {"semaphore.given", 50, 0, 0, 0},
    {"semaphore.waiting", 1, 0, 0, 0},
    {"waiter.waiting", 1, CROWDED, 0, 0},
};

static const killing_point_t of_owned[] = {
    {"semaphore.taken", 50, 0, 0, 0},
    {"semaphore.taken", 50, BY_TWO, .holds = BOTH}, /* its second one */
    {"semaphore.marked", 25, BY_TWO, .holds = BOTH},
    {"semaphore.given", 50, 0, 0, 0},
    {"semaphore.waiting", 1, 0, 0, 0},
    {"waiter.waiting", 1, CROWDED, 0, 0},
    {"semaphore.sweeping", 1, DEAD_HOLDER, 0, 0},
};

#define KIND(words, points_of, made)                                              \
    {                                                                             \
        .name = (words), .points = (points_of),                                   \
        .point_count = sizeof(points_of) / sizeof(points_of)[0], .workers = 3,    \
        .log_size = sizeof(log_t), .make = (made), .place = place, .check = check \
    }

static const killing_kind_t kinds[] = {
    KIND("bounded semaphore", of_bounded, make_bounded),
    KIND("owned semaphore, few", of_owned, make_few),
    KIND("owned semaphore, many", of_owned, make_many),
};

KILLING_MAIN(kinds)
