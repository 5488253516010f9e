/* Time, on the monotonic clock of the system. */
#include "posix.h"

#include "os/clock.h"
#include "deadline.h"
#include <sched.h>
#include <time.h>

int64_t brood_os_now_ns(void) {
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * BROOD_NS_PER_S + now.tv_nsec;
}

void brood_os_yield(void) {
    (void)sched_yield();
}

/* Relative sleep after one look at the clock: macOS and OpenBSD have no clock_nanosleep(), and
 * a thread that loses the processor in between only sleeps a little longer. */
void brood_os_sleep_until(brood_os_deadline_t deadline) {
    int64_t left = brood__ns_left(deadline);
    struct timespec time;

    if (left == 0) {
        return;
    }
    if (left > INT32_MAX * BROOD_NS_PER_S) {
        left = INT32_MAX * BROOD_NS_PER_S; /* fits any time_t; the caller may be early */
    }
    time.tv_sec = (time_t)(left / BROOD_NS_PER_S);
    time.tv_nsec = (long)(left % BROOD_NS_PER_S);
    (void)nanosleep(&time, NULL);
}
