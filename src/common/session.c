/* The session: the control segment, this process's place in it, and the pool of what lives
 * as long as the process.
 *
 * A process has a session of its own from the first shared object it makes. A child enters
 * its parent's at brood_init(); what it made before that stays usable, because words name
 * their owner only while something is held, and nothing is held then. */
#include "session.h"

#include "arena.h"
#include "brood/boot.h"
#include "guard.h"
#include "os/fault.h"
#include "os/handle.h"
#include "os/process.h"
#include "own_thread.h"
#include "participant.h"
#include "status.h"
#include "text.h"
#include "waiter.h"
#include <apr_general.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

uint32_t brood__self_id;

static brood__guard_t session_guard = BROOD__GUARD_INIT;
static brood__guard_t sweep_guard = BROOD__GUARD_INIT;
static brood__segment_t *control;
static brood__sweeper_t *sweepers;
static apr_pool_t *process_pool;
static apr_pool_t *nursery; /* which a forked child has for its own */
static int is_initialized;  /* APR, which counts */
static int is_registered;   /* its end, with the C library */
static int is_forked;
static char current_name[BROOD__NAME_MAX]; /* "": as the first process is called */
static brood_os_identity_t parent_identity;

/* The allocators of these pools and of those of its parents, which a forked child leaves as they
 * are: here they are found by who looks for lost memory at the end, as LeakSanitizer does, for it
 * does not search what APR has mapped. */
#define ALLOCATORS 16
static apr_allocator_t *volatile allocators[ALLOCATORS];
static unsigned allocator_count;

static void at_raw_fork(void);

/* The control segment: the participants, the waiters, and what the seam needs. */
size_t brood__session_waiters_offset(void) {
    return (brood__participant_table_size() + 63) / 64 * 64;
}

static size_t park_offset(void) {
    return brood__session_waiters_offset() + brood__waiter_table_size();
}

/* From now on this process is `id` in the session of `segment`. */
static apr_status_t enter(brood__segment_t *segment, uint32_t id) {
    size_t area = brood_os_park_area_size();
    apr_status_t rv = brood__participant_claim(id);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood_os_park_attach(area == 0 ? NULL : segment->base + park_offset(), area, id);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "attaching the session's sleepers");
    }
    brood__self_id = id;
    return APR_SUCCESS;
}

static apr_status_t session_make(void) {
    brood__segment_t *fresh;
    uint32_t id;
    size_t size = park_offset() + brood_os_park_area_size();
    apr_status_t rv = brood__segment_create(&fresh, BROOD__SEGMENT_CONTROL, size, size);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    brood__participant_use(fresh);
    brood__waiter_use(fresh, brood__session_waiters_offset());
    rv = brood__participant_reserve(&id, 0);
    if (rv == APR_SUCCESS) {
        rv = enter(fresh, id);
    }
    if (rv != APR_SUCCESS) {
        brood__segment_release(fresh);
        return rv;
    }
    control = fresh;
    return brood_os_at_fork_child(at_raw_fork);
}

apr_status_t brood__session_ensure(void) {
    apr_status_t rv = APR_SUCCESS;
    if (brood__self_id != 0) {
        return APR_SUCCESS;
    }
    brood__guard_take(&session_guard);
    if (brood__self_id == 0) {
        rv = session_make();
    }
    brood__guard_give(&session_guard);
    return rv;
}

apr_status_t brood__session_adopt(brood_os_handle_t handle, uint32_t id) {
    brood__segment_t *arrived;
    brood__segment_t *own = control;
    uint32_t own_id = brood__self_id;
    size_t size = park_offset() + brood_os_park_area_size();
    apr_status_t rv =
        brood__segment_attach_sized(&arrived, BROOD__SEGMENT_CONTROL, handle, size);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (arrived->mapped < size) {
        brood__segment_release(arrived);
        return brood__fail(BROOD_EMISMATCH, "the session's control segment is too small");
    }
    if (own_id != 0) {
        brood__participant_free(own_id);
    }
    brood__participant_use(arrived);
    brood__waiter_use(arrived, brood__session_waiters_offset());
    rv = enter(arrived, id);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    control = arrived;
    if (own != NULL) {
        brood__segment_release(own);
    }
    brood__arena_renamed(own_id, id);
    return brood_os_at_fork_child(at_raw_fork);
}

uint32_t brood__session_disown(void) {
    uint32_t parent = brood__self_id;
    brood__guard_reset(&session_guard);
    brood__guard_reset(&sweep_guard);
    /* What is registered with the pools of the parent is for the parent to clean up: its files
     * to delete, its children to end. */
    process_pool = nursery;
    nursery = NULL;
    is_forked = 1;
    brood__segment_after_fork();
    brood__participant_after_fork();
    brood__arena_after_fork();
    brood__self_id = 0;
    return parent;
}

apr_status_t brood__session_claim(uint32_t id) {
    return enter(control, id);
}

apr_status_t brood__session_claim_held(uint32_t id) {
    apr_status_t rv = enter(control, id);
    if (rv == APR_SUCCESS) {
        (void)brood__arena_hold_all(id);
    }
    return rv;
}

/* A fork that Brood did not make: the child is a process of its own all the same. When it
 * finds no place it makes a session of its own at the next use. */
