/* Context: how processes are started, for one part of a program.
 *
 * The memory is not the pool's: processes that were made with a context may be started after its
 * pool is gone, and a server of its own lives as long as one of its children. */
#include "context.h"

#include "method.h"
#include "status.h"
#include <stdlib.h>
#include <string.h>

#define START_TIMEOUT_DEFAULT_US (60 * 1000000LL)

struct brood_context_t {
    atomic_uint holders;
    brood_start_method_t method;
    apr_interval_time_t start_timeout;
    int allow_threads;
    int has_site; /* a server of its own */
    brood__site_t site;
    char program[1]; /* "": the one that runs */
};

brood_context_t *brood__context_hold(brood_context_t *context) {
    if (context != NULL) {
        atomic_fetch_add(&context->holders, 1);
    }
    return context;
}

void brood__context_release(brood_context_t *context) {
    if (context != NULL && atomic_fetch_sub(&context->holders, 1) == 1) {
        if (context->has_site) {
            brood__site_remove(&context->site);
        }
        free(context);
    }
}

static apr_status_t context_cleanup(void *data) {
    brood__context_release(data);
    return APR_SUCCESS;
}

static brood_context_t *context_new(brood_start_method_t method,
                                    const brood_context_options_t *options) {
    const char *program = options->program != NULL ? options->program : "";
    size_t length = strlen(program);
    brood_context_t *context = calloc(1, sizeof *context + length);
    if (context == NULL) {
        return NULL;
    }
    memcpy(context->program, program, length + 1);
    context->holders = 1;
    context->method = method;
    context->start_timeout = options->start_timeout;
    context->allow_threads = options->allow_threads;
    context->has_site = options->preload != NULL || length > 0;
    if (context->has_site) {
        context->site.preload = options->preload;
        context->site.program = length > 0 ? context->program : NULL;
        brood__site_add(&context->site);
    }
    return context;
}

apr_status_t brood_context_create(brood_context_t **context, brood_start_method_t method,
                                  const brood_context_options_t *options,
                                  apr_pool_t *pool) {
    const brood_context_options_t defaults = BROOD_CONTEXT_OPTIONS_INIT;
    const brood_context_options_t *chosen = options != NULL ? options : &defaults;
    apr_status_t rv;
    *context = NULL;
    if (chosen->struct_size != sizeof defaults) {
        return brood__fail(APR_EINVAL, "options->struct_size is %llu, not %llu",
                           (unsigned long long)chosen->struct_size,
                           (unsigned long long)sizeof defaults);
    }
    if (chosen->allow_threads < 0 || chosen->allow_threads > 1) {
        return brood__fail(APR_EINVAL, "options->allow_threads is %d",
                           chosen->allow_threads);
    }
    if (chosen->program != NULL && chosen->program[0] == '\0') {
        return brood__fail(APR_EINVAL, "options->program is empty");
    }
    rv = brood__method_check(method);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    *context = context_new(method, chosen);
    if (*context == NULL) {
        return APR_ENOMEM;
    }
    apr_pool_cleanup_register(pool, *context, context_cleanup, apr_pool_cleanup_null);
    return APR_SUCCESS;
}

apr_status_t brood_context_method(const brood_context_t *context,
                                  brood_start_method_t *method) {
    return brood__method_resolve(brood__context_wanted(context, BROOD_START_DEFAULT),
                                 method);
}

brood_start_method_t brood__context_wanted(const brood_context_t *context,
                                           brood_start_method_t asked) {
    return asked != BROOD_START_DEFAULT || context == NULL ? asked : context->method;
}

apr_interval_time_t brood__context_timeout(const brood_context_t *context,
                                           apr_interval_time_t asked) {
    if (asked == 0 && context != NULL) {
        asked = context->start_timeout;
    }
    return asked != 0 ? asked : START_TIMEOUT_DEFAULT_US;
}

const char *brood__context_program(const brood_context_t *context, const char *asked) {
    if (asked == NULL && context != NULL && context->program[0] != '\0') {
        asked = context->program;
    }
    return asked;
}

int brood__context_allows_threads(const brood_context_t *context) {
    return context != NULL && context->allow_threads;
}

brood__site_t *brood__context_site(const brood_context_t *context) {
    /* The site is not the settings': it changes while these stay. */
    return context != NULL && context->has_site
               ? &((brood_context_t *)(uintptr_t)context)->site
               : &brood__site;
}
