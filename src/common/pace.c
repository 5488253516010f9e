/* Pace: spinning, yielding and sleeping in slices.
 *
 * The yielding budget doubles when a wait ended while it lasted and halves when it did not,
 * between the two bounds below. The upper one is about what a wake-up across cores costs:
 * yielding longer than that can only lose. With one processor nothing is gained by spinning,
 * a single yield lets the other side run.
 *
 * Where strangers want the processor a yield gives it away for a time slice, milliseconds, and
 * a sleeper would have been woken into its place at once. After such a yield waits do without,
 * all but one in a number that grows each time it happens again. */
#include "pace.h"

#include "os/clock.h"
#include "os/cpu.h"
#include <apr_time.h>

#define SPINS 12u
#define BUDGET_LEAST_NS 2000u
#define BUDGET_MOST_NS 60000u
/* So late after its budget a wait is when its yield gave the processor to a stranger. */
#define STRANGER_NS 1000000
/* With the least budget one wait in so many yields; after yields to strangers, one in up to so
 * many. Powers of two. */
#define SELDOM 16u
#define RARELY 16384u

/* Beyond this a timeout is as good as for ever: 100 years. */
#define TIMEOUT_MOST_US (100LL * 365 * 86400 * 1000000)

static void relax(void) {
#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))
    __builtin_ia32_pause();
#elif defined(__GNUC__) && defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static unsigned processors(void) {
    static _Atomic unsigned count;
    unsigned known = atomic_load_explicit(&count, memory_order_relaxed);
    if (known == 0) {
        known = brood_os_cpu_count();
        atomic_store_explicit(&count, known, memory_order_relaxed);
    }
    return known;
}

brood_os_deadline_t brood__deadline(int64_t timeout_us) {
    if (timeout_us < 0 || timeout_us > TIMEOUT_MOST_US) {
        return BROOD_OS_FOREVER;
    }
    return timeout_us == 0 ? 0 : brood_os_now_ns() + timeout_us * 1000;
}

static int64_t budget_of(brood__pace_t *pace) {
    uint32_t budget = atomic_load_explicit(&pace->budget_ns, memory_order_relaxed);
    return budget == 0 ? BUDGET_MOST_NS : budget;
}

/* A wait that yielded is over, or goes to sleep, so long after its budget. */
static void budget_learn(brood__pace_t *pace, int64_t late_ns) {
    int64_t budget = late_ns <= 0 ? budget_of(pace) * 2 : budget_of(pace) / 2;
    uint32_t seldom = atomic_load_explicit(&pace->seldom, memory_order_relaxed);
    if (late_ns <= 0) {
        seldom = SELDOM;
    } else if (late_ns > STRANGER_NS) {
        seldom = seldom < SELDOM ? SELDOM * 8 : seldom < RARELY ? seldom * 8 : RARELY;
        budget = BUDGET_LEAST_NS;
    }
    budget = budget < BUDGET_LEAST_NS  ? BUDGET_LEAST_NS
             : budget > BUDGET_MOST_NS ? BUDGET_MOST_NS
                                       : budget;
    atomic_store_explicit(&pace->budget_ns, (uint32_t)budget, memory_order_relaxed);
    atomic_store_explicit(&pace->seldom, seldom, memory_order_relaxed);
}

/* With the least budget only one wait in some tries whether yielding pays again. */
static int may_yield(brood__pace_t *pace) {
    uint32_t seldom;
    if (budget_of(pace) != BUDGET_LEAST_NS) {
        return 1;
    }
    seldom = atomic_load_explicit(&pace->seldom, memory_order_relaxed);
    return (atomic_fetch_add_explicit(&pace->waits, 1, memory_order_relaxed) &
            ((seldom < SELDOM ? SELDOM : seldom) - 1)) == 0;
}

int brood__wait_awake(brood__wait_t *wait) {
    int64_t now;
    if (wait->slept) {
        return 0;
    }
    wait->rounds++;
    if (wait->rounds <= SPINS && processors() > 1) {
        relax();
        return 1;
    }
    if (wait->until == 0 && !may_yield(wait->pace)) {
        return 0;
    }
    now = brood_os_now_ns();
    if (wait->until == 0) {
        wait->until = now + budget_of(wait->pace);
    } else if (now >= wait->until) {
        return 0;
    }
    brood_os_yield();
    return 1;
}

void brood__wait_sleeps(brood__wait_t *wait) {
    if (!wait->slept) {
        wait->slept = 1;
        if (wait->until != 0) {
            budget_learn(wait->pace, brood_os_now_ns() - wait->until);
        }
    }
}

apr_status_t brood__wait_asleep(brood__wait_t *wait, const brood_os_word_t *word,
                                uint32_t expected) {
    int64_t now = brood_os_now_ns();
    int64_t slice = now + BROOD__SLICE_NS;
    if (now >= wait->deadline) {
        return APR_TIMEUP;
    }
    brood__wait_sleeps(wait);
    if (wait->record == NULL && !wait->without) {
        uint32_t state;
        wait->without = !brood__waiter_try_begin(&wait->record, &state, word, 0);
    }
    brood_os_park(word, expected, slice < wait->deadline ? slice : wait->deadline);
    return APR_SUCCESS;
}

void brood__wait_end(brood__wait_t *wait) {
    if (wait->until != 0 && !wait->slept) {
        budget_learn(wait->pace, brood_os_now_ns() - wait->until);
    }
}