static void at_raw_fork(void) {
    uint32_t parent = brood__session_disown();
    brood_os_identity_t identity;
    uint32_t id;
    if (brood__participant_identity(parent, &identity)) {
        brood__session_set_parent(&identity);
    }
    if (parent != 0 && brood__participant_reserve(&id, parent) == APR_SUCCESS &&
        brood__arena_hold_all(id) == APR_SUCCESS) {
        (void)enter(control, id);
    }
}

apr_status_t brood__session_reserve(uint32_t *id) {
    return brood__participant_reserve(id, brood__self_id);
}

brood_os_handle_t brood__session_control(void) {
    return control == NULL ? BROOD_OS_NO_HANDLE : control->memory;
}

brood_os_word_t brood__session_word(_Atomic uint32_t *word) {
    return brood__segment_word(control, word);
}

void brood__session_bury(uint32_t id) {
    brood__sweeper_t *sweeper;
    if (id == 0) {
        return;
    }
    brood_os_park_forget(id);
    brood__guard_take(&sweep_guard);
    for (sweeper = sweepers; sweeper != NULL; sweeper = sweeper->next) {
        sweeper->sweep(sweeper, id);
    }
    brood__guard_give(&sweep_guard);
    brood__waiters_bury(id);
    brood__participant_free(id);
}

void brood__session_leave(void) {
    if (brood__self_id != 0) {
        brood__arena_leave(brood__self_id);
        brood_os_park_forget(brood__self_id);
        brood__participant_free(brood__self_id);
        brood__self_id = 0;
    }
}

apr_status_t brood__session_return(void) {
    uint32_t id;
    apr_status_t rv =
        control == NULL ? BROOD_ENOTINIT : brood__participant_reserve(&id, 0);
    if (rv == APR_SUCCESS) {
        rv = brood__arena_hold_all(id);
    }
    return rv == APR_SUCCESS ? enter(control, id) : rv;
}

/* The process ends at once, so its pools are only cleared: nobody needs the memory. In a forked
 * child APR's own pools are copies of the parent's. */
static void pools_end(void) {
    if (process_pool != NULL) {
        apr_pool_clear(process_pool);
    }
    if (nursery != NULL && !is_forked) {
        apr_pool_clear(nursery);
    }
    if (!is_forked && is_initialized) {
        is_initialized = 0;
        process_pool = nursery = NULL; /* who asks for one again gets APR again */
        apr_terminate(); /* with it go the pools that the program has made */
    }
}

/* The pools go first: what is registered with them may use the objects of the session. Other
 * threads may do so until the very end; then the kernel says that this process is dead. */
void brood__session_end(void) {
    pools_end();
    if (brood__program_threads() <= 1) {
        brood__session_leave();
    }
}

/* APR counts its initialisations, and ends with the last of its ends, which is one here. */
static int initialize(void) {
    if (!is_initialized && apr_initialize() == APR_SUCCESS) {
        is_initialized = 1;
        if (!is_registered) { /* a forked child has its parent's handlers, in their order */
            is_registered = atexit(brood__session_end) == 0;
        }
    }
    return is_initialized;
}

/* Unmanaged: it belongs to no other pool, so that making one in a forked child asks for no
 * lock that a thread of the parent may have held. */
static apr_pool_t *pool_of_process(apr_pool_t **pool) {
    brood__guard_take(&session_guard);
    if (*pool == NULL && initialize()) {
        if (apr_pool_create_unmanaged_ex(pool, NULL, NULL) == APR_SUCCESS) {
            /* A forked child then need not look for that function. */
            apr_pool_clear(*pool);
            allocators[allocator_count++ % ALLOCATORS] = apr_pool_allocator_get(*pool);
        } else {
            *pool = NULL;
        }
    }
    brood__guard_give(&session_guard);
    return *pool;
}

apr_pool_t *brood__session_pool(void) {
    return pool_of_process(&process_pool);
}

apr_pool_t *brood__session_nursery(void) {
    return pool_of_process(&nursery);
}

apr_pool_t *brood__session_pool_for(apr_pool_t *pool) {
    if (pool == NULL && brood__session_pool() != NULL &&
        apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        pool = NULL;
    }
    return pool;
}

void brood__session_set_name(const char *name) {
    brood__text_copy(current_name, name, sizeof current_name);
}

void brood__session_set_parent(const brood_os_identity_t *parent) {
    parent_identity = *parent;
}

int brood__session_parent(brood_os_identity_t *parent) {
    *parent = parent_identity;
    return parent->pid != 0;
}

const char *brood_current_name(void) {
    return current_name[0] != '\0' ? current_name : "MainProcess";
}

int64_t brood_parent_pid(void) {
    return parent_identity.pid;
}

void brood__sweeper_add(brood__sweeper_t *sweeper) {
    brood__guard_take(&sweep_guard);
    sweeper->next = sweepers;
    sweepers = sweeper;
    brood__guard_give(&sweep_guard);
}

void brood__sweeper_remove(brood__sweeper_t *sweeper) {
    brood__sweeper_t **link;
    brood__guard_take(&sweep_guard);
    for (link = &sweepers; *link != NULL && *link != sweeper; link = &(*link)->next) {}
    if (*link != NULL) {
        *link = sweeper->next;
    }
    brood__guard_give(&sweep_guard);
}
