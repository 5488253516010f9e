/* One value into one place: types and ranges. */
#include "values_node.h"

#include "status.h"
#include <float.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Up to here every integer is a double. */
#define DOUBLE_EXACT (INT64_C(1) << DBL_MANT_DIG)

const char *brood_kind_name(brood_kind_t kind) {
    switch (kind) {
    case BROOD_NIL: return "nil";
    case BROOD_BOOL: return "a bool";
    case BROOD_INT:
    case BROOD_UINT: return "an integer";
    case BROOD_DOUBLE: return "a real number";
    case BROOD_STRING: return "a string";
    case BROOD_BYTES: return "bytes";
    case BROOD_LIST: return "a list";
    case BROOD_MAP: return "a map";
    case BROOD_HANDLE: return "a handle";
    }
    return "of no known kind";
}

const char *brood__node_name(const brood__node_t *node, char buffer[32]) {
    if (node->kind != BROOD_HANDLE)
        return brood_kind_name((brood_kind_t)node->kind);
    (void)snprintf(buffer, 32, "a %s", node->of.handle->cls->name);
    return buffer;
}

static apr_status_t wrong_type(const brood__node_t *node, const char *wanted) {
    char buffer[32];
    return brood__fail(BROOD_ETYPE, "is %s, the place wants %s",
                       brood__node_name(node, buffer), wanted);
}

static apr_status_t malformed(const brood_slot_t *slot) {
    return brood__fail(APR_EINVAL, "has a malformed place (kind %d, %" PRIu32 " bytes)",
                       (int)slot->kind, slot->size);
}

/* An integer 0 or 1 will do: in C11 that is what `true` and `false` are. */
static apr_status_t fill_bool(const brood_slot_t *slot, const brood__node_t *node) {
    bool boolean = node->kind == BROOD_BOOL && node->of.boolean;
    if (slot->size != sizeof boolean)
        return malformed(slot);
    if (node->kind == BROOD_INT) {
        if (node->of.integer != 0 && node->of.integer != 1)
            return brood__fail(BROOD_ERANGE, "is %" PRId64 ", the place wants a bool",
                               node->of.integer);
        boolean = node->of.integer == 1;
    } else if (node->kind != BROOD_BOOL) {
        return wrong_type(node, "a bool");
    }
    memcpy(slot->place, &boolean, sizeof boolean);
    return APR_SUCCESS;
}

static apr_status_t fill_signed(const brood_slot_t *slot, const brood__node_t *node) {
    if (slot->size != 1 && slot->size != 2 && slot->size != 4 && slot->size != 8)
        return malformed(slot);
    int64_t most = INT64_MAX >> (64 - 8 * slot->size);
    if (node->kind == BROOD_UINT)
        return brood__fail(BROOD_ERANGE, "is %" PRIu64 ", the place holds up to %" PRId64,
                           node->of.unsigned_integer, most);
    if (node->kind != BROOD_INT)
        return wrong_type(node, "an integer");
    int64_t integer = node->of.integer;
    if (integer > most || integer < -most - 1)
        return brood__fail(BROOD_ERANGE,
                           "is %" PRId64 ", the place holds %" PRId64 " to %" PRId64,
                           integer, -most - 1, most);
    switch (slot->size) {
    case 1: memcpy(slot->place, &(int8_t){(int8_t)integer}, 1); break;
    case 2: memcpy(slot->place, &(int16_t){(int16_t)integer}, 2); break;
    case 4: memcpy(slot->place, &(int32_t){(int32_t)integer}, 4); break;
    default: memcpy(slot->place, &integer, 8); break;
    }
    return APR_SUCCESS;
}

static apr_status_t fill_unsigned(const brood_slot_t *slot, const brood__node_t *node) {
    if (slot->size != 1 && slot->size != 2 && slot->size != 4 && slot->size != 8)
        return malformed(slot);
    uint64_t most = UINT64_MAX >> (64 - 8 * slot->size);
    if (node->kind != BROOD_INT && node->kind != BROOD_UINT)
        return wrong_type(node, "an integer");
    if (node->kind == BROOD_INT && node->of.integer < 0)
        return brood__fail(BROOD_ERANGE, "is %" PRId64 ", the place holds 0 to %" PRIu64,
                           node->of.integer, most);
    uint64_t integer =
        node->kind == BROOD_INT ? (uint64_t)node->of.integer : node->of.unsigned_integer;
    if (integer > most)
        return brood__fail(BROOD_ERANGE, "is %" PRIu64 ", the place holds 0 to %" PRIu64,
                           integer, most);
    switch (slot->size) {
    case 1: memcpy(slot->place, &(uint8_t){(uint8_t)integer}, 1); break;
    case 2: memcpy(slot->place, &(uint16_t){(uint16_t)integer}, 2); break;
    case 4: memcpy(slot->place, &(uint32_t){(uint32_t)integer}, 4); break;
    default: memcpy(slot->place, &integer, 8); break;
    }
    return APR_SUCCESS;
}

