/* Finalizers: a list of what is to run, each taken off before it runs.
 *
 * The list is in the order in which they run. Whoever takes one off it calls it, and nobody
 * else can. Until it has returned its call is on a second list: whoever clears the pool meanwhile,
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
    brood_finalizer_t *next;
    brood_finalizer_fn *function;
    void *data;
    int priority;
    int64_t creator; /* pid of the process that registered it */
    int is_listed;   /* under the guard */
};

/* A function that runs: in the memory of its caller. */
typedef struct call_t {
    struct call_t *next;
    const brood_finalizer_t *finalizer; /* NULL: its own function has cleared its pool */
    const void *thread;
} call_t;

static brood__guard_t list_guard = BROOD__GUARD_INIT;
static brood_finalizer_t *first; /* highest priority first, newest first among equals */
static call_t *calls;
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
static void call_begin(call_t *call, const brood_finalizer_t *finalizer) {
    call->finalizer = finalizer;
    call->thread = &this_thread;
    call->next = calls;
    calls = call;
}

/* Calls it. The finalizer itself may be gone when its function returns. */
static void call_run(call_t *call) {
    call_t **link = &calls;
    call->finalizer->function(call->finalizer->data);
    brood__guard_take(&list_guard);
    while (*link != NULL && *link != call) {
        link = &(*link)->next;
    }
    if (*link != NULL) { /* else the function has forked, and this is the child */
        *link = call->next;
    }
    brood__guard_give(&list_guard);
}

/* 1: it was on the list, and is the caller's now; with `call` it has begun to run. */
static int list_take(brood_finalizer_t *finalizer, call_t *call) {
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
        if (call != NULL) {
            call_begin(call, finalizer);
        }
    }
    brood__guard_give(&list_guard);
    return taken;
}

/* Whether another thread runs it. In this thread it may be its own function that clears the
 * pool: then nobody has to wait for that, and the memory may become another finalizer's. */
static int runs_elsewhere(const brood_finalizer_t *finalizer) {
    int elsewhere = 0;
    brood__guard_take(&list_guard);
    for (call_t *call = calls; call != NULL; call = call->next) {
        if (call->finalizer == finalizer && call->thread == &this_thread) {
            call->finalizer = NULL;
        } else {
            elsewhere |= call->finalizer == finalizer;
        }
    }
    brood__guard_give(&list_guard);
    return elsewhere;
}

static apr_status_t pool_cleared(void *data) {
    brood_finalizer_t *finalizer = data;
    call_t call;
    if (list_take(finalizer, &call)) {
        call_run(&call);
    }
    while (runs_elsewhere(finalizer)) { /* ends when the function returns */
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

static apr_status_t take(brood_finalizer_t *finalizer, call_t *call) {
    if (finalizer == NULL) {
        return brood__fail(APR_EINVAL, "finalizer is NULL");
    }
    return list_take(finalizer, call)
               ? APR_SUCCESS
               : brood__fail(BROOD_ECLOSED, "the finalizer is over");
}

apr_status_t brood_finalizer_call(brood_finalizer_t *finalizer) {
    call_t call;
    apr_status_t rv = take(finalizer, &call);
    if (rv == APR_SUCCESS) {
        call_run(&call);
    }
    return rv;
}

apr_status_t brood_finalizer_cancel(brood_finalizer_t *finalizer) {
    return take(finalizer, NULL);
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
static brood_finalizer_t *list_next(int least, call_t *call) {
    brood_finalizer_t *next;
    brood__guard_take(&list_guard);
    next = first;
    if (next != NULL &&
        (next->priority < least || next->priority == BROOD_FINALIZER_NOT_AT_EXIT)) {
        next = NULL;
    }
    if (next != NULL) {
        first = next->next;
        next->is_listed = 0;
        call_begin(call, next);
    }
    brood__guard_give(&list_guard);
    return next;
}

static void run(int least) {
    brood_finalizer_t *finalizer;
    call_t call;
    while ((finalizer = list_next(least, &call)) != NULL) { /* each round takes one off */
        brood_log(BROOD_LOG_SUBDEBUG, "finalizer of priority %d", finalizer->priority);
        call_run(&call);
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
    calls = NULL;
}
