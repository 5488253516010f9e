/* Shareable list: a block with an image in it, and this process's table of where its items
 * lie. The shared state is that of shareable_list_image.c. */
#include "brood/shareable_list.h"

#include "handle.h"
#include "session.h"
#include "shareable_list_image.h"
#include "status.h"
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct brood_shareable_list_t {
    brood_handle_t handle;
    brood_block_t *block;
    brood__image_place_t *places; /* checked when it was opened, and this process's own */
    size_t count;
};

/* ---- the handle ---- */

static apr_status_t list_cleanup(void *data) {
    brood_shareable_list_t *list = data;
    if (atomic_exchange_explicit(&list->handle.closed, 1, memory_order_relaxed) == 0) {
        (void)brood_block_close(list->block);
    }
    return APR_SUCCESS;
}

/* A handle to the list in a block, which belongs to it from here on. */
static apr_status_t list_open(brood_shareable_list_t **list, brood_block_t *block,
                              apr_pool_t *pool) {
    void *base = brood_block_data(block);
    size_t size = brood_block_size(block);
    brood_shareable_list_t *fresh = apr_pcalloc(pool, sizeof *fresh);
    size_t count;
    apr_status_t rv = brood__image_count(base, size, &count);
    if (rv == APR_SUCCESS && fresh != NULL) {
        fresh->places = apr_palloc(pool, (count + 1) * sizeof fresh->places[0]);
    }
    if (rv == APR_SUCCESS && (fresh == NULL || fresh->places == NULL)) {
        rv = APR_ENOMEM;
    }
    if (rv == APR_SUCCESS) {
        rv = brood__image_places(base, size, fresh->places, count);
    }
    if (rv != APR_SUCCESS) {
        (void)brood_block_close(block);
        return rv;
    }
    brood__handle_init(&fresh->handle, &brood__shareable_list_class);
    fresh->block = block;
    fresh->count = count;
    apr_pool_cleanup_register(pool, fresh, list_cleanup, apr_pool_cleanup_null);
    *list = fresh;
    return APR_SUCCESS;
}

static inline apr_status_t list_check(const brood_shareable_list_t *list) {
    return list != NULL && brood__handle_is_open(&list->handle)
               ? APR_SUCCESS
               : brood__handle_check(list == NULL ? NULL : &list->handle, "list");
}

static apr_status_t place_of(const brood_shareable_list_t *list, size_t index,
                             const brood__image_place_t **place) {
    apr_status_t rv = list_check(list);
    if (rv == APR_SUCCESS && index >= list->count) {
        rv = brood__fail(BROOD_ERANGE, "index %llu, the length is %llu",
                         (unsigned long long)index, (unsigned long long)list->count);
    }
    *place = rv == APR_SUCCESS ? &list->places[index] : NULL;
    return rv;
}

/* ---- making and attaching ---- */

static apr_status_t items_of(brood__image_item_t **items, brood_args_t args,
                             uint64_t *size) {
    *items = calloc(args.count + 1, sizeof **items);
    if (*items == NULL) {
        return APR_ENOMEM;
    }
    for (size_t i = 0; i < args.count; i++) {
        apr_status_t rv = brood__image_item(&(*items)[i], &args.items[i]);
        if (rv != APR_SUCCESS) {
            return brood__fail_within(rv, "item %llu: ", (unsigned long long)i);
        }
    }
    *size = brood__image_size(*items, args.count);
    return *size != 0
               ? APR_SUCCESS
               : brood__fail(BROOD_ERANGE, "%llu items take more than can be mapped",
                             (unsigned long long)args.count);
}

static apr_status_t create(brood_shareable_list_t **list, int named, const char *name,
                           brood_args_t args, const brood_block_options_t *options,
                           apr_pool_t *pool) {
    brood__image_item_t *items = NULL;
    brood_block_t *block = NULL;
    uint64_t size = 0;
    apr_status_t rv;
    pool = brood__session_pool_for(pool);
    rv = pool == NULL ? APR_ENOMEM : items_of(&items, args, &size);
    if (rv == APR_SUCCESS) {
        rv = named ? brood_block_create_named(&block, name, size, options, pool)
                   : brood_block_create(&block, size, pool);
    }
    if (rv == APR_SUCCESS) {
        char kept[BROOD_BLOCK_NAME_MAX + 1];
        apr_cpystrn(kept, named ? brood_block_name(block) : "", sizeof kept);
        brood__image_write(brood_block_data(block), items, args.count, size);
        rv = list_open(list, block, pool);
        if (rv != APR_SUCCESS && named) {
            (void)brood_block_unlink(kept);
        }
    }
    free(items);
    return rv;
}