static apr_status_t fill_real(const brood_slot_t *slot, const brood__node_t *node) {
    double real = 0;
    if (slot->size != sizeof(float) && slot->size != sizeof(double))
        return malformed(slot);
    int64_t exact =
        slot->size == sizeof(float) ? INT64_C(1) << FLT_MANT_DIG : DOUBLE_EXACT;
    switch (node->kind) {
    case BROOD_DOUBLE: real = node->of.real; break;
    case BROOD_UINT:
        return brood__fail(BROOD_ERANGE,
                           "is %" PRIu64 ", which no real number is exactly",
                           node->of.unsigned_integer);
    case BROOD_INT:
        if (node->of.integer > exact || node->of.integer < -exact)
            return brood__fail(BROOD_ERANGE,
                               "is %" PRId64 ", the place is exact up to %" PRId64,
                               node->of.integer, exact);
        real = (double)node->of.integer;
        break;
    default: return wrong_type(node, "a real number");
    }
    if (slot->size == sizeof(double)) {
        memcpy(slot->place, &real, sizeof real);
        return APR_SUCCESS;
    }
    if ((real > FLT_MAX && real <= DBL_MAX) || (real < -FLT_MAX && real >= -DBL_MAX))
        return brood__fail(BROOD_ERANGE, "is %g, the place is a float", real);
    memcpy(slot->place, &(float){(float)real}, sizeof(float));
    return APR_SUCCESS;
}

static apr_status_t fill_string(const brood_slot_t *slot, const brood__node_t *node) {
    const char *string = NULL;
    if (node->kind != BROOD_NIL && node->kind != BROOD_STRING)
        return wrong_type(node, "a string");
    if (node->kind == BROOD_STRING) {
        string = node->of.text.data;
        size_t length = strlen(string);
        if (length != node->of.text.size)
            return brood__fail(BROOD_ETYPE,
                               "is a string with a NUL byte at %zu, the place wants none",
                               length);
    }
    memcpy(slot->place, &string, sizeof string);
    return APR_SUCCESS;
}

static apr_status_t fill_handle(const brood_slot_t *slot, const brood__node_t *node,
                                const brood__handle_class_t *cls) {
    char wanted[32];
    if (node->kind != BROOD_HANDLE || node->of.handle->cls != cls) {
        (void)snprintf(wanted, sizeof wanted, "a %s", cls->name);
        return wrong_type(node, wanted);
    }
    apr_status_t status = brood__handle_check(node->of.handle, "is a handle");
    if (status == APR_SUCCESS)
        memcpy(slot->place, &node->of.handle, sizeof node->of.handle);
    return status;
}

apr_status_t brood__slot_fill(const brood_slot_t *slot, const brood__node_t *node) {
    if (slot->place == NULL)
        return brood__fail(APR_EINVAL, "has a place that is NULL");
    switch (slot->kind) {
    case BROOD_SLOT_BOOL: return fill_bool(slot, node);
    case BROOD_SLOT_SIGNED: return fill_signed(slot, node);
    case BROOD_SLOT_UNSIGNED: return fill_unsigned(slot, node);
    case BROOD_SLOT_REAL: return fill_real(slot, node);
    case BROOD_SLOT_STRING: return fill_string(slot, node);
    case BROOD_SLOT_BYTES:
        if (node->kind != BROOD_BYTES)
            return wrong_type(node, "bytes");
        memcpy(slot->place, &node->of.text, sizeof node->of.text);
        return APR_SUCCESS;
    case BROOD_SLOT_VALUES:
        if (node->kind != BROOD_LIST)
            return wrong_type(node, "a list");
        memcpy(slot->place, &node->of.list, sizeof node->of.list);
        return APR_SUCCESS;
#define FILL_HANDLE(NAME, name, code) \
    case BROOD_SLOT_##NAME: return fill_handle(slot, node, &brood__##name##_class);
        BROOD_HANDLE_TABLE(FILL_HANDLE)
#undef FILL_HANDLE
    case BROOD_SLOT_END: break;
    }
    return malformed(slot);
}
