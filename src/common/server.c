/* Server: starting forkservers, keeping and ending them. */
#include "server.h"

#include "context.h"
#include "current.h"
#include "log.h"
#include "method.h"
#include "os/clock.h"
#include "os/handle.h"
#include "os/process.h"
#include "pace.h"
#include "session.h"
#include "status.h"
#include <apr_pools.h>
#include <stdlib.h>

#define END_GRACE_NS (2 * 1000000000LL)

/* How often one looks whether another thread has started the server. */
#define LOOK_NS (1 * 1000000LL)

brood__site_t brood__site = {NULL, BROOD__GUARD_INIT, NULL, NULL, NULL};

static brood__guard_t list_guard = BROOD__GUARD_INIT;
static brood__server_t *servers;
static brood__site_t *sites; /* of contexts */

void brood__site_add(brood__site_t *site) {
    brood__guard_take(&list_guard);
    site->next = sites;
    sites = site;
    brood__guard_give(&list_guard);
}

void brood__site_remove(brood__site_t *site) {
    brood__site_t **link;
    brood__guard_take(&list_guard);
    for (link = &sites; *link != NULL && *link != site; link = &(*link)->next) {}
    if (*link != NULL) {
        *link = site->next;
    }
    brood__guard_give(&list_guard);
    if (site->server != NULL) {
        brood__server_release(site->server);
    }
}

/* ---- servers ------------------------------------------------------------------------ */

static brood__server_t *server_new(void) {
    brood__server_t *server = calloc(1, sizeof *server);
    if (server == NULL) {
        return NULL;
    }
    server->child = brood__child_new("ForkServer", 0, BROOD_START_SPAWN);
    server->control = BROOD_OS_NO_HANDLE;
    server->holders = 1;
    if (server->child == NULL) {
        free(server);
        return NULL;
    }
    server->child->end_with_parent = 1;
    return server;
}

static void server_list(brood__server_t *server) {
    brood__guard_take(&list_guard);
    server->next = servers;
    servers = server;
    brood__guard_give(&list_guard);
}

/* Under the guard of the list. */
static void server_unlist(brood__server_t *server) {
    brood__server_t **link;
    for (link = &servers; *link != NULL && *link != server; link = &(*link)->next) {}
    if (*link != NULL) {
        *link = server->next;
    }
}

/* Without its control stream it ends by itself; one that does not is killed. */
static void server_end(brood__server_t *server) {
    if (server->child == NULL) {
        return;
    }
    brood__guard_take(&server->guard);
    server->control = brood_os_handle_close(server->control);
    brood__guard_give(&server->guard);
    if (brood__child_wait(server->child, brood_os_now_ns() + END_GRACE_NS) ==
        APR_TIMEUP) {
        (void)brood__child_signal(server->child, BROOD_OS_KILL);
        (void)brood__child_wait(server->child, BROOD_OS_FOREVER);
    }
    /* What could not be waited for has no other way to be told of. */
    if (!server->child->ended) {
        brood_os_exit_t how;
        (void)brood_os_process_signal(&server->child->os, BROOD_OS_KILL);
        (void)brood_os_process_wait(&server->child->os, BROOD_OS_FOREVER, &how);
        brood__session_bury(server->child->participant);
        server->child->ended = 1;
    }
}

static void server_discard(brood__server_t *server) {
    if (server->child != NULL) {
        brood__child_discard(server->child);
    }
    free(server);
}

void brood__server_release(brood__server_t *server) {
    int is_last;
    brood__guard_take(&list_guard);
    is_last = atomic_fetch_sub(&server->holders, 1) == 1;
    if (is_last) { /* whoever has it from the list has held it before */
        server_unlist(server);
    }
    brood__guard_give(&list_guard);
    if (is_last) {
        server_end(server);
        server_discard(server);
    }
}

static apr_status_t server_launch(brood__site_t *site, const brood__start_t *asking) {
    brood__start_t start = *asking;
    brood__server_t *server = server_new();
    apr_status_t rv;
    if (server == NULL) {
        return APR_ENOMEM;
    }
    start.child = server->child;
    start.program = site->program;
    start.preload = site->preload;
    start.label = "";
    rv = brood__session_reserve(&start.child->participant);
    if (rv == APR_SUCCESS) {
        rv = brood__start_program(&start, BROOD__ROLE_FORKSERVER, &server->control);
    }
    if (rv != APR_SUCCESS) {
        brood__session_bury(start.child->participant);
        server_discard(server);
        return brood__fail_within(rv, "starting the forkserver: ");
    }
    site->server = server;
    server_list(server);
    brood_log(BROOD_LOG_DEBUG, "started a forkserver");
    return APR_SUCCESS;
}

/* ---- sites -------------------------------------------------------------------------- */

/* Whoever holds it may be starting a server, which takes long: so this waits asleep. */
static apr_status_t site_take(brood__site_t *site, brood_os_deadline_t deadline) {
    while (!brood__guard_try(&site->guard)) { /* ends with the other's start or in time */
        int64_t now = brood_os_now_ns();
        if (now >= deadline) {
            return brood__fail(APR_TIMEUP,
                               "another thread is still starting the forkserver");
        }
        brood_os_sleep_until(now + LOOK_NS);
    }
    return APR_SUCCESS;
}

