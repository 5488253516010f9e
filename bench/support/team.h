/* A team: several processes that begin a piece of work at the same moment.
 *
 * The time of a run is from the first member's beginning to the last one's end. A member may
 * set its own beginning later, after a warm-up, or not count at all. A member that has not
 * ended after BENCH_TEAM_SECONDS is killed, and the run has failed. */
#ifndef BENCH_TEAM_H
#define BENCH_TEAM_H

#include "support/pin.h"

#include <stdint.h>

#define BENCH_TEAM_MOST 16
#define BENCH_TEAM_SECONDS 15

/* What member `index` does. It has a copy of its creator's memory. 0: it went well. */
typedef int bench_role_fn(unsigned index, void *context);

typedef struct bench_team_t {
    unsigned size;
    bench_role_fn *role;
    void *context;
    bench_pin_t pin;
    int brood; /* 1: the members are Brood's processes; 0: bare forks */
} bench_team_t;

/* Runs a team. Returns seconds, or less than 0 when a member failed. */
double bench_team_run(const bench_team_t *team);

/* In a member: its time begins now, ends now, does not count, was so many seconds. */
void bench_team_begin(void);
void bench_team_end(void);
void bench_team_uncounted(void);
void bench_team_took(double seconds);

/* In a member: so many messages have gone through it. */
void bench_team_served(uint64_t count);

/* What has happened in the last run, for its creator. */
uint64_t bench_team_served_by(unsigned index);
double bench_team_processor_seconds(void); /* of all members together */
double bench_team_switches(void);          /* how often they have gone to sleep */

#endif
