/* Family: finding all descendants of a process, and ending them.
 *
 * Looks and blows alternate. A look asks the system for the children of the members known before;
 * then it adds from the session's table those whose creators, dead or alive, lead to a member. A
 * child is believed to be one only while its parent is there in the same list with the same
 * birth: so a number that has changed hands makes no relatives. Whoever is new is stopped. When a look finds nobody new and sees all
 * members stopped, the family is complete; then all are told to end.
 *
 * Nobody is told anything but by brood_os_identity_signal(), which compares the birth. */
#include "family_members.h"

#include "child.h"
#include "os/clock.h"
#include "server.h"
#include "session.h"
#include "status.h"
#include "stop.h"
#include <stdlib.h>

/* How long a family may go on growing, and how long one that has been told to stop may run on
 * in the kernel: one that sleeps there without being interruptible cannot start anybody. */
#define GROWING_NS (5 * 1000000000LL)
#define STOPPING_NS (200 * 1000000LL)
#define PAUSE_NS (200 * 1000LL)

/* The process that called, and its forkservers, which will tell it how its children ended. */
static int is_spared(const brood__family_t *family, const brood__member_t *member) {
    return member->identity.pid == family->self.pid ||
           (member->participant != 0 && brood__server_is(member->participant));
}

static apr_status_t signal_member(const brood__family_t *family,
                                  const brood__member_t *member, brood_os_end_t how) {
    return member->identity.pid == 0 || member->identity.pid == family->self.pid
               ? APR_SUCCESS
               : brood_os_identity_signal(&member->identity, how);
}

/* One that cannot be stopped is told to end all the same. 0: this system can stop nobody. */
static int stop_from(const brood__family_t *family, size_t first) {
    int can = 1;
    for (size_t i = first; i < family->count; i++) {
        can &= !APR_STATUS_IS_ENOTIMPL(
            signal_member(family, &family->members[i], BROOD_OS_STOP));
    }
    return can;
}

static apr_status_t still_grew(const brood__family_t *family) {
    return brood__fail(APR_TIMEUP, "the family still grew, %llu members",
                       (unsigned long long)family->count);
}

/* Looks and stops until the family is complete. */
static apr_status_t stop_all(brood__family_t *family) {
    int64_t began = brood_os_now_ns();
    int64_t complete = began; /* since when nobody new was found */
    int can = stop_from(family, 0);
    while (can) { /* ends when nobody is new, at the latest after GROWING_NS */
        size_t before = family->count;
        int64_t now;
        int quiet;
        apr_status_t rv;
        brood__family_bar(family);
        rv = brood__family_look(family, &quiet);
        now = brood_os_now_ns();
        if (rv != APR_SUCCESS) {
            return rv;
        }
        if (family->count > before) {
            can = stop_from(family, before);
            complete = now;
        } else if (quiet || now - complete > STOPPING_NS) {
            return APR_SUCCESS;
        } else {
            brood_os_sleep_until(now + PAUSE_NS);
        }
        if (now - began > GROWING_NS) {
            return still_grew(family);
        }
    }
    return APR_SUCCESS;
}

static void tell_member(brood__family_t *family, const brood__member_t *member,
                        brood_os_end_t how) {
    apr_status_t rv = signal_member(family, member, how);
    if (rv != APR_SUCCESS && family->failure == APR_SUCCESS) {
        family->failure =
            APR_STATUS_IS_ENOTIMPL(rv)
                ? brood__fail(rv, "this system cannot signal a process by its birth")
                : brood__fail(rv, "process %lld", (long long)member->identity.pid);
    }
}

/* A signal that is pending when a stopped process goes on is the first thing it sees. */
static size_t tell_all(brood__family_t *family, brood_os_end_t how) {
    size_t told = 0;
    for (size_t i = 0; i < family->count; i++) {
        const brood__member_t *member = &family->members[i];
        if (member->identity.pid != 0 && !is_spared(family, member)) {
            tell_member(family, member, how);
            told++;
        }
    }
    for (size_t i = 0; i < family->count; i++) {
        if (how == BROOD_OS_TERMINATE || is_spared(family, &family->members[i])) {
            tell_member(family, &family->members[i], BROOD_OS_CONTINUE);
        }
    }
    return told;
}

/* Who is only being started is asked by his place: he finds it when he takes that. */
static size_t ask_all(brood__family_t *family) {
    size_t asked = 0;
    for (size_t i = 0; i < family->count; i++) {
        const brood__member_t *member = &family->members[i];
        if (member->participant != 0 && !is_spared(family, member)) {
            brood__stop_ask(member->participant);
            asked += member->identity.pid != 0 || member->is_awaited;
        }
    }
    return asked;
}

