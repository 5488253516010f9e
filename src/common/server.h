/* Server: the forkservers that this process has started, as it keeps them. Internal.
 *
 * A site is where servers of one kind are asked for: the program's, or that of a context. It has
 * one server at a time, a new one when that has died or was given up. A server is held by its
 * site and by each of its children, because it tells how they ended: one that was given up ends
 * with the last of them. */
#ifndef BROOD_COMMON_SERVER_H
#define BROOD_COMMON_SERVER_H

#include "brood/forkserver.h"
#include "child.h"
#include "guard.h"
#include "start.h"

typedef struct brood__server_t {
    struct brood__server_t *next;
    atomic_uint holders;
    brood__guard_t guard;      /* of the stream: a request goes whole */
    brood__child_t *child;     /* its process; NULL in a forked child: it is another's */
    brood_os_handle_t control; /* the stream on which it is asked */
} brood__server_t;

struct brood__site_t {
    struct brood__site_t *next;
    brood__guard_t guard; /* of what follows; held while a server starts */
    brood_preload_fn *preload;
    const char *program; /* NULL: the image that runs */
    brood__server_t *server;
};

/* The program's own site. */
extern brood__site_t brood__site;

/* A context's site: known here from now on, and no more. */
void brood__site_add(brood__site_t *site);
void brood__site_remove(brood__site_t *site);

/* The site's server, started if there is none; held for the caller. */
apr_status_t brood__server_get(brood__site_t *site, const brood__start_t *asking,
                               brood__server_t **server);

void brood__server_release(brood__server_t *server);

/* It does not answer as it should: it is ended, and the next start gets another. */
void brood__server_give_up(brood__site_t *site, brood__server_t *server);

/* Whether the participant is one of them. */
int brood__server_is(uint32_t participant);

/* At exit: all end. */
void brood__servers_end(void);

/* In a forked child: they are another's. */
void brood__servers_after_fork(void);

#endif
