/* The body of a block: a mapping, the handles behind it, and how many use it. */
#include "block_body.h"

#include "os/memory.h"
#include "status.h"
#include <apr_strings.h>
#include <stdlib.h>

void brood__block_body_retain(brood__block_body_t *body) {
    atomic_fetch_add_explicit(&body->users, 1, memory_order_relaxed);
}

void brood__block_body_release(brood__block_body_t *body) {
    /* acq_rel: pairs with itself, so that the last one sees what the others did before */
    if (atomic_fetch_sub_explicit(&body->users, 1, memory_order_acq_rel) == 1) {
        brood_os_memory_unmap(body->base, body->size);
        brood__named_close(&body->named);
        free(body);
    }
}

apr_status_t brood__block_body_new(brood__block_body_t **body, brood__named_t *named,
                                   uint64_t size, const char *name) {
    brood__block_body_t *fresh = calloc(1, sizeof *fresh);
    apr_status_t rv = APR_ENOMEM;
    *body = NULL;
    if (fresh != NULL) {
        rv = brood_os_memory_map(named->memory, 0, (size_t)size, &fresh->base);
    }
    if (rv != APR_SUCCESS) {
        free(fresh);
        brood__named_close(named);
        return brood__fail(rv, "mapping a block of %llu bytes", (unsigned long long)size);
    }
    atomic_init(&fresh->users, 1);
    fresh->named = *named;
    fresh->size = (size_t)size;
    apr_cpystrn(fresh->name, name, sizeof fresh->name);
    *body = fresh;
    return APR_SUCCESS;
}

/* What no process of this kind can map is not asked of the system. */
apr_status_t brood__block_size_check(uint64_t size) {
    if (size == 0) {
        return brood__fail(APR_EINVAL, "a block of 0 bytes");
    }
    if (size > SIZE_MAX / 2) {
        return brood__fail(BROOD_ERANGE, "a block of %llu bytes in a process of %d bits",
                           (unsigned long long)size, (int)sizeof(void *) * 8);
    }
    return APR_SUCCESS;
}
