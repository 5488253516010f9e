/* Block: the handle, and its way to other processes.
 *
 * The memory is the caller's; nothing here says who may write what in it. */
#include "brood/block.h"

#include "block_body.h"
#include "os/entropy.h"
#include "os/handle.h"
#include "os/memory.h"
#include "session.h"
#include "status.h"
#include <apr_strings.h>
#include <string.h>

/* ---- the handle ---- */

static apr_status_t block_cleanup(void *data) {
    brood_block_t *block = data;
    if (atomic_exchange_explicit(&block->handle.closed, 1, memory_order_relaxed) == 0) {
        brood__block_body_release(block->body);
    }
    return APR_SUCCESS;
}

/* A handle to an open object; everything is closed on failure. */
static apr_status_t block_open(brood_block_t **block, brood__named_t *named,
                               uint64_t size, const char *name, apr_pool_t *pool) {
    brood_block_t *fresh;
    brood__block_body_t *body;
    apr_status_t rv = brood__block_body_new(&body, named, size, name);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    pool = brood__session_pool_for(pool);
    fresh = pool == NULL ? NULL : apr_pcalloc(pool, sizeof *fresh);
    if (fresh == NULL) {
        brood__block_body_release(body);
        return APR_ENOMEM;
    }
    brood__handle_init(&fresh->handle, &brood__block_class);
    fresh->body = body;
    apr_pool_cleanup_register(pool, fresh, block_cleanup, apr_pool_cleanup_null);
    *block = fresh;
    return APR_SUCCESS;
}

static apr_status_t block_check(const brood_block_t *block) {
    return brood__handle_check(block == NULL ? NULL : &block->handle, "block");
}

static inline int block_is_open(const brood_block_t *block) {
    return block != NULL && brood__handle_is_open(&block->handle);
}

/* ---- making and attaching ---- */

apr_status_t brood_block_create(brood_block_t **block, uint64_t size, apr_pool_t *pool) {
    brood__named_t named = {BROOD_OS_NO_HANDLE, BROOD_OS_NO_HANDLE};
    apr_status_t rv;
    if (block == NULL) {
        return brood__fail(APR_EINVAL, "block is NULL");
    }
    *block = NULL;
    rv = brood__block_size_check(size);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood_os_memory_create(&named.memory, size, size);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "a block of %llu bytes", (unsigned long long)size);
    }
    return block_open(block, &named, size, "", pool);
}

/* With a random name. That one is taken is as good as impossible; a forged one may be. */
static apr_status_t create_nameless(brood__named_t *named, char *name, size_t room,
                                    uint64_t size, int persistent) {
    apr_status_t rv = APR_EEXIST;
    for (int tries = 0; APR_STATUS_IS_EEXIST(rv) && tries < 16; tries++) {
        uint64_t random;
        rv = brood_os_random(&random, sizeof random);
        if (rv != APR_SUCCESS) {
            return brood__fail(rv, "a random name");
        }
        apr_snprintf(name, room, "brd_%08lx%08lx", (unsigned long)(random >> 32),
                     (unsigned long)(random & 0xffffffffu));
        rv = brood__named_create(named, name, size, persistent);
    }
    return rv;
}

