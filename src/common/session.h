/* The session: what this process is in the tree of processes that use Brood. Internal. */
#ifndef BROOD_COMMON_SESSION_H
#define BROOD_COMMON_SESSION_H

#include "brood/types.h"
#include "os/identity.h"
#include "segment.h"

/* How long a process name may be, with its end. */
#define BROOD__NAME_MAX 128

/* This process's participant id; 0 before brood__session_ensure(). Read on every hot path,
 * written only while the process has one thread or none uses it. */
extern uint32_t brood__self_id;

/* Makes sure that this process has a session and a place in it: the first use of any shared
 * object, and brood_init() in the first process. */
apr_status_t brood__session_ensure(void);

/* Enters the session of the parent instead of one's own, with the id that the parent
 * reserved. The control segment's handle belongs to the session from now on. */
apr_status_t brood__session_adopt(brood_os_handle_t control, uint32_t id);

/* In a forked child, before anything else: it is not who its parent was. Returns who that
 * was. brood__session_claim() or brood__session_adopt() follows. */
uint32_t brood__session_disown(void);

/* In a forked child, for which its parent reserved `id`. */
apr_status_t brood__session_claim(uint32_t id);

/* The same for a child of the forkserver, for which nobody holds yet what the server's main made
 * before brood_init(). */
apr_status_t brood__session_claim_held(uint32_t id);

/* Reserves an id for a process about to be made. */
apr_status_t brood__session_reserve(uint32_t *id);

/* Where in a control segment the waiters lie. */
size_t brood__session_waiters_offset(void);

/* The control segment's handle, borrowed. */
brood_os_handle_t brood__session_control(void);

/* A word in the control segment, for waiting on it. Only in a process that has a session. */
brood_os_word_t brood__session_word(_Atomic uint32_t *word);

/* Learns that a participant is dead: everything of its in this process's reach is put right
 * and its place is freed. */
void brood__session_bury(uint32_t id);

/* Gives this process's place back, at its end. */
void brood__session_leave(void);

/* Takes a place again after brood__session_leave(), when the end did not come. */
apr_status_t brood__session_return(void);

/* A memory pool that lives until the process ends, for the process's first thread. NULL only
 * when APR has no memory. In a forked child it is a new one. */
apr_pool_t *brood__session_pool(void);

/* A pool that is this process's own in a child that it forks, and made here so that the child need
 * not. What is put into it here, before the fork, is there. NULL only when APR has no memory. */
apr_pool_t *brood__session_nursery(void);

/* At the end of the process: what is registered with its pools runs, then its place is given
 * back. Registered with atexit(). */
void brood__session_end(void);

/* The pool itself, or for NULL a new one that lives until the process ends. */
apr_pool_t *brood__session_pool_for(apr_pool_t *pool);

/* Who this process is, for messages and for its children. */
void brood__session_set_name(const char *name);
void brood__session_set_parent(const brood_os_identity_t *parent);

/* The process that started this one: 1; 0: there is none. */
int brood__session_parent(brood_os_identity_t *parent);

/* Objects that hold words of the dead register a sweeper, called with the dead one's id. */
typedef struct brood__sweeper_t {
    struct brood__sweeper_t *next;
    void (*sweep)(struct brood__sweeper_t *sweeper, uint32_t dead);
} brood__sweeper_t;

void brood__sweeper_add(brood__sweeper_t *sweeper);
void brood__sweeper_remove(brood__sweeper_t *sweeper);

#endif
