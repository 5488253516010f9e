/* Start methods: names, availability, and the choice among them. */
#include "method.h"

#include "os/process.h"
#include "session.h"
#include "status.h"
#include <apr_env.h>
#include <stdatomic.h>
#include <string.h>

static const char *const names[] = {"default", "fork", "spawn", "forkserver"};

static atomic_int chosen = BROOD_START_DEFAULT; /* a brood_start_method_t */

const char *brood_start_method_name(brood_start_method_t method) {
    return method >= BROOD_START_DEFAULT && method <= BROOD_START_FORKSERVER
               ? names[method]
               : NULL;
}

apr_status_t brood_start_method_parse(const char *name, brood_start_method_t *method) {
    for (int i = BROOD_START_DEFAULT; name != NULL && i <= BROOD_START_FORKSERVER; i++) {
        if (strcmp(name, names[i]) == 0) {
            *method = (brood_start_method_t)i;
            return APR_SUCCESS;
        }
    }
    *method = BROOD_START_DEFAULT;
    return brood__fail(BROOD_EMETHOD, "no start method is called \"%s\"",
                       name == NULL ? "(null)" : name);
}

int brood_has_start_method(brood_start_method_t method) {
    if (method == BROOD_START_FORK || method == BROOD_START_FORKSERVER) {
        return brood_os_has_fork();
    }
    return method == BROOD_START_SPAWN || method == BROOD_START_DEFAULT;
}

/* The order says which is the default: the first that is here. */
size_t brood_get_all_start_methods(brood_start_method_t *methods, size_t capacity) {
    static const brood_start_method_t all[BROOD_START_METHODS] = {
        BROOD_START_FORK, BROOD_START_SPAWN, BROOD_START_FORKSERVER};
    size_t count = 0;
    for (size_t i = 0; i < BROOD_START_METHODS; i++) {
        if (brood_has_start_method(all[i])) {
            if (count < capacity) {
                methods[count] = all[i];
            }
            count++;
        }
    }
    return count;
}

apr_status_t brood__method_check(brood_start_method_t method) {
    const char *name = brood_start_method_name(method);
    if (brood_has_start_method(method)) {
        return APR_SUCCESS;
    }
    return name != NULL
               ? brood__fail(BROOD_EMETHOD, "this system cannot %s", name)
               : brood__fail(BROOD_EMETHOD, "%d is no start method", (int)method);
}

apr_status_t brood_set_start_method(brood_start_method_t method) {
    apr_status_t rv = brood__method_check(method);
    if (rv == APR_SUCCESS) {
        atomic_store(&chosen, (int)method);
    }
    return rv;
}

brood_start_method_t brood__method_chosen(void) {
    return (brood_start_method_t)atomic_load(&chosen);
}

/* The method that the environment names; it stays as it is when none is named. Through APR,
 * whose apr_env_set() the C runtime of Windows does not see. */
static apr_status_t from_environment(brood_start_method_t *method) {
    apr_pool_t *pool;
    char *wanted;
    apr_status_t rv;
    if (brood__session_pool() == NULL || apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return APR_ENOMEM;
    }
    rv = apr_env_get(&wanted, "BROOD_START_METHOD", pool);
    if (rv == APR_SUCCESS && *wanted != '\0') {
        rv = brood_start_method_parse(wanted, method);
        if (rv != APR_SUCCESS) {
            brood__fail_within(rv, "BROOD_START_METHOD: ");
        }
    }
    apr_pool_destroy(pool);
    return rv == BROOD_EMETHOD ? rv : APR_SUCCESS;
}

apr_status_t brood_get_start_method(brood_start_method_t *method) {
    *method = brood__method_chosen();
    if (*method == BROOD_START_DEFAULT) {
        apr_status_t rv = from_environment(method);
        if (rv != APR_SUCCESS) {
            return rv;
        }
    }
    if (*method == BROOD_START_DEFAULT) {
        (void)brood_get_all_start_methods(method, 1);
    }
    return APR_SUCCESS;
}

apr_status_t brood__method_resolve(brood_start_method_t wanted,
                                   brood_start_method_t *method) {
    apr_status_t rv = APR_SUCCESS;
    *method = wanted;
    if (wanted == BROOD_START_DEFAULT) {
        rv = brood_get_start_method(method);
    }
    return rv == APR_SUCCESS ? brood__method_check(*method) : rv;
}
