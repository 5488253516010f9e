/* Parent: the process that started this one, watched by its identity. */
#include "parent.h"

#include "brood/boot.h"
#include "guard.h"
#include "identity.h"
#include "os/handle.h"
#include "pace.h"
#include "session.h"
#include "status.h"
#include "text.h"

static brood__guard_t sentinel_guard = BROOD__GUARD_INIT;
static brood_os_handle_t parent_sentinel = BROOD_OS_NO_HANDLE;
static char parent_name[BROOD__NAME_MAX];

void brood__parent_set_name(const char *name) {
    brood__text_copy(parent_name, name, sizeof parent_name);
}

void brood__parent_after_fork(void) {
    brood__guard_reset(&sentinel_guard);
    if (parent_sentinel != BROOD_OS_NO_HANDLE) { /* what is not written is not copied */
        parent_sentinel = brood_os_handle_close(parent_sentinel);
    }
}

const char *brood_parent_name(void) {
    brood_os_identity_t parent;
    return brood__session_parent(&parent) ? parent_name : NULL;
}

int brood_parent_is_alive(void) {
    brood_os_identity_t parent;
    brood_os_handle_t watch = BROOD_OS_NO_HANDLE;
    int alive = 0;
    if (brood__session_parent(&parent)) {
        alive = brood_os_identity_life(&parent, &watch) != BROOD_OS_DEAD;
        brood_os_handle_close(watch);
    }
    return alive;
}

static apr_status_t parent_of(brood_os_identity_t *parent) {
    return brood__session_parent(parent)
               ? APR_SUCCESS
               : brood__fail(BROOD_ENOPARENT, "%s", brood_current_name());
}

apr_status_t brood_parent_join(apr_interval_time_t timeout) {
    brood_os_identity_t parent;
    apr_status_t rv = parent_of(&parent);
    return rv != APR_SUCCESS ? rv
                             : brood__identity_wait(&parent, brood__deadline(timeout));
}

apr_status_t brood_parent_sentinel(brood_native_t *sentinel) {
    brood_os_identity_t parent;
    apr_status_t rv = parent_of(&parent);
    *sentinel = BROOD_OS_NO_HANDLE;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    brood__guard_take(&sentinel_guard);
    if (parent_sentinel == BROOD_OS_NO_HANDLE) {
        rv = brood_os_identity_watch(&parent, &parent_sentinel);
    }
    *sentinel = parent_sentinel;
    brood__guard_give(&sentinel_guard);
    return rv == APR_SUCCESS ? rv : brood__fail(rv, "a watch on the parent");
}
