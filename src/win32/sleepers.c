/* Events by name, opened when first needed and kept.
 *
 * Kept is what was opened under a certain name; a spot that has changed hands has another
 * name, and what was kept for the old one is closed. An event outlives its sleeper while
 * somebody keeps it open, so to have it is no proof of life: the process's own object is
 * asked, before each wake. All of this is this process's alone, guarded by one lock. */
#include "sleepers.h"
#include "name.h"
#include "os/entropy.h"
#include "os/handle.h"
#include "os/identity.h"
#include "owner.h"

#include <string.h>

typedef struct kept_t {
    uint64_t name[2];
    HANDLE event;            /* NULL: nothing is kept */
    brood_os_handle_t watch; /* of the sleeper's process; meaningful with an event */
} kept_t;

static SRWLOCK guard = SRWLOCK_INIT;
static kept_t kept[BROOD__SPOTS];

static void spell(wchar_t name[BROOD__NAME_UNITS], const uint64_t bits[2]) {
    unsigned char bytes[BROOD__NAME_BITS_SIZE];
    memcpy(bytes, bits, sizeof bytes);
    brood__name_spell(name, L"Local\\brood-", bytes);
}

HANDLE brood__sleeper_create(brood__spot_t *spot, apr_status_t *status) {
    wchar_t name[BROOD__NAME_UNITS];
    uint64_t bits[2];
    brood_os_identity_t self;
    SECURITY_ATTRIBUTES *attributes = brood__owner_only(status);
    if (attributes == NULL) {
        return NULL;
    }
    *status = brood_os_identity_self(&self);
    if (*status == APR_SUCCESS) {
        *status = brood_os_random(bits, sizeof bits);
    }
    if (*status != APR_SUCCESS) {
        return NULL;
    }
    spell(name, bits);
    HANDLE event = CreateEventW(attributes, FALSE, FALSE, name);
    DWORD error = GetLastError();
    if (event == NULL ||
        error == ERROR_ALREADY_EXISTS) { /* 128 bits: somebody else's doing */
        if (event != NULL) {
            CloseHandle(event);
        }
        *status = brood__status_from_os(error);
        return NULL;
    }
    /* Relaxed: the sleeper's key, stored later with release, publishes them. The pid is last,
     * with release, for those who look after the dead; it tells that the rest is there. */
    atomic_store_explicit(&spot->birth, self.birth, memory_order_relaxed);
    atomic_store_explicit(&spot->name[0], bits[0], memory_order_relaxed);
    atomic_store_explicit(&spot->name[1], bits[1], memory_order_relaxed);
    atomic_store_explicit(&spot->pid, (uint32_t)self.pid, memory_order_release);
    return event;
}

/* With the lock held for writing. */
static void drop(kept_t *one) {
    if (one->event != NULL) {
        CloseHandle(one->event);
        brood_os_handle_close(one->watch);
        one->event = NULL;
    }
}

static int is_kept(const kept_t *one, const uint64_t name[2]) {
    return one->event != NULL && one->name[0] == name[0] && one->name[1] == name[1];
}

/* With the lock held. */
static int wake_kept(kept_t *one) {
    if (one->watch != BROOD_OS_NO_HANDLE &&
        WaitForSingleObject(brood__native(one->watch), 0) == WAIT_OBJECT_0) {
        return 0;
    }
    return SetEvent(one->event) != 0;
}

/* With the lock held for writing. */
static int open_and_wake(kept_t *one, const brood__spot_t *spot, const uint64_t bits[2]) {
    wchar_t name[BROOD__NAME_UNITS];
    brood_os_identity_t identity;
    drop(one);
    identity.pid = atomic_load_explicit(&spot->pid, memory_order_relaxed);
    identity.birth = atomic_load_explicit(&spot->birth, memory_order_relaxed);
    one->watch = BROOD_OS_NO_HANDLE;
    if (brood_os_identity_life(&identity, &one->watch) == BROOD_OS_DEAD) {
        one->watch = brood_os_handle_close(one->watch);
        return 0;
    }
    spell(name, bits);
    one->event = OpenEventW(EVENT_MODIFY_STATE, FALSE, name);
    if (one->event == NULL) {
        one->watch = brood_os_handle_close(one->watch);
        return 0;
    }
    one->name[0] = bits[0];
    one->name[1] = bits[1];
    return wake_kept(one);
}

int brood__sleeper_wake(const brood__spot_t *spot, uint32_t index) {
    kept_t *one = &kept[index];
    const uint64_t name[2] = {atomic_load_explicit(&spot->name[0], memory_order_relaxed),
                              atomic_load_explicit(&spot->name[1], memory_order_relaxed)};
    AcquireSRWLockShared(&guard);
    int known = is_kept(one, name);
    int woken = known && wake_kept(one);
    ReleaseSRWLockShared(&guard);
    if (known) {
        return woken;
    }
    AcquireSRWLockExclusive(&guard);
    woken = is_kept(one, name) ? wake_kept(one) : open_and_wake(one, spot, name);
    ReleaseSRWLockExclusive(&guard);
    return woken;
}

void brood__sleeper_drop(uint32_t index) {
    AcquireSRWLockExclusive(&guard);
    drop(&kept[index]);
    ReleaseSRWLockExclusive(&guard);
}

void brood__sleepers_drop_all(void) {
    AcquireSRWLockExclusive(&guard);
    for (uint32_t i = 0; i < BROOD__SPOTS; ++i) {
        drop(&kept[i]);
    }
    ReleaseSRWLockExclusive(&guard);
}

int brood__sleepers_keep(HANDLE handle) {
    int found = 0;
    AcquireSRWLockShared(&guard);
    for (uint32_t i = 0; i < BROOD__SPOTS && !found; ++i) {
        found = kept[i].event != NULL &&
                (kept[i].event == handle || brood__native(kept[i].watch) == handle);
    }
    ReleaseSRWLockShared(&guard);
    return found;
}
