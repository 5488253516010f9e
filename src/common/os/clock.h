/* Time that only goes forward, the same in every process of the machine. */
#ifndef BROOD_OS_CLOCK_H
#define BROOD_OS_CLOCK_H

#include "os/types.h"

/* Nanoseconds on the monotonic clock that deadlines are measured on. Two processes of one
 * machine read the same clock. Never fails. */
int64_t brood_os_now_ns(void);

/* Gives the processor to another runnable thread, if there is one. */
void brood_os_yield(void);

/* Sleeps until the deadline or a little later; may return early when interrupted. */
void brood_os_sleep_until(brood_os_deadline_t deadline);

#endif
