/* Who sleeps where: the records of all words that an object has. */
#include "waiting.h"

#include "methods.h"
#include "object.h"
#include "os/clock.h"
#include "ring.h"
#include "waiter.h"

#define LATE_US (20 * (int64_t)1000000)

static uint32_t waiters_of(brood_os_word_t word) {
    return brood__waiters_count(&word, UINT64_MAX);
}

/* In a queue people sleep for its locks, for messages and for room; in an object that lives in a
 * cell, for any word of the cell. */
uint32_t brood_test_waiters_in(const void *object) {
    const brood_handle_t *handle = object;
    uint32_t count = 0;
    if (handle->cls->code == BROOD__HANDLE_QUEUE) {
        const struct {
            brood_handle_t handle;
            brood__ring_t ring;
        } *queue = object; /* as queue.c has it */
        return waiters_of(queue->ring.put_lock) + waiters_of(queue->ring.get_lock) +
               waiters_of(queue->ring.items) + waiters_of(queue->ring.space);
    }
    const brood__hold_t *hold = &((const brood__object_t *)object)->hold;
    _Atomic uint32_t *word = (_Atomic uint32_t *)(void *)hold->cell;
    for (size_t i = 0; i < BROOD__CELL_SIZE / sizeof *word; i++) {
        count += waiters_of(brood__segment_word(hold->segment, word + i));
    }
    return count;
}

int brood_test_await_waiters(const void *object, uint32_t count) {
    int64_t end_us = brood_test_now_us() + LATE_US;
    while (brood_test_waiters_in(object) < count) {
        if (brood_test_now_us() > end_us) {
            return 0;
        }
        brood_os_sleep_until(brood_os_now_ns() + 200000);
    }
    return 1;
}
