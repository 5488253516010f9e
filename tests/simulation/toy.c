/* A ring of one place with mistakes to be chosen, in which the tester is tested: it must find
 * each of them, and nothing in the ring without one. */
#include "simulation.h"

#include "os/clock.h"
#include "os/park.h"
#include "participant.h"
#include "session.h"
#include <stdatomic.h>
#include <string.h>

#define PUBLISHED_FIRST 1u  /* the number is stored before the bytes are there */
#define GIVEN_BACK_FIRST 2u /* … before the bytes are copied out */
#define NO_TAKEOVER 4u      /* nobody takes the lock of the dead */
#define NO_SLICES 8u        /* sleeps have no end, and the waker may die */
#define TWO_STEPS 16u       /* the lock is taken in two steps: look, then store */

#define MESSAGES 12u

const toy_t simulation_toys[] = {
    {"without a mistake", 0, 0},
    {"published before it is written", 1, PUBLISHED_FIRST},
    {"given back before it is read", 1, GIVEN_BACK_FIRST},
    {"the lock of the dead stays", 1, NO_TAKEOVER},
    {"sleep without end", 1, NO_SLICES},
    {"a lock taken in two steps", 1, TWO_STEPS},
};
const size_t simulation_toy_count = sizeof simulation_toys / sizeof simulation_toys[0];

static struct ring_t {
    _Atomic uint32_t lock, tail, head;
    uint64_t words[8];
} ring;

static unsigned mistakes;
static uint32_t ids[3], who[3]; /* participants and processes; 0: the consumer */
static uint32_t taken;

static uint64_t clock_end(void) {
    return (uint64_t)brood_os_now_ns() + 50 * SIMULATION_MS;
}

static void rest(_Atomic uint32_t *word, uint32_t seen) {
    brood_os_word_t place = {word, 0, 0};
    (void)brood_os_park(&place, seen,
                        (mistakes & NO_SLICES) ? BROOD_OS_FOREVER
                                               : (brood_os_deadline_t)clock_end());
}

static void stir(_Atomic uint32_t *word) {
    brood_os_word_t place = {word, 0, 0};
    brood_os_unpark(&place, UINT32_MAX);
}

static void lock(void) {
    for (;;) { /* ends with the lock */
        uint32_t seen = atomic_load_explicit(&ring.lock, memory_order_relaxed);
        if (seen == 0 ||
            (!(mistakes & NO_TAKEOVER) && brood__participant_is_dead(seen))) {
            if (mistakes & TWO_STEPS) {
                atomic_store_explicit(&ring.lock, brood__self_id, memory_order_relaxed);
                return;
            }
            if (atomic_compare_exchange_strong_explicit(&ring.lock, &seen, brood__self_id,
                                                        memory_order_acquire,
                                                        memory_order_relaxed)) {
                return;
            }
            continue;
        }
        rest(&ring.lock, seen);
    }
}

static void unlock(void) {
    atomic_store_explicit(&ring.lock, 0, memory_order_release);
    stir(&ring.lock);
}

static void put(uint64_t number) {
    uint64_t words[8];
    uint32_t tail;
    for (unsigned i = 0; i < 8; i++) {
        words[i] = number;
    }
    for (;;) { /* ends when there is room */
        uint32_t head;
        lock();
        head = atomic_load_explicit(&ring.head, memory_order_acquire);
        tail = atomic_load_explicit(&ring.tail, memory_order_relaxed);
        if (tail == head) {
            break;
        }
        unlock();
        rest(&ring.head, head);
    }
    if (mistakes & PUBLISHED_FIRST) {
        atomic_store_explicit(&ring.tail, tail + 1, memory_order_release);
        memcpy(ring.words, words, sizeof words);
    } else {
        memcpy(ring.words, words, sizeof words);
        atomic_store_explicit(&ring.tail, tail + 1, memory_order_release);
    }
    unlock();
    stir(&ring.tail);
}

static void produce(void *argument) {
    uint32_t lane = *(const uint32_t *)argument;
    brood__self_id = 0;
    if (brood__participant_claim(ids[lane]) == APR_SUCCESS) {
        brood__self_id = ids[lane];
        for (uint64_t i = 1; i <= MESSAGES; i++) {
            put(lane * 1000 + i);
        }
    }
    brood__session_leave();
}

static int nobody_puts(void) {
    return simulation_life(who[1]) != SIMULATION_LIVES &&
           simulation_life(who[2]) != SIMULATION_LIVES;
}

/* The first process takes. */
static void consume(void *argument) {
    static const uint32_t lanes[] = {0, 1, 2};
    uint64_t latest[3] = {0, 0, 0};
    (void)argument;
    for (uint32_t i = 1; i < 3; i++) {
        (void)brood__session_reserve(&ids[i]);
        who[i] = simulation_start(produce, (void *)(uintptr_t)&lanes[i], 1);
    }
    for (;;) { /* ends when nobody is left who puts, and nothing is there */
        uint64_t words[8];
        int last = nobody_puts();
        uint32_t tail = atomic_load_explicit(&ring.tail, memory_order_acquire);
        uint32_t head = atomic_load_explicit(&ring.head, memory_order_relaxed);
        if (tail == head) {
            if (last) {
                return;
            }
            rest(&ring.tail, tail);
            continue;
        }
        if (tail != head + 1) {
            simulation_fault("there is more than one");
        }
        if (mistakes & GIVEN_BACK_FIRST) {
            atomic_store_explicit(&ring.head, head + 1, memory_order_release);
            memcpy(words, ring.words, sizeof words);
        } else {
            memcpy(words, ring.words, sizeof words);
            atomic_store_explicit(&ring.head, head + 1, memory_order_release);
        }
        stir(&ring.head);
        for (unsigned i = 1; i < 8; i++) {
            if (words[i] != words[0]) {
                simulation_fault("a message is torn");
            }
        }
        if (words[0] / 1000 > 2 || words[0] % 1000 != latest[words[0] / 1000] + 1) {
            simulation_fault("message %u came after %u", (unsigned)words[0],
                             (unsigned)latest[words[0] / 1000 % 3]);
        }
        latest[words[0] / 1000]++;
        taken++;
    }
}

void toy_scenario(const toy_t *toy) {
    simulation_plan_t plan = {simulation_random(3), 0, 400, 50000, 5000 * SIMULATION_MS};
    mistakes = toy->mistakes;
    if (brood__session_ensure() == APR_SUCCESS) {
        simulation_run(&plan, consume, NULL);
    }
}
