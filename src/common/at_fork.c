/* At fork: a list of functions, and the copy of it that goes with each fork: what has run before
 * is followed by its own counterparts, whatever is registered meanwhile. Whoever takes functions
 * back waits for the forks of other threads that have a copy. */
#include "at_fork.h"

#include "guard.h"
#include "os/clock.h"
#include "status.h"
#include <stdlib.h>

/* How often one looks whether another thread's fork is over. */
#define LOOK_NS (1 * 1000000LL)

typedef struct hook_t {
    struct hook_t *next;
    brood_at_fork_fn *before;
    brood_at_fork_fn *in_parent;
    brood_at_fork_fn *in_child;
    void *data;
} hook_t;

struct brood__at_fork_t {
    size_t count;
    hook_t hooks[];
};

static brood__guard_t list_guard = BROOD__GUARD_INIT;
static hook_t *first;   /* in the order of registration */
static unsigned copies; /* of the list, with forks on their way */
static _Thread_local int is_forking;

static int others_fork(void) {
    unsigned count;
    brood__guard_take(&list_guard);
    count = copies;
    brood__guard_give(&list_guard);
    return count != 0;
}

static apr_status_t hook_remove(void *data) {
    hook_t **link;
    brood__guard_take(&list_guard);
    for (link = &first; *link != NULL && *link != data; link = &(*link)->next) {}
    if (*link != NULL) {
        *link = (*link)->next;
    }
    brood__guard_give(&list_guard);
    while (!is_forking && others_fork()) { /* ends with their forks */
        brood_os_sleep_until(brood_os_now_ns() + LOOK_NS);
    }
    free(data);
    return APR_SUCCESS;
}

apr_status_t brood_at_fork(brood_at_fork_fn *before, brood_at_fork_fn *in_parent,
                           brood_at_fork_fn *in_child, void *data, apr_pool_t *pool) {
    hook_t **link;
    hook_t *hook;
    if (before == NULL && in_parent == NULL && in_child == NULL) {
        return brood__fail(APR_EINVAL, "before, in_parent and in_child are all NULL");
    }
    hook = calloc(1, sizeof *hook);
    if (hook == NULL) {
        return APR_ENOMEM;
    }
    hook->before = before;
    hook->in_parent = in_parent;
    hook->in_child = in_child;
    hook->data = data;
    brood__guard_take(&list_guard);
    for (link = &first; *link != NULL; link = &(*link)->next) {}
    *link = hook;
    brood__guard_give(&list_guard);
    if (pool != NULL) {
        apr_pool_cleanup_register(pool, hook, hook_remove, apr_pool_cleanup_null);
    }
    return APR_SUCCESS;
}

static size_t count_hooks(void) {
    size_t count = 0;
    for (const hook_t *hook = first; hook != NULL; hook = hook->next) {
        count++;
    }
    return count;
}

static apr_status_t copy_list(brood__at_fork_t **hooks) {
    brood__at_fork_t *copy = NULL;
    size_t count;
    brood__guard_take(&list_guard);
    count = count_hooks();
    if (count != 0) { /* as hardly ever */
        copy = malloc(sizeof *copy + count * sizeof copy->hooks[0]);
    }
    if (copy != NULL) {
        copy->count = 0;
        for (const hook_t *hook = first; hook != NULL; hook = hook->next) {
            copy->hooks[copy->count++] = *hook;
        }
        copies++;
        is_forking = 1;
    }
    brood__guard_give(&list_guard);
    *hooks = copy;
    return count != 0 && copy == NULL ? APR_ENOMEM : APR_SUCCESS;
}

apr_status_t brood__at_fork_before(brood__at_fork_t **hooks) {
    apr_status_t rv = copy_list(hooks);
    for (size_t i = *hooks != NULL ? (*hooks)->count : 0; i > 0; i--) {
        const hook_t *hook = &(*hooks)->hooks[i - 1];
        if (hook->before != NULL) {
            hook->before(hook->data);
        }
    }
    return rv;
}

void brood__at_fork_in_parent(brood__at_fork_t *hooks) {
    for (size_t i = 0; hooks != NULL && i < hooks->count; i++) {
        if (hooks->hooks[i].in_parent != NULL) {
            hooks->hooks[i].in_parent(hooks->hooks[i].data);
        }
    }
    if (hooks != NULL) {
        is_forking = 0;
        brood__guard_take(&list_guard);
        copies--;
        brood__guard_give(&list_guard);
        free(hooks);
    }
}

void brood__at_fork_in_child(brood__at_fork_t *hooks) {
    for (size_t i = 0; hooks != NULL && i < hooks->count; i++) {
        if (hooks->hooks[i].in_child != NULL) {
            hooks->hooks[i].in_child(hooks->hooks[i].data);
        }
    }
    if (hooks != NULL) { /* free() itself would be a page fault in a forked child */
        free(hooks);
    }
}

void brood__at_fork_after_fork(void) {
    brood__guard_reset(&list_guard);
    if (copies != 0) { /* what is not written need not be copied */
        copies = 0;
        is_forking = 0;
    }
}
