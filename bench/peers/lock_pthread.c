/* POSIX mutexes shared between processes, robust and plain. */
#include "peers/locks.h"
#include "support/say.h"

#include <errno.h>
#include <pthread.h>

static void *open_mutex(void *room, int robust) {
    pthread_mutexattr_t attributes;
    int error = pthread_mutexattr_init(&attributes);
    if (!error)
        error = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (!error && robust)
        error = pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    if (!error)
        error = pthread_mutex_init(room, &attributes);
    if (!error)
        return room;
    errno = error;
    bench_say_errno("pthread_mutex_init");
    return NULL;
}

static void *open_robust(void *room) {
    return open_mutex(room, 1);
}

static void *open_plain(void *room) {
    return open_mutex(room, 0);
}

static int acquire(void *lock) {
    return pthread_mutex_lock(lock);
}

static int release(void *lock) {
    return pthread_mutex_unlock(lock);
}

static void destroy(void *lock) {
    pthread_mutex_destroy(lock);
}

const bench_lock_kind_t bench_pthread_robust = {
    "pthread mutex, robust", BENCH_PEER, 0, open_robust, acquire, release, destroy};

const bench_lock_kind_t bench_pthread_plain = {"pthread mutex, not robust",
                                               BENCH_REFERENCE,
                                               0,
                                               open_plain,
                                               acquire,
                                               release,
                                               destroy};
