/* Sleeping on a word with the futex of Linux. The kernel finds the word by its memory, not by
 * its address, so that it works between processes (no FUTEX_PRIVATE_FLAG). */
#include "posix.h"

#include "os/park.h"
#include "deadline.h"
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The time as the oldest form of the system call takes it: two longs, also where the C library
 * has a wider time_t. */
typedef struct kernel_time_t {
    long seconds;
    long nanoseconds;
} kernel_time_t;

size_t brood_os_park_area_size(void) {
    return 0;
}

apr_status_t brood_os_park_attach(void *area, size_t size, uint32_t participant) {
    (void)area;
    (void)size;
    (void)participant;
    BROOD_FAULT("os.park_attach");
    return APR_SUCCESS;
}

void brood_os_park_forget(uint32_t participant) {
    (void)participant; /* a dead sleeper has left the kernel's queue */
}

/* The kernel compares and falls asleep as one step under its own lock. FUTEX_WAIT_BITSET takes
 * the deadline as it is, on the monotonic clock. */
apr_status_t brood_os_park(const brood_os_word_t *word, uint32_t expected,
                           brood_os_deadline_t deadline) {
    kernel_time_t at, *until = NULL;

    if (deadline != BROOD_OS_FOREVER) {
        int64_t seconds = deadline > 0 ? deadline / BROOD_NS_PER_S : 0;

        at.seconds = seconds < INT32_MAX ? (long)seconds : INT32_MAX;
        at.nanoseconds = deadline > 0 ? (long)(deadline % BROOD_NS_PER_S) : 0;
        until = &at;
    }
    if (syscall(SYS_futex, word->word, FUTEX_WAIT_BITSET, expected, until, NULL,
                FUTEX_BITSET_MATCH_ANY) != 0 &&
        errno == ETIMEDOUT) {
        return APR_TIMEUP;
    }
    return APR_SUCCESS;
}

void brood_os_unpark(const brood_os_word_t *word, uint32_t count) {
    int saved = errno;
    int most = count < INT_MAX ? (int)count : INT_MAX;

    (void)syscall(SYS_futex, word->word, FUTEX_WAKE, most, NULL, NULL, 0);
    errno = saved;
}

const char *brood_os_park_name(void) {
    return "futex";
}
