/* The least that can be called a lock: a word that is 0 free, 1 taken, 2 taken and somebody
 * sleeps. It knows no owner, so nothing can be done about one that dies. */
#include "peers/locks.h"

#include <stdatomic.h>
#include <stdint.h>

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

static void sleep_while_two(_Atomic uint32_t *word) {
    syscall(SYS_futex, word, FUTEX_WAIT, 2, NULL, NULL, 0);
}

static void wake_one(_Atomic uint32_t *word) {
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}
#else
#include <sched.h>

static void sleep_while_two(_Atomic uint32_t *word) {
    (void)word;
    sched_yield();
}

static void wake_one(_Atomic uint32_t *word) {
    (void)word;
}
#endif

static void *open_word(void *room) {
    atomic_store((_Atomic uint32_t *)room, 0);
    return room;
}

static int acquire(void *lock) {
    _Atomic uint32_t *word = lock;
    uint32_t seen = 0;
    if (atomic_compare_exchange_strong_explicit(word, &seen, 1, memory_order_acquire,
                                                memory_order_relaxed))
        return 0;
    while (atomic_exchange_explicit(word, 2, memory_order_acquire) != 0)
        sleep_while_two(word);
    return 0;
}

static int release(void *lock) {
    _Atomic uint32_t *word = lock;
    if (atomic_exchange_explicit(word, 0, memory_order_release) == 2)
        wake_one(word);
    return 0;
}

static void close_word(void *lock) {
    (void)lock;
}

const bench_lock_kind_t bench_futex_word = {
    "bare futex word", BENCH_REFERENCE, 0, open_word, acquire, release, close_word};
