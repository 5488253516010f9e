/* Mutex: the three kinds of lock that an object may use, behind one face. The shared state is
 * that of lockword.c and rlockword.c. */
#include "mutex.h"

#include "brood/boot.h"
#include "holder.h"
#include "status.h"
#include <string.h>

void brood__mutex_none(brood__mutex_t *mutex) {
    memset(mutex, 0, sizeof *mutex);
}

void brood__mutex_own(brood__mutex_t *mutex, const brood__hold_t *cell) {
    memset(mutex, 0, sizeof *mutex);
    mutex->kind = BROOD__MUTEX_OWN;
    mutex->lock = brood__rlockword(cell);
}

apr_status_t brood__mutex_given(brood__mutex_t *mutex, const brood_handle_t *lock,
                                const char *name) {
    apr_status_t rv = brood__handle_check(lock, name);
    memset(mutex, 0, sizeof *mutex);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (lock->cls != &brood__lock_class && lock->cls != &brood__rlock_class) {
        return brood__fail(BROOD_ETYPE, "%s is a %s, not a lock or rlock", name,
                           lock->cls->name);
    }
    rv = brood__object_hold_again(&mutex->given, (const brood__object_t *)lock);
    if (rv == APR_SUCCESS) {
        mutex->kind =
            lock->cls == &brood__lock_class ? BROOD__MUTEX_LOCK : BROOD__MUTEX_RLOCK;
        mutex->lock = brood__rlockword(&mutex->given);
    }
    return rv;
}

void brood__mutex_close(brood__mutex_t *mutex) {
    brood__arena_release(&mutex->given);
}

/* Writes beside the word, which this thread has just taken, who holds it and how often. */
static void taken(const brood__mutex_t *mutex, uint32_t depth) {
    if (mutex->kind == BROOD__MUTEX_LOCK) {
        brood__holder_set(mutex->lock.cell);
    } else {
        brood__rlockword_restore(&mutex->lock, depth);
    }
}

int brood__mutex_try(brood__mutex_t *mutex) {
    if (mutex->kind == BROOD__MUTEX_NONE) {
        return 1;
    }
    if (mutex->kind != BROOD__MUTEX_LOCK && brood__rlockword_is_mine(&mutex->lock)) {
        return brood__rlockword_acquire(&mutex->lock, &mutex->pace, 0) == APR_SUCCESS;
    }
    if (!brood__lockword_try(&mutex->lock.word)) {
        return 0;
    }
    taken(mutex, 1);
    return 1;
}

apr_status_t brood__mutex_acquire(brood__mutex_t *mutex, const brood__hold_t *cell,
                                  apr_interval_time_t timeout) {
    brood_os_deadline_t deadline = brood__deadline(timeout);
    apr_status_t rv = APR_SUCCESS;
    switch (mutex->kind) {
    case BROOD__MUTEX_NONE: break;
    case BROOD__MUTEX_LOCK: rv = brood__mutex_restore(mutex, 1, deadline); break;
    default: rv = brood__rlockword_acquire(&mutex->lock, &mutex->pace, deadline); break;
    }
    if (rv == APR_TIMEUP && timeout > 0) {
        return brood__holder_timeup(mutex->kind == BROOD__MUTEX_OWN ? cell
                                                                    : &mutex->given);
    }
    return rv == BROOD_ERANGE ? rv : brood__fail_plainly(rv);
}

int brood__mutex_is_mine(const brood__mutex_t *mutex) {
    switch (mutex->kind) {
    case BROOD__MUTEX_NONE: return 1;
    case BROOD__MUTEX_LOCK: return brood__lockword_is_mine(&mutex->lock.word);
    default: return brood__rlockword_is_mine(&mutex->lock);
    }
}

apr_status_t brood__mutex_check_owner(const brood__mutex_t *mutex) {
    if (brood__mutex_is_mine(mutex)) {
        return APR_SUCCESS;
    }
    return brood__fail(BROOD_ENOTOWNER, "the lock is not held by %s of process %s",
                       mutex->kind == BROOD__MUTEX_LOCK ? "any thread" : "this thread",
                       brood_current_name());
}

apr_status_t brood__mutex_release(brood__mutex_t *mutex) {
    apr_status_t rv = brood__mutex_check_owner(mutex);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    switch (mutex->kind) {
    case BROOD__MUTEX_NONE: break;
    case BROOD__MUTEX_LOCK: (void)brood__mutex_release_all(mutex); break;
    default: (void)brood__rlockword_release(&mutex->lock); break;
    }
    return APR_SUCCESS;
}

void brood__mutex_abandon(brood__mutex_t *mutex) {
    if (mutex->kind == BROOD__MUTEX_LOCK) {
        (void)brood__lockword_abandon(&mutex->lock.word);
    } else {
        brood__rlockword_abandon(&mutex->lock);
    }
}

uint32_t brood__mutex_release_all(brood__mutex_t *mutex) {
    if (mutex->kind == BROOD__MUTEX_LOCK) {
        brood__holder_clear(mutex->lock.cell);
        (void)brood__lockword_release(&mutex->lock.word);
        return 1;
    }
    return brood__rlockword_release_all(&mutex->lock);
}

apr_status_t brood__mutex_restore(brood__mutex_t *mutex, uint32_t depth,
                                  brood_os_deadline_t deadline) {
    apr_status_t rv = brood__lockword_acquire(&mutex->lock.word, &mutex->pace, deadline);
    if (rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD) {
        taken(mutex, depth);
    }
    return rv;
}

apr_status_t brood__mutex_take_over(brood__mutex_t *mutex, uint32_t depth) {
    apr_status_t rv;
    if (!brood__lockword_is_orphaned(&mutex->lock.word)) {
        return APR_TIMEUP;
    }
    rv = brood__mutex_restore(mutex, depth, 0);
    if (rv == APR_SUCCESS) { /* another has been told, and has given it back already */
        (void)brood__mutex_release_all(mutex);
        rv = APR_TIMEUP;
    }
    return rv;
}

void brood__mutex_pack(const brood__mutex_t *mutex, brood__parcel_t *parcel) {
    brood__parcel_put_number(parcel, (uint64_t)mutex->kind);
    if (mutex->kind == BROOD__MUTEX_LOCK || mutex->kind == BROOD__MUTEX_RLOCK) {
        brood__arena_pack(&mutex->given, parcel);
    }
}

apr_status_t brood__mutex_unpack(brood__mutex_t *mutex, const brood__hold_t *cell,
                                 brood__parcel_t *parcel) {
    uint64_t kind = 0;
    apr_status_t rv = brood__parcel_take_number(parcel, &kind);
    brood__mutex_none(mutex);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    switch (kind) {
    case BROOD__MUTEX_NONE: return APR_SUCCESS;
    case BROOD__MUTEX_OWN: brood__mutex_own(mutex, cell); return APR_SUCCESS;
    case BROOD__MUTEX_LOCK:
    case BROOD__MUTEX_RLOCK: break;
    default: return brood__fail(BROOD_EENCODING, "lock kind %u", (unsigned)kind);
    }
    rv = brood__arena_unpack(
        &mutex->given,
        kind == BROOD__MUTEX_LOCK ? BROOD__HANDLE_LOCK : BROOD__HANDLE_RLOCK, parcel);
    if (rv == APR_SUCCESS) {
        mutex->kind = (brood__mutex_kind_t)kind;
        mutex->lock = brood__rlockword(&mutex->given);
    }
    return rv;
}
