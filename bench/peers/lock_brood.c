/* Brood's lock among the locks. */
#include "peers/locks.h"
#include "support/say.h"

#include <brood/lock.h>

static void *open_lock(void *room) {
    brood_lock_t *lock;
    apr_status_t status = brood_lock_create(&lock, NULL);
    (void)room;
    if (status != APR_SUCCESS)
        bench_say_status("brood_lock_create", status);
    return lock;
}

static int acquire(void *lock) {
    return brood_lock_acquire(lock, BROOD_FOREVER);
}

static int release(void *lock) {
    return brood_lock_release(lock);
}

static void close_lock(void *lock) {
    (void)brood_lock_close(lock);
}

const bench_lock_kind_t bench_brood_lock = {
    "Brood lock", BENCH_BROOD, 1, open_lock, acquire, release, close_lock};
