/* Eventcount: announcing, sleeping and waking.
 *
 * Shared state, one word {epoch, sleepers}:
 *   announce  CAS, one sleeper more, by whoever is about to sleep, before it looks at the
 *             data once more.
 *   wake      CAS, one sleeper fewer and the epoch one higher, by whoever changed the data,
 *             and then the system's wake-up of one.
 *   withdraw  CAS, one sleeper fewer, by a sleeper that leaves on its own account. One that
 *             finds the epoch changed counts itself as woken and leaves the number alone.
 * The fences order "changed, then read the number" against "announced, then looked": one of
 * the two sees the other. The number may be too high (two may count one wake-up as theirs; a
 * sleeper may be killed): each such error costs one wake-up of nobody, which corrects it. It
 * falls by one only together with a wake-up or by the one who leaves, so it is too low for
 * those who sleep only where the system does not wake the oldest sleeper first: a newcomer
 * may then get a wake-up that is older than its announcement, and the one it was meant for
 * sleeps on until its slice ends (tests/model/wakeup.pml). A waker killed between its CAS and
 * the wake-up, or a sleeper killed with the wake-up in its hands, costs one slice, too. */
#include "eventcount.h"

#include <stdint.h>

#define SLEEPERS_MASK BROOD__EVENTCOUNT_SLEEPERS
#define EPOCH_ONE 0x400u
#define EPOCH(seen) ((seen) & ~SLEEPERS_MASK)
#define SLEEPERS(seen) ((seen)&SLEEPERS_MASK)

/* Wakes one, or all when `most` is INT32_MAX. */
static void wake(const brood_os_word_t *word, uint32_t most) {
    uint32_t seen;
    /* seq_cst: the change before the number; pairs with the fence in asleep() */
    atomic_thread_fence(memory_order_seq_cst);
    seen = atomic_load_explicit(word->word, memory_order_relaxed);
    while (SLEEPERS(seen) != 0) {
        uint32_t woken = most == 1 ? 1 : SLEEPERS(seen);
        /* relaxed: the word carries no data, the fences do the ordering */
        if (atomic_compare_exchange_weak_explicit(
                word->word, &seen, seen - woken + EPOCH_ONE, memory_order_relaxed,
                memory_order_relaxed)) {
            brood_os_unpark(word, most);
            return;
        }
    }
}

void brood__eventcount_wake(const brood_os_word_t *word) {
    wake(word, 1);
}

void brood__eventcount_wake_all(const brood_os_word_t *word) {
    wake(word, INT32_MAX);
}

/* Returns what the word is after the announcement. */
static uint32_t announce(const brood_os_word_t *word) {
    uint32_t seen = atomic_load_explicit(word->word, memory_order_relaxed);
    for (;;) { /* ends when the CAS succeeds or the number is as high as it can be */
        uint32_t next = SLEEPERS(seen) == SLEEPERS_MASK ? seen : seen + 1;
        if (atomic_compare_exchange_weak_explicit(
                word->word, &seen, next, memory_order_relaxed, memory_order_relaxed)) {
            return next;
        }
    }
}

static void withdraw(const brood_os_word_t *word, uint32_t announced) {
    uint32_t seen = atomic_load_explicit(word->word, memory_order_relaxed);
    while (EPOCH(seen) == EPOCH(announced) && SLEEPERS(seen) != 0) {
        if (atomic_compare_exchange_weak_explicit(word->word, &seen, seen - 1,
                                                  memory_order_relaxed,
                                                  memory_order_relaxed)) {
            return;
        }
    }
}

/* Announces a sleeper and sleeps until woken, served or late. */
static apr_status_t asleep(const brood_os_word_t *word, brood__wait_t *wait,
                           brood__condition_t *condition, void *context, size_t size) {
    uint32_t announced = announce(word);
    uint32_t seen = announced;
    apr_status_t rv = APR_SUCCESS;
    /* seq_cst: the announcement before the look; pairs with the fence in the waker */
    atomic_thread_fence(memory_order_seq_cst);
    while (rv == APR_SUCCESS && EPOCH(seen) == EPOCH(announced) &&
           !condition(context, size)) {
        rv = brood__wait_asleep(wait, word, seen);
        seen = atomic_load_explicit(word->word, memory_order_relaxed);
    }
    withdraw(word, announced);
    brood__wait_leave(wait);
    return rv;
}

apr_status_t brood__eventcount_wait(const brood_os_word_t *word, brood__wait_t *wait,
                                    brood__condition_t *condition, void *context,
                                    size_t size) {
    while (!condition(context, size)) { /* ends with the condition or the deadline */
        if (brood__deadline_is_now(wait->deadline)) {
            return APR_TIMEUP;
        }
        if (!brood__wait_awake(wait) &&
            asleep(word, wait, condition, context, size) == APR_TIMEUP) {
            return condition(context, size) ? APR_SUCCESS : APR_TIMEUP;
        }
    }
    return APR_SUCCESS;
}
