/* Children: the processes that this one has started, as it keeps them. Internal.
 *
 * A child outlives the user's object for it: it is joined at exit all the same. */
#ifndef BROOD_COMMON_CHILD_H
#define BROOD_COMMON_CHILD_H

#include "brood/process.h"
#include "guard.h"
#include "os/identity.h"
#include "os/process.h"
#include "os/stream.h"

typedef struct brood__child_t {
    struct brood__child_t *next;
    unsigned holders; /* who has it from the list; under the list's guard */
    brood_process_t *_Atomic process; /* the user's object; NULL when that is gone */
    char *name;
    int daemon;
    int end_with_parent; /* as the option, what is inherited and what daemons have included */
    brood_start_method_t method;
    uint32_t participant;
    brood_os_process_t os;        /* a child of this process; pid 0 under forkserver */
    brood_os_identity_t identity; /* under forkserver: who it is */
    brood_os_handle_t life; /* under forkserver: the stream on which its end is told */
    /* Under forkserver: who made it; NULL once it ended. */
    struct brood__server_t *server;
    brood__guard_t guard; /* of what follows: reaping */
    _Atomic int ended;
    int left;             /* an external program that nobody waits for at exit */
    _Atomic int lost;     /* it has ended, how is not known */
    _Atomic int withheld; /* its handle is ready, its end not to be had: a debugger has it */
    brood_os_exit_t how;
} brood__child_t;

/* A child not yet started, on no list. Memory of its own. */
brood__child_t *brood__child_new(const char *name, int daemon,
                                 brood_start_method_t method);

/* It runs: it goes on the list. */
void brood__child_add(brood__child_t *child);

/* The user's object lets go; the record goes when it has ended. */
void brood__child_detach(brood__child_t *child);

/* An external program that nobody has an object for any more: it is reaped when it has ended, and
 * joined at exit if that is asked for. */
void brood__child_leave(brood__child_t *child, int is_joined_at_exit);

/* Reaps those that have ended and whose object is gone. */
void brood__child_reap_detached(void);

/* It never came to be, or it was reaped and nobody wants it. */
void brood__child_discard(brood__child_t *child);

/* Waits for its end and reaps it. APR_SUCCESS or APR_TIMEUP. */
apr_status_t brood__child_wait(brood__child_t *child, brood_os_deadline_t deadline);

/* Ends it, unless it has ended. */
apr_status_t brood__child_signal(brood__child_t *child, brood_os_end_t how);

/* Asks it to end (stop.h), unless it has ended. */
void brood__child_ask(brood__child_t *child);

/* What becomes ready when it has ended, and of which kind that is. */
brood_os_handle_t brood__child_sentinel(const brood__child_t *child,
                                        brood_os_waitable_kind_t *kind);

/* The same for those who wait in a loop: BROOD_OS_NO_HANDLE for one that is withheld, for its
 * handle stays ready, and only a look now and then tells when its debugger lets go. */
brood_os_handle_t brood__child_waited_at(const brood__child_t *child,
                                         brood_os_waitable_kind_t *kind);

/* The child behind the user's object: in its parent, between start and close; else the status
 * that says why not. */
apr_status_t brood__process_child(const brood_process_t *process, brood__child_t **child);

/* The first `capacity` children in the order of their start, held: they stay, whatever becomes of
 * them, until they are let go. Returns how many there are. */
size_t brood__child_list(brood__child_t **children, size_t capacity);
void brood__child_list_let_go(brood__child_t **children, size_t count);

/* At exit: daemons are terminated, then all are joined. */
void brood__child_end_all(void);

/* In a forked child: these are another's. */
void brood__child_after_fork(void);

#endif
