/* Waiters: who waits for what, a record for each thread. Internal.
 *
 * The session's control segment has a table of them (docs/decisions/0005). A condition and a
 * barrier are built on records; all other waits have one for people to look at. Nothing links
 * records to each other, so a death leaves nothing to repair but the record itself. */
#ifndef BROOD_COMMON_WAITER_H
#define BROOD_COMMON_WAITER_H

#include "os/park.h"
#include "segment.h"

#define BROOD__WAITERS 4096u

/* One thread may need many records with a bell: the rest is for others. */
#define BROOD__WAITERS_WITH_BELL (BROOD__WAITERS / 2)

/* About so many of those behind it a waiter asks whether they are dead: more than the next, because
 * that one may be busy or stopped and ask about nobody. */
#define BROOD__WAITERS_ASKED 8u

/* The low bits of a record's state; above them is the tenancy. */
#define BROOD__WAITER_STATE 3u
enum {
    BROOD__WAITER_FREE = 0,
    BROOD__WAITER_WAITING = 1,
    BROOD__WAITER_NOTIFIED = 2,
    BROOD__WAITER_GONE = 3
};

typedef struct brood__waiter_t {
    _Atomic uint32_t owner; /* participant id; 0: free */
    _Atomic uint32_t state; /* {tenancy, FREE | WAITING | NOTIFIED | GONE} */
    /* Constant while WAITING. */
    _Atomic uint64_t segment; /* of the word that is waited for */
    _Atomic uint64_t offset;  /* of that word */
    _Atomic uint64_t ticket;  /* order of arrival there; 0 for plain waits */
    _Atomic int64_t since_us; /* apr_time_now() */
    _Atomic uint32_t thread;
    uint32_t reserved;
    _Atomic uint64_t bell[2]; /* to be rung (os/bell.h); 0: the owner sleeps in a word */
} brood__waiter_t;

_Static_assert(sizeof(brood__waiter_t) == 64, "a record is one cache line");

/* How much of the control segment the table takes; a multiple of 64. */
size_t brood__waiter_table_size(void);

/* Uses the table at `offset` of this control segment from now on. */
void brood__waiter_use(const brood__segment_t *control, size_t offset);

/* A number for the calling thread: from 1, not used by another thread of this process. */
uint32_t brood__thread_number(void);

/* As brood__waiter_begin(), without a word when it fails: 0. */
int brood__waiter_try_begin(brood__waiter_t **waiter, uint32_t *state,
                            const brood_os_word_t *object, uint64_t ticket);

/* The same for one who is woken by ringing this bell. The record is not for notifying. */
int brood__waiter_try_begin_bell(brood__waiter_t **waiter, const brood_os_word_t *object,
                                 const uint64_t bell[2]);

/* Rings the bells of all who wait for `object` with one. Never blocks. */
void brood__waiters_ring(const brood_os_word_t *object);

/* Claims a record that says: this thread waits for `object`. `state` receives what its state
 * is now. BROOD_EFULL: every record is in use. */
apr_status_t brood__waiter_begin(brood__waiter_t **waiter, uint32_t *state,
                                 const brood_os_word_t *object, uint64_t ticket);

/* The wait is over: the record is free for others. NULL is allowed. */
void brood__waiter_end(brood__waiter_t *waiter);

/* Where the record's owner sleeps. */
brood_os_word_t brood__waiter_word(brood__waiter_t *waiter);

/* Whether somebody has notified it: its state is not what brood__waiter_begin() said. */
static inline int brood__waiter_is_notified(const brood__waiter_t *waiter,
                                            uint32_t state) {
    /* acquire: what the notifier did before; pairs with the release in notify_one() */
    return atomic_load_explicit(&waiter->state, memory_order_acquire) != state;
}

/* The owner does not want to be notified any more. 1: it is gone; 0: it has been notified. */
int brood__waiter_leave(brood__waiter_t *waiter, uint32_t state);

/* Notifies those who wait for `object`: the `count` oldest of the living, or all when `count` is
 * UINT32_MAX. Returns how many. Never blocks. To be called with the lock that orders them. */
uint32_t brood__waiters_notify(const brood_os_word_t *object, uint32_t count);

/* The same for all who wait with that ticket, dead or alive, and nobody is woken. */
void brood__waiters_mark(const brood_os_word_t *object, uint64_t ticket);

/* How many wait for `object` with that ticket, or with any when it is UINT64_MAX. */
uint32_t brood__waiters_count(const brood_os_word_t *object, uint64_t ticket);

/* Whether one of the `count` that wait with that ticket is dead: fewer records than that are
 * there, or the owner of one of the first BROOD__WAITERS_ASKED behind `mine` is dead. So with a
 * record for each it is enough that most of them ask. `mine` may be NULL. */
int brood__waiters_lost(const brood__waiter_t *mine, const brood_os_word_t *object,
                        uint64_t ticket, uint32_t count);

/* Whether this participant waits for `object` with that ticket. */
int brood__waiters_have(const brood_os_word_t *object, uint64_t ticket, uint32_t owner);

/* Frees the records of a participant that is dead, and wakes those whom it may have notified
 * and not woken. */
void brood__waiters_bury(uint32_t dead);

#endif
