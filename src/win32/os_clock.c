/* The clock: the performance counter, which all processes of the machine read alike. */
#include "system.h"
#include "os/clock.h"

#include <stdatomic.h>

#define SECOND INT64_C(1000000000)

static int64_t frequency(void) {
    static _Atomic int64_t known; /* the same whoever stores it; 0: not asked yet */
    int64_t hertz = atomic_load_explicit(&known, memory_order_relaxed);
    if (hertz == 0) {
        LARGE_INTEGER asked;
        QueryPerformanceFrequency(&asked);
        hertz = asked.QuadPart;
        atomic_store_explicit(&known, hertz, memory_order_relaxed);
    }
    return hertz;
}

int64_t brood_os_now_ns(void) {
    LARGE_INTEGER counter;
    int64_t hertz = frequency();
    QueryPerformanceCounter(&counter);
    /* In two parts, for the product would overflow within hours. */
    return counter.QuadPart / hertz * SECOND + counter.QuadPart % hertz * SECOND / hertz;
}

void brood_os_yield(void) {
    SwitchToThread();
}

/* Sleeps through a timer that the system's tick of up to 16 ms does not round. */
static int sleep_finely(int64_t nanoseconds) {
#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 0x00000002
#endif
    LARGE_INTEGER due;
    HANDLE timer = CreateWaitableTimerExW(
        NULL, NULL, CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, TIMER_ALL_ACCESS);
    if (timer == NULL) {
        return 0;
    }
    due.QuadPart = -(nanoseconds / 100 + 1); /* negative: from now, in units of 100 ns */
    int slept = SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE) &&
                WaitForSingleObject(timer, INFINITE) == WAIT_OBJECT_0;
    CloseHandle(timer);
    return slept;
}

void brood_os_sleep_until(brood_os_deadline_t deadline) {
    const int64_t long_sleep = 100 * 1000000; /* the tick does not matter beyond it */
    for (;;) {                                /* ends with the deadline */
        int64_t now = brood_os_now_ns();
        if (deadline <= now) {
            return;
        }
        if (deadline - now > long_sleep || !sleep_finely(deadline - now)) {
            Sleep(brood__milliseconds_left(deadline));
        }
    }
}
