/* Values: packed, counted, unpacked, and handed to those who carry them. */
#include "values_encode.h"

#include "status.h"

apr_status_t brood__items_pack(brood_values_t **values, const brood__item_t *items,
                               size_t count, apr_pool_t *pool) {
    size_t size;
    *values = NULL;
    apr_status_t status = brood__items_measure(items, count, &size);
    if (status != APR_SUCCESS)
        return status;
    uint8_t *buffer = apr_palloc(pool, size > 0 ? size : 1);
    if (buffer == NULL)
        return brood__fail(APR_ENOMEM, "no memory for values of %zu bytes", size);
    apr_array_header_t *handles = apr_array_make(pool, 4, sizeof(brood_handle_t *));
    brood__items_encode(items, count, buffer, handles);
    return brood__values_decode(values, buffer, size,
                                (brood_handle_t *const *)(void *)handles->elts,
                                (size_t)handles->nelts, 0, pool);
}

apr_status_t brood_values_pack(brood_values_t **values, brood_args_t args,
                               apr_pool_t *pool) {
    *values = NULL;
    if (args.items == NULL && args.count > 0)
        return brood__fail(APR_EINVAL, "%zu arguments at NULL", args.count);
    if (args.count >= BROOD__VALUES_SIZE_MAX / sizeof(brood__item_t))
        return brood__fail(BROOD_ETOOBIG, "%zu arguments", args.count);
    brood__item_t *items = apr_palloc(pool, (args.count + 1) * sizeof *items);
    if (items == NULL)
        return brood__fail(APR_ENOMEM, "no memory for %zu arguments", args.count);
    for (size_t i = 0; i < args.count; i++) {
        items[i] = brood__item_of(&args.items[i]);
        apr_status_t status = brood__item_check(&items[i], 0);
        if (status != APR_SUCCESS)
            return brood__fail_within(status, "argument %zu: ", i + 1);
    }
    return brood__items_pack(values, items, args.count, pool);
}

size_t brood_values_count(const brood_values_t *values) {
    return values == NULL ? 0 : values->count;
}

apr_status_t brood_unpack(const brood_values_t *values, size_t count,
                          const brood_slot_t *slots) {
    if (values == NULL)
        return brood__fail(APR_EINVAL, "values is NULL");
    if (slots == NULL && count > 0)
        return brood__fail(APR_EINVAL, "%zu places at NULL", count);
    if (values->count != count)
        return brood__fail(BROOD_ECOUNT, "%u value%s, %zu place%s", values->count,
                           values->count == 1 ? "" : "s", count, count == 1 ? "" : "s");
    const brood__node_t *node = values->tree->nodes + values->first;
    for (size_t i = 0; i < count; i++) {
        apr_status_t status = brood__slot_fill(&slots[i], node);
        if (status != APR_SUCCESS)
            return brood__fail_within(status, "value %zu ", i + 1);
        node += node->span;
    }
    return APR_SUCCESS;
}

brood_bytes_t brood__values_bytes(const brood_values_t *values) {
    if (values == NULL)
        return (brood_bytes_t){NULL, 0};
    return (brood_bytes_t){values->tree->bytes + values->at, values->size};
}

size_t brood__values_handles(const brood_values_t *values,
                             brood_handle_t *const **handles) {
    *handles = NULL;
    if (values == NULL || values->handle_nodes == 0)
        return 0;
    *handles = values->tree->handles;
    return values->tree->handle_count;
}
