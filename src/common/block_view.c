/* Views: parts of a block that stay mapped after the block's handle is closed. */
#include "brood/block.h"

#include "block_body.h"
#include "session.h"
#include "status.h"

struct brood_block_view_t {
    brood__block_body_t *body;
    uint8_t *data;
    size_t size;
    atomic_int closed;
};

static apr_status_t view_cleanup(void *data) {
    brood_block_view_t *view = data;
    if (atomic_exchange_explicit(&view->closed, 1, memory_order_relaxed) == 0) {
        brood__block_body_release(view->body);
    }
    return APR_SUCCESS;
}

apr_status_t brood_block_view_create(brood_block_view_t **view, brood_block_t *block,
                                     size_t offset, size_t size, apr_pool_t *pool) {
    brood_block_view_t *fresh;
    apr_status_t rv;
    if (view == NULL) {
        return brood__fail(APR_EINVAL, "view is NULL");
    }
    *view = NULL;
    rv = brood__handle_check(block == NULL ? NULL : &block->handle, "block");
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (size == 0) {
        return brood__fail(APR_EINVAL, "a view of 0 bytes");
    }
    if (offset > block->body->size || size > block->body->size - offset) {
        return brood__fail(BROOD_ERANGE, "%llu bytes from %llu of a block of %llu",
                           (unsigned long long)size, (unsigned long long)offset,
                           (unsigned long long)block->body->size);
    }
    pool = brood__session_pool_for(pool);
    fresh = pool == NULL ? NULL : apr_pcalloc(pool, sizeof *fresh);
    if (fresh == NULL) {
        return brood__fail(APR_ENOMEM, "no memory for a view");
    }
    brood__block_body_retain(block->body);
    fresh->body = block->body;
    fresh->data = (uint8_t *)block->body->base + offset;
    fresh->size = size;
    apr_pool_cleanup_register(pool, fresh, view_cleanup, apr_pool_cleanup_null);
    *view = fresh;
    return APR_SUCCESS;
}

static int view_is_open(const brood_block_view_t *view) {
    return view != NULL && !atomic_load_explicit(&view->closed, memory_order_relaxed);
}

void *brood_block_view_data(const brood_block_view_t *view) {
    return view_is_open(view) ? view->data : NULL;
}

size_t brood_block_view_size(const brood_block_view_t *view) {
    return view_is_open(view) ? view->size : 0;
}

apr_status_t brood_block_view_close(brood_block_view_t *view) {
    return view == NULL ? brood__fail(APR_EINVAL, "view is NULL") : view_cleanup(view);
}
