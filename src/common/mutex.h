/* Mutex: the lock that another object uses, a condition or a shared value. Internal.
 *
 * It is the object's own recursive lock, in the object's cell; or a lock or recursive lock
 * that was given, held once more; or none. */
#ifndef BROOD_COMMON_MUTEX_H
#define BROOD_COMMON_MUTEX_H

#include "object.h"
#include "rlockword.h"

typedef enum brood__mutex_kind_t {
    BROOD__MUTEX_NONE = 0,
    BROOD__MUTEX_OWN = 1,
    BROOD__MUTEX_LOCK = 2,
    BROOD__MUTEX_RLOCK = 3
} brood__mutex_kind_t;

typedef struct brood__mutex_t {
    brood__mutex_kind_t kind;
    brood__hold_t given; /* LOCK, RLOCK: the cell of the given lock */
    brood__rlockword_t lock;
    brood__pace_t pace;
} brood__mutex_t;

/* No lock at all, or the recursive one in the object's own cell. */
void brood__mutex_none(brood__mutex_t *mutex);
void brood__mutex_own(brood__mutex_t *mutex, const brood__hold_t *cell);

/* A given lock. BROOD_ETYPE: it is neither a lock nor a recursive one; BROOD_ECLOSED. */
apr_status_t brood__mutex_given(brood__mutex_t *mutex, const brood_handle_t *lock,
                                const char *name);

/* Lets go of a given lock. */
void brood__mutex_close(brood__mutex_t *mutex);

/* Takes it, or once more, if that is to be had in a few instructions; 0: ask for it below. */
int brood__mutex_try(brood__mutex_t *mutex);

/* As brood__rlockword_acquire(), with words about the holder when the time is over; without a
 * lock it is APR_SUCCESS. `cell` is the object's own. */
apr_status_t brood__mutex_acquire(brood__mutex_t *mutex, const brood__hold_t *cell,
                                  apr_interval_time_t timeout);

/* Whether the caller holds it: this thread, or for a plain lock this process. */
int brood__mutex_is_mine(const brood__mutex_t *mutex);

/* The same as a status: APR_SUCCESS, or BROOD_ENOTOWNER with a detail line. */
apr_status_t brood__mutex_check_owner(const brood__mutex_t *mutex);

/* BROOD_ENOTOWNER: the caller does not hold it. */
apr_status_t brood__mutex_release(brood__mutex_t *mutex);

/* Gives back all levels for good. Only for who holds it. */
void brood__mutex_abandon(brood__mutex_t *mutex);

/* All levels at once, and back: for waiting in a condition. */
uint32_t brood__mutex_release_all(brood__mutex_t *mutex);
apr_status_t brood__mutex_restore(brood__mutex_t *mutex, uint32_t depth,
                                  brood_os_deadline_t deadline);

/* Takes it, so many levels, if its owner died with it and nobody has been told:
 * BROOD_EOWNERDEAD. APR_TIMEUP: that is not so; BROOD_EUNRECOVERABLE. Never waits. */
apr_status_t brood__mutex_take_over(brood__mutex_t *mutex, uint32_t depth);

/* On its way to another process. `cell` is the object's own. */
void brood__mutex_pack(const brood__mutex_t *mutex, brood__parcel_t *parcel);
apr_status_t brood__mutex_unpack(brood__mutex_t *mutex, const brood__hold_t *cell,
                                 brood__parcel_t *parcel);

#endif
