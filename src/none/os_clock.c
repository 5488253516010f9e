/* Time on a system that cannot tell it. */
#include "os/clock.h"

int64_t brood_os_now_ns(void) {
    return 0;
}

void brood_os_yield(void) {
}

void brood_os_sleep_until(brood_os_deadline_t deadline) {
    (void)deadline;
}