apr_status_t brood_block_create_named(brood_block_t **block, const char *name,
                                      uint64_t size, const brood_block_options_t *options,
                                      apr_pool_t *pool) {
    static const brood_block_options_t defaults = BROOD_BLOCK_OPTIONS_INIT;
    char random[BROOD_BLOCK_NAME_MAX + 1];
    brood__named_t named;
    apr_status_t rv;
    if (block == NULL) {
        return brood__fail(APR_EINVAL, "block is NULL");
    }
    *block = NULL;
    options = options == NULL ? &defaults : options;
    if (options->struct_size != sizeof *options || (options->persistent & ~1) != 0) {
        return brood__fail(APR_EINVAL, "options: struct_size %llu, persistent %d",
                           (unsigned long long)options->struct_size, options->persistent);
    }
    rv = name == NULL ? APR_SUCCESS : brood__name_check(name);
    if (rv == APR_SUCCESS) {
        rv = brood__block_size_check(size);
    }
    if (rv == APR_SUCCESS && options->persistent && !brood_os_names_persist()) {
        rv = brood__fail(APR_ENOTIMPL, "no name outlives its holders on this system");
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (name != NULL) {
        rv = brood__named_create(&named, name, size, options->persistent);
    } else {
        rv = create_nameless(&named, random, sizeof random, size, options->persistent);
        name = random;
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = block_open(block, &named, size, name, pool);
    if (rv != APR_SUCCESS) {
        (void)brood_block_unlink(name); /* the detail line stays what it is */
    }
    return rv;
}

apr_status_t brood_block_attach(brood_block_t **block, const char *name,
                                apr_pool_t *pool) {
    brood__named_t named;
    uint64_t size;
    apr_status_t rv;
    if (block == NULL) {
        return brood__fail(APR_EINVAL, "block is NULL");
    }
    *block = NULL;
    rv = brood__name_check(name);
    if (rv == APR_SUCCESS) {
        rv = brood__named_attach(&named, &size, name);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood__block_size_check(size);
    if (rv != APR_SUCCESS) {
        brood__named_close(&named);
        return rv;
    }
    return block_open(block, &named, size, name, pool);
}

void *brood_block_data(const brood_block_t *block) {
    return block_is_open(block) ? block->body->base : NULL;
}

size_t brood_block_size(const brood_block_t *block) {
    return block_is_open(block) ? block->body->size : 0;
}

const char *brood_block_name(const brood_block_t *block) {
    return block_is_open(block) && block->body->name[0] != '\0' ? block->body->name
                                                                : NULL;
}

apr_status_t brood_block_close(brood_block_t *block) {
    apr_status_t rv = block_check(block);
    if (rv == BROOD_ECLOSED) {
        return APR_SUCCESS;
    }
    return rv == APR_SUCCESS ? block_cleanup(block) : rv;
}

/* ---- travelling ---- */

/* The memory, its size, the name, and the note if it has one: whoever has a copy of the note
 * holds it. */
static apr_status_t block_pack(brood_handle_t *handle, brood__parcel_t *parcel) {
    const brood__block_body_t *body = ((brood_block_t *)handle)->body;
    uint64_t name[BROOD__NAME_NUMBERS];
    brood__parcel_put_os_handle(parcel, body->named.memory);
    brood__parcel_put_number(parcel, body->size);
    memcpy(name, body->name, sizeof name);
    for (size_t i = 0; i < BROOD__NAME_NUMBERS; i++) {
        brood__parcel_put_number(parcel, name[i]);
    }
    brood__parcel_put_number(parcel, body->named.note != BROOD_OS_NO_HANDLE);
    if (body->named.note != BROOD_OS_NO_HANDLE) {
        brood__parcel_put_os_handle(parcel, body->named.note);
    }
    return APR_SUCCESS;
}

static apr_status_t take_handles(brood__named_t *named, uint64_t *size, char *name,
                                 brood__parcel_t *parcel) {
    uint64_t numbers[BROOD__NAME_NUMBERS] = {0};
    uint64_t has_note = 0;
    apr_status_t rv = brood__parcel_take_os_handle(parcel, &named->memory);
    if (rv == APR_SUCCESS) {
        rv = brood__parcel_take_number(parcel, size);
    }
    for (size_t i = 0; rv == APR_SUCCESS && i < BROOD__NAME_NUMBERS; i++) {
        rv = brood__parcel_take_number(parcel, &numbers[i]);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__parcel_take_number(parcel, &has_note);
    }
    if (rv == APR_SUCCESS && has_note) {
        rv = brood__parcel_take_os_handle(parcel, &named->note);
    }
    memcpy(name, numbers, sizeof numbers);
    return rv;
}

/* What arrived is not believed: a size beyond the object's would be a signal later. */
static apr_status_t check_arrived(const brood__named_t *named, uint64_t size,
                                  const char *name) {
    uint64_t whole;
    apr_status_t rv = brood__block_size_check(size);
    if (rv == APR_SUCCESS &&
        memchr(name, '\0', sizeof(uint64_t[BROOD__NAME_NUMBERS])) == NULL) {
        rv = brood__fail(BROOD_EENCODING, "the name of a block that arrived has no end");
    }
    if (rv == APR_SUCCESS && name[0] != '\0') {
        rv = brood__name_check(name);
    }
    if (rv == APR_SUCCESS) {
        rv = brood_os_memory_size(named->memory, &whole);
    }
    if (rv == APR_SUCCESS && size > whole) {
        rv = brood__fail(BROOD_EFORGED, "a block of %llu bytes in an object of %llu",
                         (unsigned long long)size, (unsigned long long)whole);
    }
    return rv;
}

static apr_status_t block_unpack(const brood__handle_class_t *cls,
                                 brood_handle_t **handle, brood__parcel_t *parcel,
                                 apr_pool_t *pool) {
    brood__named_t named = {BROOD_OS_NO_HANDLE, BROOD_OS_NO_HANDLE};
    char name[BROOD__NAME_NUMBERS * 8];
    brood_block_t *block = NULL;
    uint64_t size = 0;
    apr_status_t rv = take_handles(&named, &size, name, parcel);
    (void)cls;
    *handle = NULL;
    if (rv == APR_SUCCESS) {
        rv = check_arrived(&named, size, name);
    }
    if (rv != APR_SUCCESS) {
        brood__named_close(&named);
        return rv;
    }
    rv = block_open(&block, &named, size, name, pool);
    *handle = (brood_handle_t *)block;
    return rv;
}

const brood__handle_class_t brood__block_class = {.code = BROOD__HANDLE_BLOCK,
                                                  .name = "block",
                                                  .pack = block_pack,
                                                  .unpack = block_unpack};
