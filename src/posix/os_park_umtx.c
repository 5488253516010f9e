/* Sleeping on a word with the umtx of FreeBSD, in its shared form: the kernel finds the word by
 * its memory, not by its address. */
#include "posix.h"

#include "deadline.h"
#include "os/park.h"
#include <limits.h>
#include <sys/umtx.h>

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

/* UMTX_OP_WAIT_UINT compares 32 bits and falls asleep as one step. With a _umtx_time, whose
 * size goes in the place of the first pointer, the deadline is taken as it is. */
apr_status_t brood_os_park(const brood_os_word_t *word, uint32_t expected,
                           brood_os_deadline_t deadline) {
    struct _umtx_time until;
    void *size = NULL, *time = NULL;
    int64_t seconds = deadline > 0 ? deadline / BROOD_NS_PER_S : 0;

    if (deadline != BROOD_OS_FOREVER) {
        until._timeout.tv_sec = (time_t)(seconds < INT32_MAX ? seconds : INT32_MAX);
        until._timeout.tv_nsec = deadline > 0 ? (long)(deadline % BROOD_NS_PER_S) : 0;
        until._flags = UMTX_ABSTIME;
        until._clockid = CLOCK_MONOTONIC;
        size = (void *)(uintptr_t)sizeof until;
        time = &until;
    }
    if (_umtx_op((void *)word->word, UMTX_OP_WAIT_UINT, expected, size, time) != 0 &&
        errno == ETIMEDOUT) {
        return APR_TIMEUP;
    }
    return APR_SUCCESS;
}

void brood_os_unpark(const brood_os_word_t *word, uint32_t count) {
    int saved = errno;

    (void)_umtx_op((void *)word->word, UMTX_OP_WAKE,
                   count < INT_MAX ? (unsigned long)count : INT_MAX, NULL, NULL);
    errno = saved;
}

const char *brood_os_park_name(void) {
    return "umtx";
}
