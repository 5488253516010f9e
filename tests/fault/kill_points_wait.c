/* Kill points of a wait for several things: those who put ring the bells of those who wait, and
 * one of either is killed on the way. Nobody misses a message for longer than a slice, and nothing
 * that was acknowledged is missing but what a killed consumer had in its hands. */
#include "killing.h"
#include "os/clock.h"
#include "waiting.h"
#include <string.h>

#define NUMBERS 1000000 /* more than are put in the time that a case takes */
#define PATIENCE_US 2000

/* What a point's variant says. */
#define CONSUMER 1 /* the victim and its likes are; else they are producers */

enum { VICTIM, SAME_SIDE, OTHER_SIDE, WORKERS };

typedef struct log_t {
    killing_log_t head;
    _Atomic uint32_t acked[2];
    _Atomic uint8_t taken[2][NUMBERS]; /* how often */
} log_t;

static brood_queue_t *the_queue;
static brood_queue_t *silent;

/* ---- workers ------------------------------------------------------------------------ */

/* Puts where somebody waits, so that somebody is rung for nearly every message. */
static int produce(const brood_values_t *state, apr_pool_t *pool) {
    killing_worker_t self;
    brood_queue_t *queue, *unused;
    uint32_t message[2] = {0, 0};
    log_t *log;

    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &queue, &unused, &message[0]));
    log = self.log;
    killing_plan(&self);
    while (!killing_over(&self) && message[1] < NUMBERS - 1) {
        int64_t end_us = brood_test_now_us() + PATIENCE_US;
        apr_status_t rv;
        while (brood_test_waiters_in(queue) == 0 && brood_test_now_us() < end_us) {
            brood_os_yield();
        }
        rv = brood_queue_put_bytes(queue, message, sizeof message, 100000);
        if (rv == APR_TIMEUP) {
            continue;
        }
        CHILD_OK(rv);
        message[1]++;
        atomic_store(&log->acked[message[0]], message[1]);
        killing_step(&self);
    }
    return 0;
}

static int consume(const brood_values_t *state, apr_pool_t *pool) {
    killing_worker_t self;
    brood_queue_t *queue, *other;
    uint32_t unused, message[2];
    log_t *log;

    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &queue, &other, &unused));
    log = self.log;
    killing_plan(&self);
    for (;;) {
        brood_wait_item_t items[] = {BROOD_WAIT_QUEUE(other), BROOD_WAIT_QUEUE(queue)};
        size_t size;
        apr_status_t rv = brood_wait(items, 2, 100000, NULL);
        if (rv == APR_SUCCESS) {
            rv = brood_queue_get_bytes(queue, message, sizeof message, &size, 0);
        }
        if (rv == APR_TIMEUP && killing_over(&self)) {
            return 0;
        }
        if (rv == APR_TIMEUP) {
            continue;
        }
        CHILD_OK(rv);
        if (size != sizeof message || message[0] > 1 || message[1] >= NUMBERS) {
            killing_fault(&self, "torn", message[1]);
            return 98;
        }
        atomic_fetch_add(&log->taken[message[0]][message[1]], 1);
        killing_step(&self);
    }
}

/* ---- one case ----------------------------------------------------------------------- */

/* Few places: where the record of a victim stays, nothing else would hold the producers up, and
 * they would run out of numbers. */
static apr_status_t make(killing_t *run) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    apr_status_t rv;
    options.max_items = 3;
    rv = brood_queue_create(&the_queue, &options, run->pool);
    return rv != APR_SUCCESS ? rv : brood_queue_create(&silent, NULL, run->pool);
}

static apr_status_t place(killing_t *run, uint32_t worker) {
    int consumes = (run->at->variant & CONSUMER) != 0;
    uint32_t producer = worker == SAME_SIDE;

    if (worker == OTHER_SIDE) {
        consumes = !consumes;
    }
    return killing_place(run, worker, consumes ? consume : produce,
                         BROOD_ARGS(the_queue, silent, producer));
}

static void take_the_rest(log_t *log) {
    uint32_t message[2];
    size_t size;

    while (brood_queue_get_bytes(the_queue, message, sizeof message, &size, 0) ==
           APR_SUCCESS) {
        if (message[0] < 2 && message[1] < NUMBERS) {
            atomic_fetch_add(&log->taken[message[0]][message[1]], 1);
        }
    }
}

static void check(killing_t *run) {
    log_t *log = run->log;
    int missing = 0;
    int producer;
    uint32_t i;

    take_the_rest(log);
    for (producer = 0; producer < 2; producer++) {
        for (i = 0; i < NUMBERS; i++) {
            unsigned taken = atomic_load(&log->taken[producer][i]);
            if (taken > 1) {
                killing_complain(run->at->point, "a message came twice", i);
            }
            missing += taken == 0 && i < atomic_load(&log->acked[producer]);
        }
    }
    if (missing > ((run->at->variant & CONSUMER) != 0)) {
        killing_complain(run->at->point, "acknowledged messages are lost", missing);
    }
    if (brood_test_waiters_in(silent) > ((run->at->variant & CONSUMER) != 0)) {
        killing_complain(run->at->point, "the living have left records", 0);
    }
}

#define SAME (1u << SAME_SIDE)

static const killing_point_t points[] = {
    {"queue.put.published", 20, 0, SAME, 0},
    {"queue.put.unlocked", 20, 0, 0, 0},
    {"queue.bell.seen", 20, 0, 0, 0},
    {"queue.bell.taken", 20, 0, 0, 0},
    {"queue.bell.rung", 20, 0, 0, 0},
    {"waiter.claimed", 20, CONSUMER, 0, 0},
    {"waiter.waiting", 20, CONSUMER, 0, 0},
    {"queue.bell.record", 20, CONSUMER, 0, 0},
    {"queue.bell.asked", 20, CONSUMER, 0, 0},
    {"wait.asleep", 20, CONSUMER, 0, 0},
    {"queue.get.copied", 20, CONSUMER, SAME, 0},
    {"queue.get.unlocked", 20, CONSUMER, 0, 0},
};

static const killing_kind_t kinds[] = {
    {.name = "wait",
     .points = points,
     .point_count = sizeof points / sizeof points[0],
     .workers = WORKERS,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check},
};

KILLING_MAIN(kinds)
