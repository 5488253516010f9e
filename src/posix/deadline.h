/* Waiting for descriptors until a deadline. */
#ifndef BROOD_POSIX_DEADLINE_H
#define BROOD_POSIX_DEADLINE_H

#include "os/clock.h"
#include "posix.h"
#include <limits.h>
#include <poll.h>
#include <time.h>

#define BROOD_NS_PER_S 1000000000LL
#define BROOD_NS_PER_MS 1000000LL

/* Nanoseconds until the deadline, at least 0. */
static inline int64_t brood__ns_left(brood_os_deadline_t deadline) {
    int64_t now;

    if (deadline <= 0) {
        return 0; /* long past: spares the look at the clock */
    }
    now = brood_os_now_ns();
    return deadline > now ? deadline - now : 0;
}

/* poll(2) until the deadline. Returns what poll returns: EINTR is the caller's. */
static inline int brood__poll(struct pollfd *set, nfds_t count,
                              brood_os_deadline_t deadline) {
    int64_t left;

    if (deadline == BROOD_OS_FOREVER) {
        return poll(set, count, -1);
    }
    left = brood__ns_left(deadline);
#ifdef __linux__
    {
        /* ppoll: a deadline is met to the microsecond, not to the millisecond. */
        struct timespec time;

        if (left > INT32_MAX * BROOD_NS_PER_S) {
            left = INT32_MAX * BROOD_NS_PER_S;
        }
        time.tv_sec = (time_t)(left / BROOD_NS_PER_S);
        time.tv_nsec = (long)(left % BROOD_NS_PER_S);
        return ppoll(set, count, &time, NULL);
    }
#else
    /* Rounded up, so that the deadline has passed when poll says so; cut at what fits, the
     * caller then sees an early end and looks at the clock itself. */
    left = left / BROOD_NS_PER_MS + (left % BROOD_NS_PER_MS != 0);
    return poll(set, count, left > INT_MAX ? INT_MAX : (int)left);
#endif
}

/* Waits until one descriptor has one of the events, an error or the end. Goes on when
 * interrupted; leaves with APR_TIMEUP at the deadline. */
static inline apr_status_t brood__wait_fd(int fd, short events,
                                          brood_os_deadline_t deadline) {
    struct pollfd one;

    one.fd = fd;
    one.events = events;
    for (;;) {
        int ready;

        one.revents = 0;
        ready = brood__poll(&one, 1, deadline);
        if (ready > 0) {
            return (one.revents & POLLNVAL) != 0 ? APR_FROM_OS_ERROR(EBADF) : APR_SUCCESS;
        }
        if (ready < 0 && errno != EINTR && errno != EAGAIN) {
            return BROOD_OS_ERROR;
        }
        if (deadline != BROOD_OS_FOREVER && brood__ns_left(deadline) == 0) {
            return APR_TIMEUP;
        }
    }
}

#endif