/* The site has no server any more. Under its guard. */
static void site_drop(brood__site_t *site) {
    brood__server_t *server = site->server;
    site->server = NULL;
    if (server != NULL) {
        brood__server_release(server);
    }
}

apr_status_t brood__server_get(brood__site_t *site, const brood__start_t *asking,
                               brood__server_t **server) {
    apr_status_t rv = site_take(site, asking->deadline);
    *server = NULL;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (site->server != NULL &&
        brood__child_wait(site->server->child, 0) == APR_SUCCESS) {
        brood_log(BROOD_LOG_INFO, "the forkserver has ended; starting another");
        site_drop(site);
    }
    if (site->server == NULL) {
        rv = server_launch(site, asking);
    }
    if (rv == APR_SUCCESS) {
        *server = site->server;
        atomic_fetch_add(&site->server->holders, 1);
    }
    brood__guard_give(&site->guard);
    return rv;
}

void brood__server_give_up(brood__site_t *site, brood__server_t *server) {
    (void)site_take(site, BROOD_OS_FOREVER);
    server_end(server);
    if (site->server == server) {
        site_drop(site);
    }
    brood__guard_give(&site->guard);
}

int brood__server_is(uint32_t participant) {
    brood__server_t *server;
    brood__guard_take(&list_guard);
    for (server = servers; server != NULL && (server->child == NULL ||
                                              server->child->participant != participant);
         server = server->next) {}
    brood__guard_give(&list_guard);
    return server != NULL;
}

/* Held, for another thread may give it up meanwhile. */
static brood__server_t *first_running(void) {
    brood__server_t *server;
    brood__guard_take(&list_guard);
    for (server = servers;
         server != NULL && (server->child == NULL || server->child->ended);
         server = server->next) {}
    if (server != NULL) {
        atomic_fetch_add(&server->holders, 1);
    }
    brood__guard_give(&list_guard);
    return server;
}

void brood__servers_end(void) {
    brood__server_t *server;
    while ((server = first_running()) != NULL) { /* each round ends one */
        server_end(server);
        brood__server_release(server);
    }
}

void brood__servers_after_fork(void) {
    brood__guard_reset(&list_guard);
    brood__guard_reset(&brood__site.guard);
    brood__site.server = NULL;
    for (brood__site_t *site = sites; site != NULL; site = site->next) {
        brood__guard_reset(&site->guard);
        site->server = NULL;
    }
    for (brood__server_t *server = servers; server != NULL; server = server->next) {
        brood__guard_reset(&server->guard);
        server->control = brood_os_handle_close(server->control);
        if (server->child != NULL) {
            brood__child_discard(server->child);
            server->child = NULL;
        }
    }
}

/* ---- what the program may do with them ------------------------------------------------ */

static apr_status_t check_here(void) {
    return brood_has_start_method(BROOD_START_FORKSERVER)
               ? APR_SUCCESS
               : brood__fail(BROOD_EMETHOD, "this system has no forkserver");
}

apr_status_t brood_forkserver_set_preload(brood_preload_fn *preload) {
    apr_status_t rv = check_here();
    if (rv == APR_SUCCESS) {
        rv = site_take(&brood__site, BROOD_OS_FOREVER);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (brood__site.server != NULL &&
        brood__child_wait(brood__site.server->child, 0) == APR_SUCCESS) {
        site_drop(&brood__site);
    }
    if (brood__site.server != NULL) {
        rv = brood__fail(BROOD_EBUSY, "the forkserver runs already, as process %lld",
                         (long long)brood__site.server->child->os.pid);
    } else {
        brood__site.preload = preload;
    }
    brood__guard_give(&brood__site.guard);
    return rv;
}

static apr_status_t start_at(brood__site_t *site, brood__start_t *start) {
    brood__server_t *server = NULL;
    apr_status_t rv = brood__session_ensure();
    if (rv == APR_SUCCESS) {
        rv = brood_os_identity_self(&start->parent);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_pool_create(&start->pool, NULL);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__server_get(site, start, &server);
        apr_pool_destroy(start->pool);
    }
    if (rv == APR_SUCCESS) {
        brood__server_release(server);
    }
    return rv;
}

apr_status_t brood_forkserver_start(brood_context_t *context) {
    brood__start_t start = {0};
    apr_status_t rv = check_here();
    if (rv == APR_SUCCESS) {
        rv = brood__start_allowed(BROOD_START_FORKSERVER, "the forkserver");
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    brood__detail_clear();
    start.deadline = brood__deadline(brood__context_timeout(context, 0));
    return start_at(brood__context_site(context), &start);
}

apr_status_t brood_forkserver_stop(brood_context_t *context) {
    brood__site_t *site = brood__context_site(context);
    apr_status_t rv = check_here();
    if (rv == APR_SUCCESS) {
        rv = site_take(site, BROOD_OS_FOREVER);
    }
    if (rv == APR_SUCCESS) {
        site_drop(site);
        brood__guard_give(&site->guard);
    }
    return rv;
}

int64_t brood_forkserver_pid(const brood_context_t *context) {
    brood__site_t *site = brood__context_site(context);
    int64_t pid = 0;
    if (brood__guard_try(&site->guard)) {
        if (site->server != NULL &&
            brood__child_wait(site->server->child, 0) == APR_TIMEUP) {
            pid = site->server->child->os.pid;
        }
        brood__guard_give(&site->guard);
    }
    return pid;
}