/* Who is asked goes on meanwhile, and may have begun to start others before he was: so the last
 * look, which finds nobody new, comes after the last question. */
static apr_status_t ask_family(brood__family_t *family, size_t *count) {
    int64_t began = brood_os_now_ns();
    apr_status_t rv = APR_SUCCESS;
    size_t known = 0;
    int quiet;
    while (rv == APR_SUCCESS) { /* or nobody is new, or after GROWING_NS */
        rv = brood__family_look(family, &quiet);
        if (rv == APR_SUCCESS || APR_STATUS_IS_ENOTIMPL(rv)) {
            rv = brood__family_look_ahead(
                family); /* the session knows all who can be asked */
        }
        if (family->count == known) {
            break;
        }
        known = family->count;
        *count = ask_all(family);
        if (rv == APR_SUCCESS && brood_os_now_ns() - began > GROWING_NS) {
            rv = still_grew(family);
        }
    }
    return rv;
}

apr_status_t brood__family_end(const brood_os_identity_t *identity, uint32_t participant,
                               brood_stop_what_t how, size_t *count) {
    brood__family_t family = {0};
    apr_status_t rv;
    size_t told = 0;
    if (count != NULL) {
        *count = 0;
    }
    if (how < BROOD_STOP_ASK || how > BROOD_STOP_KILL) {
        return brood__fail(APR_EINVAL, "how is %d", (int)how);
    }
    rv = brood_os_identity_self(&family.self);
    if (rv == APR_SUCCESS) {
        rv = brood__family_add(&family, identity, participant);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (how == BROOD_STOP_ASK) {
        rv = ask_family(&family, &told);
    } else {
        rv = stop_all(&family);
        told = tell_all(&family,
                        how == BROOD_STOP_KILL ? BROOD_OS_KILL : BROOD_OS_TERMINATE);
    }
    brood__family_clear(&family);
    if (count != NULL) {
        *count = told;
    }
    return rv != APR_SUCCESS ? rv : family.failure;
}

/* ---- what users call ------------------------------------------------------------------ */

/* Who a child is. One that was forked a moment ago has not said so itself yet; one that is over
 * is known by its id alone. */
static apr_status_t identify(brood__child_t *child, brood_os_identity_t *identity) {
    apr_status_t rv = APR_SUCCESS;
    identity->pid = 0;
    identity->birth = 0;
    brood__guard_take(&child->guard);
    if (!child->ended && child->os.pid != 0) {
        rv = brood_os_identity_of(&child->os, identity);
    } else if (!child->ended) {
        *identity = child->identity;
    }
    brood__guard_give(&child->guard);
    return rv == APR_SUCCESS || APR_STATUS_IS_ENOENT(rv) ? APR_SUCCESS
                                                         : brood__fail(rv, "who it is");
}

static apr_status_t tell_child(brood__child_t *child, brood_stop_what_t how) {
    switch (how) {
    case BROOD_STOP_ASK: brood__child_ask(child); return APR_SUCCESS;
    case BROOD_STOP_TERMINATE: return brood__child_signal(child, BROOD_OS_TERMINATE);
    default: return brood__child_signal(child, BROOD_OS_KILL);
    }
}

apr_status_t brood_process_kill_tree(brood_process_t *process, brood_stop_what_t how,
                                     size_t *count) {
    brood_os_identity_t identity;
    brood__child_t *child;
    apr_status_t told;
    apr_status_t rv = brood__process_child(process, &child);
    if (count != NULL) {
        *count = 0;
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = identify(child, &identity);
    if (rv == APR_SUCCESS) {
        rv = brood__family_end(&identity, child->participant, how, count);
    }
    if (APR_STATUS_IS_ENOTIMPL(rv)) {
        told = tell_child(child, how);
        rv = told == APR_SUCCESS ? rv : told;
    }
    return rv;
}

/* Where nobody else can be told: the children, who can. */
static void tell_children(brood_stop_what_t how) {
    size_t room = brood__child_list(NULL, 0);
    brood__child_t **children = calloc(room + 1, sizeof *children);
    size_t count = children == NULL ? 0 : brood__child_list(children, room);
    count = count < room ? count : room;
    for (size_t i = 0; i < count; i++) {
        (void)tell_child(children[i], how);
    }
    brood__child_list_let_go(children, count);
    free(children);
}

apr_status_t brood_kill_descendants(brood_stop_what_t how, size_t *count) {
    brood_os_identity_t self;
    apr_status_t rv = brood_os_identity_self(&self);
    if (count != NULL) {
        *count = 0;
    }
    if (rv == APR_SUCCESS) {
        rv = brood__family_end(&self, brood__self_id, how, count);
    }
    if (APR_STATUS_IS_ENOTIMPL(rv)) {
        tell_children(how);
    }
    return rv;
}
