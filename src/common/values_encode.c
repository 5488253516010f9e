/* Arguments into encoded bytes, by msgpack-c. Measuring and writing are the same walk with
 * two sinks, so the two cannot disagree, and neither allocates. */
#include "values_encode.h"

#include "status.h"
#include "values_scan.h"
#include <msgpack.h>
#include <string.h>

/* ---- sinks ---- */

static int count_bytes(void *data, const char *bytes, size_t size) {
    uint64_t *total = data;
    (void)bytes;
    *total += size; /* 64 bits: more items than memory holds could not overflow it */
    return 0;
}

static int write_bytes(void *data, const char *bytes, size_t size) {
    uint8_t **at = data;
    if (size > 0)
        memcpy(*at, bytes, size);
    *at += size;
    return 0;
}

/* ---- handles ---- */

static uint32_t handle_index(apr_array_header_t *handles, brood_handle_t *handle) {
    for (int i = 0; i < handles->nelts; i++)
        if (APR_ARRAY_IDX(handles, i, brood_handle_t *) == handle)
            return (uint32_t)i;
    APR_ARRAY_PUSH(handles, brood_handle_t *) = handle;
    return (uint32_t)handles->nelts - 1;
}

/* Without a table the index does not matter: every index takes the same room. */
static void pack_handle(msgpack_packer *packer, brood_handle_t *handle,
                        apr_array_header_t *handles) {
    uint8_t body[BROOD__HANDLE_SIZE];
    uint32_t index = handles == NULL ? 0 : handle_index(handles, handle);
    brood__handle_body(body, index, (uint8_t)handle->cls->code);
    msgpack_pack_ext(packer, sizeof body, BROOD__EXTENSION_HANDLE);
    msgpack_pack_ext_body(packer, body, sizeof body);
}

/* Bytes that came from elsewhere count their handles by another table. */
static void renumber(uint8_t *bytes, size_t size, const brood__tree_t *tree,
                     apr_array_header_t *handles) {
    brood__scan_t scan = {bytes, bytes, bytes + size};
    brood__token_t token;
    while (scan.at < scan.end && brood__scan_token(&scan, &token) == APR_SUCCESS) {
        if (token.kind != BROOD_HANDLE)
            continue;
        uint8_t *body = bytes + (token.body - scan.start);
        brood_handle_t *handle = tree->handles[brood__handle_index(body)];
        brood__handle_body(body, handle_index(handles, handle), body[4]);
    }
}

/* ---- items ---- */

static void pack_list(msgpack_packer *packer, const brood__item_t *item,
                      apr_array_header_t *handles) {
    const brood_values_t *values = item->arg.of.values;
    if (values == NULL) {
        msgpack_pack_array(packer, item->size);
        return;
    }
    msgpack_pack_array(packer, values->count);
    packer->callback(packer->data, (const char *)values->tree->bytes + values->at,
                     values->size);
    if (handles != NULL && values->handle_nodes > 0) {
        uint8_t *end = *(uint8_t **)packer->data;
        renumber(end - values->size, values->size, values->tree, handles);
    }
}

static void pack_item(msgpack_packer *packer, const brood__item_t *item,
                      apr_array_header_t *handles) {
    const brood_arg_t *arg = &item->arg;
    switch (arg->kind) {
    case BROOD_NIL: msgpack_pack_nil(packer); break;
    case BROOD_BOOL:
        if (arg->of.boolean)
            msgpack_pack_true(packer);
        else
            msgpack_pack_false(packer);
        break;
    case BROOD_INT: msgpack_pack_int64(packer, arg->of.integer); break;
    case BROOD_UINT: msgpack_pack_uint64(packer, arg->of.unsigned_integer); break;
    case BROOD_DOUBLE: msgpack_pack_double(packer, arg->of.real); break;
    case BROOD_STRING:
        msgpack_pack_str(packer, item->size);
        msgpack_pack_str_body(packer, arg->of.string, item->size);
        break;
    case BROOD_BYTES:
        msgpack_pack_bin(packer, arg->of.bytes.size);
        msgpack_pack_bin_body(packer, arg->of.bytes.data, arg->of.bytes.size);
        break;
    case BROOD_LIST: pack_list(packer, item, handles); break;
    case BROOD_MAP: msgpack_pack_map(packer, item->size); break;
    case BROOD_HANDLE: pack_handle(packer, arg->of.handle, handles); break;
    }
}

brood__item_t brood__item_of(const brood_arg_t *arg) {
    brood__item_t item = {*arg, 0};
    if (arg->kind == BROOD_STRING && arg->of.string != NULL)
        item.size = strlen(arg->of.string);
    return item;
}

