/* Finalizers: a list of what is to run, each taken off before it runs.
 *
 * The list is in the order in which they run. Whoever takes one off it calls it, and nobody
 * else can. Until it has returned it is on a second list: whoever clears the pool meanwhile,
 * in another thread, waits for it there, for what the function works with may be of that pool.
 * In a forked child both lists are empty, and the parent's finalizers, whose memory is there, know
 * by their pid that they are another's. */
#include "finalizer.h"

#include "brood/boot.h"
#include "brood/log.h"
#include "current.h"
#include "guard.h"
#include "os/clock.h"
#include "status.h"

/* How often whoever clears a pool looks whether a function of it has returned. */
#define LOOK_NS (1 * 1000000LL)

struct brood_finalizer_t {
    brood_finalizer_t *next; /* on either list */
    brood_finalizer_fn *function;
    void *data;
    int priority;
    int64_t creator;    /* pid of the process that registered it */
    int is_listed;      /* under the guard */
    const void *runner; /* the thread in which it runs */
};

static brood__guard_t list_guard = BROOD__GUARD_INIT;
static brood_finalizer_t *first; /* highest priority first, newest first among equals */
static brood_finalizer_t *running;
static _Thread_local char this_thread; /* its address */

static void list_put(brood_finalizer_t *finalizer) {
    brood_finalizer_t **link = &first;
    brood__guard_take(&list_guard);
    while (*link != NULL && (*link)->priority > finalizer->priority) {
        link = &(*link)->next;
    }
    finalizer->next = *link;
    finalizer->is_listed = 1;
    *link = finalizer;
    brood__guard_give(&list_guard);
}

/* Under the guard. */
static void begin(brood_finalizer_t *finalizer) {
    finalizer->is_listed = 0;
    finalizer->runner = &this_thread;
    finalizer->next = running;
    running = finalizer;
}

/* Takes it off the list of those that run, if it runs in this thread. By the address alone, for its
 * memory is gone when its own function has cleared its pool. 1: it runs in another thread. */
static int end(const brood_finalizer_t *finalizer) {
    brood_finalizer_t **link = &running;
    int elsewhere;
    brood__guard_take(&list_guard);
    while (*link != NULL && *link != finalizer) {
        link = &(*link)->next;
    }
    elsewhere = *link != NULL && (*link)->runner != &this_thread;
    if (*link != NULL && !elsewhere) {
        *link = (*link)->next;
    }
    brood__guard_give(&list_guard);
    return elsewhere;
}

static void run_begun(brood_finalizer_t *finalizer) {
    finalizer->function(finalizer->data);
    (void)end(finalizer);
}

/* 1: it was on the list, and is the caller's now: begun, or cancelled. */
static int list_take(brood_finalizer_t *finalizer, int is_to_run) {
    brood_finalizer_t **link = &first;
    int taken = 0;
    if (finalizer->creator != brood_current_pid()) {
        return 0;
    }
    brood__guard_take(&list_guard);
    while (finalizer->is_listed && *link != NULL && *link != finalizer) {
        link = &(*link)->next;
    }
    if (finalizer->is_listed && *link != NULL) {
        *link = finalizer->next;
        finalizer->is_listed = 0;
        taken = 1;
        if (is_to_run) {
            begin(finalizer);
        }
    }
    brood__guard_give(&list_guard);
    return taken;
}

static apr_status_t pool_cleared(void *data) {
    brood_finalizer_t *finalizer = data;
    if (list_take(finalizer, 1)) {
        run_begun(finalizer);
    }
    /* Ends when the function returns; its own, in this thread, is not waited for. */
    while (end(finalizer)) {
        brood_os_sleep_until(brood_os_now_ns() + LOOK_NS);
    }
    return APR_SUCCESS;
}

apr_status_t brood_finalizer_register(brood_finalizer_t **finalizer,
                                      brood_finalizer_fn *function, void *data,
                                      int priority, apr_pool_t *pool) {
    brood_finalizer_t *fresh;
    if (finalizer != NULL) {
        *finalizer = NULL;
    }
    if (function == NULL || pool == NULL) {
        return brood__fail(APR_EINVAL, "%s is NULL",
                           function == NULL ? "function" : "pool");
    }
    if (!brood__current.initialized) {
        return brood__fail(BROOD_ENOTINIT, "a finalizer before brood_init");
    }
    fresh = apr_pcalloc(pool, sizeof *fresh);
    if (fresh == NULL) {
        return APR_ENOMEM;
    }
    fresh->function = function;
    fresh->data = data;
    fresh->priority = priority;
    fresh->creator = brood_current_pid();
    apr_pool_pre_cleanup_register(pool, fresh, pool_cleared);
    list_put(fresh);
    if (finalizer != NULL) {
        *finalizer = fresh;
    }
    return APR_SUCCESS;
}

static apr_status_t take(brood_finalizer_t *finalizer, int is_to_run) {
    if (finalizer == NULL) {
        return brood__fail(APR_EINVAL, "finalizer is NULL");
    }
    return list_take(finalizer, is_to_run)
               ? APR_SUCCESS
               : brood__fail(BROOD_ECLOSED, "the finalizer is over");
}

apr_status_t brood_finalizer_call(brood_finalizer_t *finalizer) {
    apr_status_t rv = take(finalizer, 1);
    if (rv == APR_SUCCESS) {
        run_begun(finalizer);
    }
    return rv;
}

apr_status_t brood_finalizer_cancel(brood_finalizer_t *finalizer) {
    return take(finalizer, 0);
}

int brood_finalizer_is_active(const brood_finalizer_t *finalizer) {
    int active = 0;
    if (finalizer != NULL && finalizer->creator == brood_current_pid()) {
        brood__guard_take(&list_guard);
        active = finalizer->is_listed;
        brood__guard_give(&list_guard);
    }
    return active;
}

/* The next to run, off the list and begun; NULL: there is none. */
static brood_finalizer_t *list_next(int least) {
    brood_finalizer_t *next;
    brood__guard_take(&list_guard);
    next = first;
    if (next != NULL &&
        (next->priority < least || next->priority == BROOD_FINALIZER_NOT_AT_EXIT)) {
        next = NULL;
    }
    if (next != NULL) {
        first = next->next;
        begin(next);
    }
    brood__guard_give(&list_guard);
    return next;
}

static void run(int least) {
    brood_finalizer_t *finalizer;
    while ((finalizer = list_next(least)) != NULL) { /* each round takes one off */
        brood_log(BROOD_LOG_SUBDEBUG, "finalizer of priority %d", finalizer->priority);
        run_begun(finalizer);
    }
}

void brood__finalizers_run_first(void) {
    run(0);
}

void brood__finalizers_run_rest(void) {
    run(INT_MIN);
    brood__guard_take(&list_guard);
    for (; first != NULL; first = first->next) {
        first->is_listed = 0;
    }
    brood__guard_give(&list_guard);
}

void brood__finalizers_after_fork(void) {
    brood__guard_reset(&list_guard);
    first = NULL;
    running = NULL;
}
