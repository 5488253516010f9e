/* Sleeping on a word with what macOS offers: os_sync_wait_on_address() from 14.4 on, looked up
 * while running so that one build serves older systems, too; before that the calls it is made
 * of, which the C library exports without declaring them. Both find the word by its memory when
 * told that it is shared, and both sides must say so. */
#include "posix.h"

#include "deadline.h"
#include "os/park.h"
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

/* As declared in <os/os_sync_wait_on_address.h> and <os/clock.h>. */
#define SYNC_SHARED 1U
#define CLOCK_ABSOLUTE 32U /* OS_CLOCK_MACH_ABSOLUTE_TIME */

typedef int wait_t(void *address, uint64_t value, size_t size, uint32_t flags);
typedef int wait_timeout_t(void *address, uint64_t value, size_t size, uint32_t flags,
                           uint32_t clock, uint64_t timeout_ns);
typedef int wake_t(void *address, size_t size, uint32_t flags);

/* The private calls; UL_COMPARE_AND_WAIT_SHARED, ULF_WAKE_ALL. A timeout of 0 is none. */
#define ULOCK_SHARED 3U
#define ULOCK_ALL 0x100U
int __ulock_wait(uint32_t operation, void *address, uint64_t value, uint32_t timeout_us);
int __ulock_wake(uint32_t operation, void *address, uint64_t value);

/* Written once, before anybody reads them. */
static wait_t *sync_wait;
static wait_timeout_t *sync_wait_timeout;
static wake_t *sync_wake_one, *sync_wake_all;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* A function out of an address of data: ISO C has no conversion, POSIX promises the bits. */
#define LOOK_UP(pointer, name)                     \
    do {                                           \
        void *found = dlsym(RTLD_DEFAULT, name);   \
        memcpy(&(pointer), &found, sizeof(found)); \
    } while (0)

static void look_up(void) {
    LOOK_UP(sync_wait, "os_sync_wait_on_address");
    LOOK_UP(sync_wait_timeout, "os_sync_wait_on_address_with_timeout");
    LOOK_UP(sync_wake_one, "os_sync_wake_by_address_any");
    LOOK_UP(sync_wake_all, "os_sync_wake_by_address_all");
}

/* All of the newer calls or none: processes of one machine then all decide alike. */
static int has_sync(void) {
    (void)pthread_once(&once, look_up);
    return sync_wait != NULL && sync_wait_timeout != NULL && sync_wake_one != NULL &&
           sync_wake_all != NULL;
}

size_t brood_os_park_area_size(void) {
    return 0;
}

apr_status_t brood_os_park_attach(void *area, size_t size, uint32_t participant) {
    (void)area;
    (void)size;
    (void)participant;
    BROOD_FAULT("os.park_attach");
    (void)has_sync(); /* looked up here, so that no sleeper has to */
    return APR_SUCCESS;
}

void brood_os_park_forget(uint32_t participant) {
    (void)participant; /* a dead sleeper has left the kernel's queue */
}

/* With a deadline: at most an hour at a time, as the older call counts microseconds in 32
 * bits. Returning early is allowed, saying APR_TIMEUP early is not. */
static int wait_until(void *address, uint32_t expected, brood_os_deadline_t deadline) {
    int64_t left;

    if (deadline == BROOD_OS_FOREVER) {
        return has_sync() ? sync_wait(address, expected, sizeof expected, SYNC_SHARED)
                          : __ulock_wait(ULOCK_SHARED, address, expected, 0);
    }
    left = brood__ns_left(deadline);
    if (left > 3600 * BROOD_NS_PER_S) {
        left = 3600 * BROOD_NS_PER_S;
    }
    if (has_sync()) {
        return sync_wait_timeout(address, expected, sizeof expected, SYNC_SHARED,
                                 CLOCK_ABSOLUTE, (uint64_t)(left > 0 ? left : 1));
    }
    return __ulock_wait(ULOCK_SHARED, address, expected,
                        (uint32_t)((left + 999) / 1000 + 1));
}

apr_status_t brood_os_park(const brood_os_word_t *word, uint32_t expected,
                           brood_os_deadline_t deadline) {
    if (wait_until((void *)word->word, expected, deadline) < 0 && errno == ETIMEDOUT &&
        brood__ns_left(deadline) == 0) {
        return APR_TIMEUP;
    }
    return APR_SUCCESS;
}

/* One by one until enough are awake or none is left (ENOENT). */
void brood_os_unpark(const brood_os_word_t *word, uint32_t count) {
    const int saved = errno;
    void *address = (void *)word->word;
    const int is_new = has_sync();

    if (count > 1 && count >= INT32_MAX) {
        (void)(is_new ? sync_wake_all(address, sizeof(uint32_t), SYNC_SHARED)
                      : __ulock_wake(ULOCK_SHARED | ULOCK_ALL, address, 0));
        count = 0;
    }
    while (count > 0) {
        int woken = is_new ? sync_wake_one(address, sizeof(uint32_t), SYNC_SHARED)
                           : __ulock_wake(ULOCK_SHARED, address, 0);

        if (woken < 0 && errno != EINTR) {
            break;
        }
        count--;
    }
    errno = saved;
}

const char *brood_os_park_name(void) {
    return "ulock";
}