static apr_status_t check_text(const char *text, size_t size) {
    if (text == NULL)
        return brood__fail(APR_EINVAL, "a string is NULL");
    if (size >= BROOD__VALUES_SIZE_MAX)
        return brood__fail(BROOD_ETOOBIG, "a string of %zu bytes", size);
    if (!brood__is_utf8(text, size))
        return brood__fail(BROOD_ETYPE,
                           "a string is not UTF-8; such text travels as bytes");
    return APR_SUCCESS;
}

static apr_status_t check_bytes(brood_bytes_t bytes) {
    if (bytes.data == NULL && bytes.size > 0)
        return brood__fail(APR_EINVAL, "%zu bytes at NULL", bytes.size);
    if (bytes.size >= BROOD__VALUES_SIZE_MAX)
        return brood__fail(BROOD_ETOOBIG, "%zu bytes", bytes.size);
    return APR_SUCCESS;
}

static apr_status_t check_list(const brood_values_t *values, size_t depth) {
    if (values == NULL)
        return brood__fail(APR_EINVAL, "the values for a list are NULL");
    if (depth + 1 + values->depth > BROOD_DEPTH_MAX)
        return brood__fail(APR_EINVAL,
                           "a list whose inmost would lie %zu deep; %d is most",
                           depth + 1 + values->depth, BROOD_DEPTH_MAX);
    return APR_SUCCESS;
}

apr_status_t brood__item_check(const brood__item_t *item, size_t depth) {
    const brood_arg_t *arg = &item->arg;
    switch (arg->kind) {
    case BROOD_NIL:
    case BROOD_BOOL:
    case BROOD_INT:
    case BROOD_UINT:
    case BROOD_DOUBLE: return APR_SUCCESS;
    case BROOD_STRING: return check_text(arg->of.string, item->size);
    case BROOD_BYTES: return check_bytes(arg->of.bytes);
    case BROOD_LIST: return check_list(arg->of.values, depth);
    case BROOD_HANDLE: return brood__handle_check(arg->of.handle, "the object");
    case BROOD_MAP: break;
    }
    return brood__fail(APR_EINVAL, "kind %d, which no argument has", (int)arg->kind);
}

/* ---- sequences ---- */

static apr_status_t check_total(uint64_t total, size_t *size) {
    *size = 0;
    if (total >= BROOD__VALUES_SIZE_MAX)
        return brood__fail(BROOD_ETOOBIG, "values of %llu bytes; the limit is 4 GiB",
                           (unsigned long long)total);
    *size = (size_t)total;
    return APR_SUCCESS;
}

apr_status_t brood__items_measure(const brood__item_t *items, size_t count,
                                  size_t *size) {
    uint64_t total = 0;
    msgpack_packer packer;
    msgpack_packer_init(&packer, &total, count_bytes);
    for (size_t i = 0; i < count; i++)
        pack_item(&packer, &items[i], NULL);
    return check_total(total, size);
}

void brood__items_encode(const brood__item_t *items, size_t count, uint8_t *buffer,
                         apr_array_header_t *handles) {
    msgpack_packer packer;
    msgpack_packer_init(&packer, &buffer, write_bytes);
    for (size_t i = 0; i < count; i++)
        pack_item(&packer, &items[i], handles);
}

static bool has_handles(const brood_arg_t *arg) {
    return arg->kind == BROOD_HANDLE ||
           (arg->kind == BROOD_LIST && arg->of.values != NULL &&
            arg->of.values->handle_nodes > 0);
}

apr_status_t brood__args_measure(brood_args_t args, size_t *size) {
    uint64_t total = 0;
    msgpack_packer packer;
    msgpack_packer_init(&packer, &total, count_bytes);
    *size = 0;
    if (args.items == NULL && args.count > 0)
        return brood__fail(APR_EINVAL, "%zu arguments at NULL", args.count);
    for (size_t i = 0; i < args.count; i++) {
        brood__item_t item = brood__item_of(&args.items[i]);
        if (has_handles(&args.items[i]))
            return brood__fail(
                BROOD_ENOTRAVEL,
                "argument %zu: a handle; only a new process is given handles", i + 1);
        apr_status_t status = brood__item_check(&item, 0);
        if (status != APR_SUCCESS)
            return brood__fail_within(status, "argument %zu: ", i + 1);
        pack_item(&packer, &item, NULL);
    }
    return check_total(total, size);
}

void brood__args_encode(brood_args_t args, uint8_t *buffer) {
    msgpack_packer packer;
    msgpack_packer_init(&packer, &buffer, write_bytes);
    for (size_t i = 0; i < args.count; i++) {
        brood__item_t item = brood__item_of(&args.items[i]);
        pack_item(&packer, &item, NULL);
    }
}
