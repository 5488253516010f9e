/* Sleeping on a word: one auto-reset event for each sleeping thread, found by the waker in a
 * table that lies in the session's control segment.
 *
 * Who writes what, in which order, and what is true when the writer dies in between:
 *
 * - A thread claims a spot before its first sleep: owner, from 0 to its participant + 1, by
 *   compare and swap, with high_water raised over it before; then birth, name and, last, pid.
 *   Nobody else writes these fields while the owner stands. Killed on the way: the spot is taken and has no key,
 *   no waker looks at it, and brood_os_park_forget() frees it.
 * - keys[i] is set only by the spot's thread, from 0 to the key of the word it is about to
 *   wait for, and cleared by whoever comes first: that thread when it gives up, or a waker,
 *   by compare and swap. The one who clears it has decided whether the sleep ended by waking.
 *   Sleeper killed with its key set: a waker clears the key, finds the process ended or the
 *   event gone, and goes on to the next; otherwise forget() clears it.
 * - A waker that has cleared a key owes the sleeper a signal of its event. Waker killed in
 *   between: the sleeper finds its key cleared at the end of its slice, at most SLICE_MS
 *   later, and returns as if woken.
 * - A waker reads the name only after it has cleared the key. A sleeper that still sleeps
 *   still has its spot, so the name is its name. If the sleeper has left and the spot has
 *   changed hands, the signal goes to a thread that did not ask for it, or to none: an early
 *   return for the one, one wake too many for another, never one too few.
 * - A free spot has no key and no pid: these first, then owner is cleared, at the thread's end
 *   and by forget(). Killed in between: the spot stays taken until forget().
 * - When all spots are taken, those whose process has ended are freed by whoever needs one: not
 *   every participant that leaves is told of to forget(). A spot without a pid is being claimed
 *   and is left alone.
 *
 * No wake is missed: the sleeper stores its key and then reads the word, the waker stores the
 * word and then reads the keys, both with a sequentially consistent fence in between, so that
 * at least one of them sees the other's store.
 *
 * A signal that comes late stays in the event and ends the thread's next sleep early; callers
 * loop. Threads of one process use the table like all others. */
#include "system.h"
#include "os/clock.h"
#include "os/handle.h"
#include "os/identity.h"
#include "os/park.h"
#include "sleepers.h"
#include "thread.h"

/* How long a sleeper relies on wakers being alive. */
#define SLICE_MS 200
/* A sleep when there is no spot to be had. */
#define BLIND_MS 1
/* How often, at the most, a full table is searched for the dead. */
#define RECLAIM_NS INT64_C(1000000000)

/* `area` is read without the guard by those who sleep and wake: it changes only while nobody
 * does. The guard is for threads that end while another attaches. */
static SRWLOCK guard = SRWLOCK_INIT;
static _Atomic(brood__park_area_t *) area;
static uint32_t owner;                  /* this participant + 1 */
static _Atomic uint32_t attachment = 1; /* counts changes of the two; spots know theirs */

/* The spot that the last search woke, in this process: the next search starts after it, or
 * spots far up would starve. */
static _Atomic uint32_t last_woken;

/* The same in every process. Within a segment no two words share a key: the mixing of the
 * offset is one to one. 0 stands for no word and is avoided. */
static uint64_t key_of(const brood_os_word_t *word) {
    uint64_t x = word->offset + 1;
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    x ^= (x >> 31) ^ word->segment;
    return x == 0 ? 1 : x;
}

size_t brood_os_park_area_size(void) {
    return sizeof(brood__park_area_t);
}

static uint32_t used_spots(brood__park_area_t *table) {
    /* Pairs with the fence in brood_os_park(): a key that must be seen lies below it. The
     * bound is for a segment that somebody has scribbled on. */
    uint32_t high = atomic_load_explicit(&table->high_water, memory_order_acquire);
    return high < BROOD__SPOTS ? high : BROOD__SPOTS;
}

static void free_spot(brood__park_area_t *table, uint32_t index, uint32_t whose) {
    atomic_store_explicit(&table->keys[index], 0, memory_order_relaxed);
    atomic_store_explicit(&table->spots[index].pid, 0, memory_order_relaxed);
    /* By comparison: somebody else may have been quicker. Release: pairs with the acquire in
     * claim(), so that a free spot has neither key nor pid. */
    atomic_compare_exchange_strong_explicit(&table->spots[index].owner, &whose, 0,
                                            memory_order_release, memory_order_relaxed);
}

static void free_spots_of(brood__park_area_t *table, uint32_t whose) {
    uint32_t high = used_spots(table);
    for (uint32_t i = 0; i < high; ++i) {
        if (atomic_load_explicit(&table->spots[i].owner, memory_order_relaxed) == whose) {
            free_spot(table, i, whose);
            brood__sleeper_drop(i);
        }
    }
}

