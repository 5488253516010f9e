/* Holders: who has a lock, asked of the lock itself. */
#include "brood/doctor.h"
#include "holder.h"

#include "doctor_report.h"
#include "lockword.h"
#include "os/handle.h"
#include "participant.h"
#include "status.h"
#include <stdio.h>
#include <string.h>

/* Nothing is kept of the question: it may be this process that is asked about. */
static int lives(const brood_os_identity_t *identity) {
    brood_os_handle_t watch = BROOD_OS_NO_HANDLE;
    brood_os_life_t life = brood_os_identity_life(identity, &watch);
    brood_os_handle_close(watch);
    return life != BROOD_OS_DEAD;
}

static void process_about(brood_doctor_process_t *process, uint32_t id) {
    brood__participant_about_t about;
    process->participant = id;
    if (brood__participant_about(id, &about)) {
        process->pid = about.identity.pid;
        process->since = about.since_us;
        process->is_alive = lives(&about.identity);
        brood__process_name(process->name, about.name);
    }
}

static void holder_read(const brood__hold_t *held, brood_doctor_hold_t *hold) {
    const brood__arena_shared_t *shared =
        (const brood__arena_shared_t *)held->segment->base;
    const brood__cell_t *cell = held->cell;
    uint32_t kind = atomic_load_explicit(&cell->kind, memory_order_relaxed);
    uint32_t word = atomic_load_explicit(&cell->word, memory_order_relaxed);
    uint64_t holder = atomic_load_explicit(&cell->holder, memory_order_relaxed);
    uint32_t depth = atomic_load_explicit(&cell->depth, memory_order_relaxed);
    uint32_t owner = word & BROOD__LOCK_OWNER;
    const brood__handle_class_t *cls = brood__handle_class(kind);
    memset(hold, 0, sizeof *hold);
    hold->what = "lock";
    brood__object_name(hold->object, cls == NULL ? "lock" : cls->name, held->segment->id,
                       (uint32_t)(cell - shared->cells));
    if (owner == 0 || owner == BROOD__LOCK_LOST) {
        return;
    }
    process_about(&hold->process, owner);
    hold->depth = 1;
    if (holder >> 32 == owner) {
        hold->thread = (uint32_t)holder;
        hold->depth = depth == 0 ? 1 : depth;
    }
}

apr_status_t brood__holder_timeup(const brood__hold_t *held) {
    brood_doctor_hold_t hold;
    char thread[32] = "";
    holder_read(held, &hold);
    if (hold.thread != 0) {
        (void)snprintf(thread, sizeof thread, ", thread %lu", (unsigned long)hold.thread);
    }
    if (hold.process.participant == 0) {
        return brood__fail(APR_TIMEUP, "%s is free now", hold.object);
    }
    if (hold.process.pid == 0) {
        return brood__fail(APR_TIMEUP, "%s is held by a process that is gone",
                           hold.object);
    }
    return brood__fail(APR_TIMEUP, "%s is held by pid %lld (%s)%s", hold.object,
                       (long long)hold.process.pid, hold.process.name, thread);
}

static apr_status_t object_holder(const brood__object_t *object,
                                  const brood__handle_class_t *cls,
                                  brood_doctor_hold_t *hold) {
    apr_status_t rv;
    if (hold == NULL) {
        return brood__fail(APR_EINVAL, "hold is NULL");
    }
    memset(hold, 0, sizeof *hold);
    rv = brood__object_check(object, cls);
    if (rv == APR_SUCCESS) {
        holder_read(&object->hold, hold);
    }
    return rv;
}

/* Both handles begin with a brood__object_t, which is what the check looks at. */
apr_status_t brood_lock_holder(brood_lock_t *lock, brood_doctor_hold_t *hold) {
    return object_holder((const brood__object_t *)lock, &brood__lock_class, hold);
}

apr_status_t brood_rlock_holder(brood_rlock_t *rlock, brood_doctor_hold_t *hold) {
    return object_holder((const brood__object_t *)rlock, &brood__rlock_class, hold);
}