static apr_status_t check_arguments(brood_shareable_list_t **list, brood_args_t items) {
    if (list == NULL) {
        return brood__fail(APR_EINVAL, "list is NULL");
    }
    *list = NULL;
    if (items.items == NULL && items.count != 0) {
        return brood__fail(APR_EINVAL, "items is NULL and their number %llu",
                           (unsigned long long)items.count);
    }
    return APR_SUCCESS;
}

apr_status_t brood_shareable_list_create(brood_shareable_list_t **list,
                                         brood_args_t items, apr_pool_t *pool) {
    apr_status_t rv = check_arguments(list, items);
    return rv == APR_SUCCESS ? create(list, 0, NULL, items, NULL, pool) : rv;
}

apr_status_t brood_shareable_list_create_named(brood_shareable_list_t **list,
                                               const char *name, brood_args_t items,
                                               const brood_block_options_t *options,
                                               apr_pool_t *pool) {
    apr_status_t rv = check_arguments(list, items);
    return rv == APR_SUCCESS ? create(list, 1, name, items, options, pool) : rv;
}

apr_status_t brood_shareable_list_attach(brood_shareable_list_t **list, const char *name,
                                         apr_pool_t *pool) {
    brood_block_t *block;
    apr_status_t rv;
    if (list == NULL) {
        return brood__fail(APR_EINVAL, "list is NULL");
    }
    *list = NULL;
    pool = brood__session_pool_for(pool);
    rv = pool == NULL ? APR_ENOMEM : brood_block_attach(&block, name, pool);
    return rv == APR_SUCCESS ? list_open(list, block, pool) : rv;
}

size_t brood_shareable_list_length(const brood_shareable_list_t *list) {
    return list_check(list) == APR_SUCCESS ? list->count : 0;
}

brood_block_t *brood_shareable_list_block(const brood_shareable_list_t *list) {
    return list_check(list) == APR_SUCCESS ? list->block : NULL;
}

apr_status_t brood_shareable_list_close(brood_shareable_list_t *list) {
    apr_status_t rv = list_check(list);
    if (rv == BROOD_ECLOSED) {
        return APR_SUCCESS;
    }
    return rv == APR_SUCCESS ? list_cleanup(list) : rv;
}

/* ---- one item ---- */

static void to_arg(const brood__image_item_t *item, brood_arg_t *arg) {
    double real;
    switch (item->kind) {
    case BROOD__IMAGE_NIL: *arg = brood_arg_nil(); break;
    case BROOD__IMAGE_BOOL: *arg = brood_arg_bool(item->scalar != 0); break;
    case BROOD__IMAGE_INT: *arg = brood_arg_int((int64_t)item->scalar); break;
    case BROOD__IMAGE_DOUBLE:
        memcpy(&real, &item->scalar, sizeof real);
        *arg = brood_arg_double(real);
        break;
    case BROOD__IMAGE_STRING: *arg = brood_arg_string(item->data); break;
    case BROOD__IMAGE_BYTES:
        *arg = brood_arg_bytes(brood_bytes(item->data, item->length));
        break;
    }
}

apr_status_t brood_shareable_list_get(brood_shareable_list_t *list, size_t index,
                                      brood_arg_t *item, apr_pool_t *pool) {
    const brood__image_place_t *place;
    brood__image_item_t seen;
    char *copy = NULL;
    apr_status_t rv = place_of(list, index, &place);
    if (item == NULL) {
        return brood__fail(APR_EINVAL, "item is NULL");
    }
    *item = brood_arg_nil();
    if (rv == APR_SUCCESS) {
        rv = brood__image_get(place, &seen, NULL, 0);
    }
    if (rv == BROOD_ETOOBIG || (rv == APR_SUCCESS && seen.kind >= BROOD__IMAGE_STRING)) {
        if (pool == NULL) {
            return brood__fail(APR_EINVAL, "pool is NULL and item %llu is no scalar",
                               (unsigned long long)index);
        }
        copy = apr_palloc(pool, place->capacity + 1); /* whatever it becomes meanwhile */
        rv = copy == NULL ? APR_ENOMEM
                          : brood__image_get(place, &seen, copy, place->capacity);
    }
    if (rv == APR_SUCCESS) {
        if (copy != NULL) {
            copy[seen.kind >= BROOD__IMAGE_STRING ? seen.length : 0] = '\0';
        }
        to_arg(&seen, item);
        return APR_SUCCESS;
    }
    return place == NULL
               ? rv
               : brood__fail_within(rv, "item %llu: ", (unsigned long long)index);
}

