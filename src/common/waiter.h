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
    uint32_t reserved[5];
} brood__waiter_t;

_Static_assert(sizeof(brood__waiter_t) == 64, "a record is one cache line");

/* How much of the control segment the table takes; a multiple of 64. */
size_t brood__waiter_table_size(void);

/* Uses the table at `offset` of this control segment from now on. */
void brood__waiter_use(const brood__segment_t *control, size_t offset);

/* A number for the calling thread: from 1, not used by another thread of this process. */
uint32_t brood__thread_number(void);

/* Claims a record that says: this thread waits for `object`. `state` receives what its state
 * is now. BROOD_EFULL: every record is in use. */
apr_status_t brood__waiter_begin(brood__waiter_t **waiter, uint32_t *state,
                                 const brood_os_word_t *object, uint64_t ticket);

/* The wait is over: the record is free for others. NULL is allowed. */
void brood__waiter_end(brood__waiter_t *waiter);

/* Where the record's owner sleeps. */
brood_os_word_t brood__waiter_word(brood__waiter_t *waiter);

/* The owner does not want to be notified any more. 1: it is gone; 0: it has been notified. */
int brood__waiter_leave(brood__waiter_t *waiter, uint32_t state);

/* Notifies those who wait for `object`: the `count` oldest of the living, or all when `count` is
 * UINT32_MAX. Returns how many. Never blocks. To be called with the lock that orders them. */
uint32_t brood__waiters_notify(const brood_os_word_t *object, uint32_t count);

/* How many wait for `object` with that ticket, or with any when it is UINT64_MAX. `dead`, unless
 * it is NULL, receives the participant id of one of them who is dead, or 0. */
uint32_t brood__waiters_count(const brood_os_word_t *object, uint64_t ticket,
                              uint32_t *dead);

/* Frees the records of a participant that is dead. */
void brood__waiters_bury(uint32_t dead);

#endif
