/* Kill points of the event: a setter is killed between the set and the wake-up, a waiter where it
 * sleeps. Two others wait in turn for two events, and set them for each other. */
#include "killing.h"

static brood_event_t *the_pings, *the_pongs, *the_common;

/* The victim sets, clears and waits; the survivors pass a turn to and fro, and wait for what the
 * victim sets, but not for ever. */
static int use(const brood_values_t *state, apr_pool_t *pool) {
    killing_worker_t self;
    brood_event_t *ping, *pong, *common;

    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &ping, &pong, &common));
    killing_plan(&self);
    while (!killing_over(&self)) {
        apr_status_t rv = APR_SUCCESS;
        if (self.me == KILLING_VICTIM) {
            CHILD_OK(brood_event_set(common));
            CHILD_OK(brood_event_clear(common));
            rv = brood_event_wait(common, 1000);
            CHILD_CHECK(rv == APR_SUCCESS || rv == APR_TIMEUP);
        } else {
            brood_event_t *mine = self.me == 1 ? ping : pong;
            CHILD_OK(brood_event_set(self.me == 1 ? pong : ping));
            CHILD_OK(brood_event_set(common));
            rv = brood_event_wait(mine, KILLING_LATE_US);
            if (rv != APR_SUCCESS && !killing_over(&self)) {
                killing_fault(&self, "nobody set the event", rv);
            }
            CHILD_OK(brood_event_clear(mine));
            CHILD_OK(brood_event_clear(common));
        }
        killing_step(&self);
    }
    return 0;
}

static apr_status_t make(killing_t *run) {
    apr_status_t rv = brood_event_create(&the_pings, run->pool);
    if (rv == APR_SUCCESS) {
        rv = brood_event_create(&the_pongs, run->pool);
    }
    return rv == APR_SUCCESS ? brood_event_create(&the_common, run->pool) : rv;
}

static apr_status_t place(killing_t *run, uint32_t worker) {
    return killing_place(run, worker, use, BROOD_ARGS(the_pings, the_pongs, the_common));
}

static void nudge(killing_t *run) {
    (void)run;
    (void)brood_event_set(the_pings);
    (void)brood_event_set(the_pongs);
}

static void check(killing_t *run) {
    if (brood_event_set(the_common) != APR_SUCCESS ||
        brood_event_wait(the_common, 0) != APR_SUCCESS) {
        killing_complain(run->at->point, "the event is no longer an event", 1);
    }
}

static const killing_point_t points[] = {
    {"event.set", 50, 0, 0, 0},     {"event.cleared", 50, 0, 0, 0},
    {"event.waiting", 2, 0, 0, 0},  {"waiter.claimed", 2, 0, 0, 0},
    {"waiter.waiting", 2, 0, 0, 0},
};

static const killing_kind_t kinds[] = {
    {.name = "event",
     .points = points,
     .point_count = sizeof points / sizeof points[0],
     .workers = 3,
     .log_size = sizeof(killing_log_t),
     .make = make,
     .place = place,
     .nudge = nudge,
     .check = check},
};

KILLING_MAIN(kinds)