apr_status_t brood_shareable_list_get_bytes(brood_shareable_list_t *list, size_t index,
                                            void *buffer, size_t size, size_t *length) {
    const brood__image_place_t *place;
    brood__image_item_t seen;
    apr_status_t rv = place_of(list, index, &place);
    if (length != NULL) {
        *length = 0;
    }
    if (length == NULL || (buffer == NULL && size != 0)) {
        return brood__fail(APR_EINVAL, "%s is NULL",
                           length == NULL ? "length" : "buffer");
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood__image_get(place, &seen, buffer, size);
    if (rv == APR_SUCCESS && seen.kind < BROOD__IMAGE_STRING) {
        rv = brood__fail(BROOD_ETYPE, "neither a string nor bytes");
    }
    if (rv == APR_SUCCESS || rv == BROOD_ETOOBIG) {
        *length = seen.length;
    }
    return rv == APR_SUCCESS
               ? rv
               : brood__fail_within(rv, "item %llu: ", (unsigned long long)index);
}

apr_status_t brood_shareable_list_set(brood_shareable_list_t *list, size_t index,
                                      brood_arg_t item) {
    const brood__image_place_t *place;
    brood__image_item_t fresh;
    apr_status_t rv = place_of(list, index, &place);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood__image_item(&fresh, &item);
    if (rv == APR_SUCCESS) {
        rv = brood__image_set(place, &fresh);
    }
    return rv == APR_SUCCESS
               ? rv
               : brood__fail_within(rv, "item %llu: ", (unsigned long long)index);
}

/* ---- the format ---- */

static int put_format(char *at, size_t room, const brood__image_item_t *item,
                      size_t capacity) {
    switch (item->kind) {
    case BROOD__IMAGE_NIL: return snprintf(at, room, "xxxxxx?x");
    case BROOD__IMAGE_BOOL: return snprintf(at, room, "xxxxxxx?");
    case BROOD__IMAGE_INT: return snprintf(at, room, "q");
    case BROOD__IMAGE_DOUBLE: return snprintf(at, room, "d");
    default: return snprintf(at, room, "%llus", (unsigned long long)capacity);
    }
}

apr_status_t brood_shareable_list_format(brood_shareable_list_t *list, char *buffer,
                                         size_t size) {
    apr_status_t rv = list_check(list);
    size_t used = 0;
    if (buffer == NULL || size == 0) {
        return brood__fail(APR_EINVAL, "there is no buffer");
    }
    buffer[0] = '\0';
    for (size_t i = 0; rv == APR_SUCCESS && i < list->count; i++) {
        char word[32];
        brood__image_item_t item;
        size_t length;
        rv = brood__image_get(&list->places[i], &item, NULL, 0);
        if (rv != APR_SUCCESS && rv != BROOD_ETOOBIG) {
            break;
        }
        length = (size_t)put_format(word, sizeof word, &item, list->places[i].capacity);
        rv = length < size - used ? APR_SUCCESS : BROOD_ETOOBIG;
        if (rv == APR_SUCCESS) {
            memcpy(buffer + used, word, length + 1);
            used += length;
        }
    }
    if (rv != APR_SUCCESS) {
        buffer[0] = '\0';
    }
    return rv == BROOD_ETOOBIG ? brood__fail(rv, "the format is longer than %llu bytes",
                                             (unsigned long long)size)
                               : rv;
}

/* ---- travelling: it is its block ---- */

static apr_status_t list_pack(brood_handle_t *handle, brood__parcel_t *parcel) {
    brood_shareable_list_t *list = (brood_shareable_list_t *)handle;
    return brood__block_class.pack((brood_handle_t *)list->block, parcel);
}

static apr_status_t list_unpack(const brood__handle_class_t *cls, brood_handle_t **handle,
                                brood__parcel_t *parcel, apr_pool_t *pool) {
    brood_shareable_list_t *list = NULL;
    brood_handle_t *block = NULL;
    apr_status_t rv;
    (void)cls;
    *handle = NULL;
    pool = brood__session_pool_for(pool);
    rv = pool == NULL
             ? APR_ENOMEM
             : brood__block_class.unpack(&brood__block_class, &block, parcel, pool);
    if (rv == APR_SUCCESS) {
        rv = list_open(&list, (brood_block_t *)block, pool);
    }
    *handle = (brood_handle_t *)list;
    return rv;
}

const brood__handle_class_t brood__shareable_list_class = {
    .code = BROOD__HANDLE_SHAREABLE_LIST,
    .name = "shareable list",
    .pack = list_pack,
    .unpack = list_unpack};
