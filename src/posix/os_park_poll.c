/* Sleeping on a word by looking at it now and then: for systems that offer nothing better, and
 * for a test of everything built on it. A change is seen 2 ms late at the most. */
#include "posix.h"

#include "os/clock.h"
#include "os/park.h"
#include "deadline.h"

/* The first nap, the longest, and how long one call goes on napping. */
#define NAP_FIRST_NS (20 * 1000LL)
#define NAP_MOST_NS (2 * BROOD_NS_PER_MS)
#define CALL_MOST_NS (10 * BROOD_NS_PER_MS)

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
    (void)participant;
}

/* acquire: pairs with the release of whoever changed the word; the caller looks at what it
 * guards next. Ends with a change or the deadline, and for no reason every 10 ms: a word that
 * changes and changes back between two looks is not seen here, but by the caller, who then looks
 * at his own condition. */
apr_status_t brood_os_park(const brood_os_word_t *word, uint32_t expected,
                           brood_os_deadline_t deadline) {
    const int64_t last = brood_os_now_ns() + CALL_MOST_NS;
    int64_t nap = NAP_FIRST_NS;

    while (atomic_load_explicit(word->word, memory_order_acquire) == expected) {
        int64_t now = brood_os_now_ns();

        if (now >= deadline) {
            return APR_TIMEUP;
        }
        if (now >= last) {
            break;
        }
        brood_os_sleep_until(deadline - now > nap ? now + nap : deadline);
        nap = nap * 2 < NAP_MOST_NS ? nap * 2 : NAP_MOST_NS;
    }
    return APR_SUCCESS;
}

void brood_os_unpark(const brood_os_word_t *word, uint32_t count) {
    (void)word; /* sleepers look for themselves */
    (void)count;
}

const char *brood_os_park_name(void) {
    return "poll";
}