apr_status_t brood_os_park_attach(void *address, size_t size, uint32_t participant) {
    brood__park_area_t *table = address;
    BROOD_FAULT("os.park_attach");
    if (table != NULL && size < sizeof *table) {
        return APR_EINVAL;
    }
    AcquireSRWLockExclusive(&guard);
    brood__park_area_t *old = atomic_load_explicit(&area, memory_order_relaxed);
    if (old != table || owner != participant + 1) {
        atomic_fetch_add_explicit(&attachment, 1, memory_order_relaxed);
        if (old != NULL) { /* it is still mapped: see os/park.h */
            free_spots_of(old, owner);
        }
        owner = participant + 1;
        if (old != table) {
            brood__sleepers_drop_all();
        }
        if (table != NULL) {
            free_spots_of(table, owner);
        }
        /* Release: pairs with the acquire in brood_os_park() and brood_os_unpark(). */
        atomic_store_explicit(&area, table, memory_order_release);
    }
    ReleaseSRWLockExclusive(&guard);
    return APR_SUCCESS;
}

void brood_os_park_forget(uint32_t participant) {
    /* Acquire: pairs with the release in brood_os_park_attach(). */
    brood__park_area_t *table = atomic_load_explicit(&area, memory_order_acquire);
    if (table != NULL) {
        free_spots_of(table, participant + 1);
    }
}

static void raise_high_water(brood__park_area_t *table, uint32_t at_least) {
    uint32_t high = atomic_load_explicit(&table->high_water, memory_order_relaxed);
    /* Release: pairs with the acquire in used_spots(). */
    while (high < at_least && !atomic_compare_exchange_weak_explicit(
                                  &table->high_water, &high, at_least,
                                  memory_order_acq_rel, memory_order_relaxed)) {}
}

/* Frees the spots of processes that have ended. At most once in a while: when all sleepers
 * live there is nothing to find, and asking after each is slow. */
static void free_spots_of_the_dead(brood__park_area_t *table) {
    static _Atomic int64_t next_time;
    int64_t now = brood_os_now_ns();
    if (now <
        atomic_exchange_explicit(&next_time, now + RECLAIM_NS, memory_order_relaxed)) {
        return;
    }
    for (uint32_t i = 0; i < BROOD__SPOTS; ++i) {
        brood_os_handle_t watch = BROOD_OS_NO_HANDLE;
        brood__spot_t *spot = &table->spots[i];
        uint32_t whose = atomic_load_explicit(&spot->owner, memory_order_relaxed);
        /* Acquire: pairs with the release in brood__sleeper_create(). */
        brood_os_identity_t identity = {
            atomic_load_explicit(&spot->pid, memory_order_acquire),
            atomic_load_explicit(&spot->birth, memory_order_relaxed)};
        if (whose != 0 && identity.pid != 0 &&
            brood_os_identity_life(&identity, &watch) == BROOD_OS_DEAD) {
            free_spot(table, i, whose);
            brood__sleeper_drop(i);
        }
        brood_os_handle_close(watch);
    }
}

/* Finds a free spot for the thread and makes its event. Returns 0 when there is none. */
static int claim(brood__park_area_t *table, brood__thread_t *thread) {
    for (uint32_t i = 0; i < BROOD__SPOTS; ++i) {
        brood__spot_t *spot = &table->spots[i];
        uint32_t none = 0;
        apr_status_t status;
        if (atomic_load_explicit(&spot->owner, memory_order_relaxed) != 0) {
            continue;
        }
        raise_high_water(table, i + 1); /* first: a spot above it would never be freed */
        /* Acquire: pairs with the releases that free a spot. */
        if (!atomic_compare_exchange_strong_explicit(
                &spot->owner, &none, owner, memory_order_acquire, memory_order_relaxed)) {
            continue;
        }
        BROOD_KILL_POINT("park.claimed");
        thread->park_event = brood__sleeper_create(spot, &status);
        if (thread->park_event == NULL) {
            free_spot(table, i, owner);
            return 0;
        }
        thread->spot = i + 1;
        thread->attachment = atomic_load_explicit(&attachment, memory_order_relaxed);
        return 1;
    }
    return 0;
}

static void leave_event(brood__thread_t *thread) {
    if (thread->park_event != NULL) {
        CloseHandle(thread->park_event);
        thread->park_event = NULL;
    }
    thread->spot = 0;
}

void brood__park_thread_ends(brood__thread_t *thread) {
    AcquireSRWLockShared(&guard);
    brood__park_area_t *table = atomic_load_explicit(&area, memory_order_relaxed);
    if (thread->spot != 0 && table != NULL &&
        thread->attachment == atomic_load_explicit(&attachment, memory_order_relaxed)) {
        free_spot(table, thread->spot - 1, owner);
    }
    ReleaseSRWLockShared(&guard);
    leave_event(thread);
}

/* The calling thread with a spot in this table, or NULL. */
static brood__thread_t *thread_with_spot(brood__park_area_t *table) {
    brood__thread_t *thread = brood__thread_self();
    if (thread == NULL || table == NULL) {
        return NULL;
    }
    if (thread->spot != 0 &&
        thread->attachment == atomic_load_explicit(&attachment, memory_order_relaxed) &&
        atomic_load_explicit(&table->spots[thread->spot - 1].owner,
                             memory_order_relaxed) == owner) {
        return thread;
    }
    leave_event(thread);
    if (claim(table, thread)) {
        return thread;
    }
    free_spots_of_the_dead(table);
    return claim(table, thread) ? thread : NULL;
}

/* Sleeps until a waker clears the key. Returns APR_TIMEUP at the deadline alone. */
static apr_status_t sleep_in_slices(const brood__thread_t *thread, _Atomic uint64_t *key,
                                    const brood_os_word_t *word, uint32_t expected,
                                    brood_os_deadline_t deadline) {
    while (atomic_load_explicit(word->word, memory_order_relaxed) == expected) {
        DWORD left = brood__milliseconds_left(deadline);
        DWORD result =
            WaitForSingleObject(thread->park_event, left < SLICE_MS ? left : SLICE_MS);
        if (result != WAIT_TIMEOUT ||
            atomic_load_explicit(key, memory_order_relaxed) == 0) {
            return APR_SUCCESS; /* even when the wait failed: callers loop */
        }
        if (brood__has_passed(deadline)) {
            return APR_TIMEUP;
        }
    }
    return APR_SUCCESS;
}

apr_status_t brood_os_park(const brood_os_word_t *word, uint32_t expected,
                           brood_os_deadline_t deadline) {
    /* Acquire: pairs with the release in brood_os_park_attach(). */
    brood__park_area_t *table = atomic_load_explicit(&area, memory_order_acquire);
    /* Acquire: pairs with the release of whoever changed the word. */
    if (atomic_load_explicit(word->word, memory_order_acquire) != expected) {
        return APR_SUCCESS;
    }
    if (brood__has_passed(deadline)) {
        return APR_TIMEUP;
    }
    brood__thread_t *thread = thread_with_spot(table);
    if (thread == NULL) {
        Sleep(BLIND_MS);
        return APR_SUCCESS;
    }
    _Atomic uint64_t *key = &table->keys[thread->spot - 1];
    /* Release: publishes the spot's fields to the waker that acquires by clearing the key. */
    atomic_store_explicit(key, key_of(word), memory_order_release);
    /* Pairs with the fence in brood_os_unpark(); between storing the key and reading the
     * word. */
    atomic_thread_fence(memory_order_seq_cst);
    BROOD_KILL_POINT("park.announced");
    apr_status_t status = sleep_in_slices(thread, key, word, expected, deadline);
    /* Whoever clears the key decides: cleared already means woken, in time or not. Acquire:
     * pairs with the waker's release when it cleared it. */
    return atomic_exchange_explicit(key, 0, memory_order_acq_rel) == 0 ? APR_SUCCESS
                                                                       : status;
}

static int wake_spot(brood__park_area_t *table, uint32_t index, uint64_t key) {
    /* Acquire: the spot's fields; pairs with the release that stored the key. */
    if (!atomic_compare_exchange_strong_explicit(
            &table->keys[index], &key, 0, memory_order_acq_rel, memory_order_relaxed)) {
        return 0;
    }
    BROOD_KILL_POINT("park.cleared");
    return brood__sleeper_wake(&table->spots[index], index);
}

void brood_os_unpark(const brood_os_word_t *word, uint32_t count) {
    /* Acquire: pairs with the release in brood_os_park_attach(). */
    brood__park_area_t *table = atomic_load_explicit(&area, memory_order_acquire);
    if (table == NULL || count == 0) {
        return;
    }
    uint64_t key = key_of(word);
    /* Pairs with the fence in brood_os_park(); between the caller's store of the word and
     * reading the keys. */
    atomic_thread_fence(memory_order_seq_cst);
    uint32_t high = used_spots(table);
    uint32_t index = atomic_load_explicit(&last_woken, memory_order_relaxed);
    for (uint32_t left = high; left > 0 && count > 0; --left) {
        index = index + 1 < high ? index + 1 : 0;
        if (atomic_load_explicit(&table->keys[index], memory_order_relaxed) == key &&
            wake_spot(table, index, key)) {
            --count;
            atomic_store_explicit(&last_woken, index, memory_order_relaxed);
        }
    }
}

const char *brood_os_park_name(void) {
    return "event";
}
