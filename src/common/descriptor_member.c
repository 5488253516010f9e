/* One member of a struct: where it is, what it holds, where it goes. */
#include "descriptor.h"

#include <string.h>

const void *brood__member_at(const brood_field_t *field, const void *object,
                             size_t element) {
    return (const char *)object + field->offset + element * field->size;
}

static int64_t load_signed(const void *at, size_t size) {
    int8_t one;
    int16_t two;
    int32_t four;
    int64_t eight;
    switch (size) {
    case 1: memcpy(&one, at, 1); return one;
    case 2: memcpy(&two, at, 2); return two;
    case 4: memcpy(&four, at, 4); return four;
    default: memcpy(&eight, at, 8); return eight;
    }
}

static uint64_t load_unsigned(const void *at, size_t size) {
    uint8_t one;
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (size) {
    case 1: memcpy(&one, at, 1); return one;
    case 2: memcpy(&two, at, 2); return two;
    case 4: memcpy(&four, at, 4); return four;
    default: memcpy(&eight, at, 8); return eight;
    }
}

static double load_real(const void *at, size_t size) {
    float single;
    double real;
    if (size == sizeof single) {
        memcpy(&single, at, sizeof single);
        return (double)single;
    }
    memcpy(&real, at, sizeof real);
    return real;
}

static void *load_pointer(const void *at) {
    void *pointer;
    memcpy(&pointer, at, sizeof pointer);
    return pointer;
}

brood_arg_t brood__member_arg(const brood_field_t *field, const void *object,
                              size_t element) {
    const void *at = brood__member_at(field, object, element);
    brood_bytes_t bytes;
    switch (field->kind) {
    case BROOD_MEMBER_BOOL:
        /* as a byte: a bool that holds neither 0 nor 1 must not be read as one */
        return brood_arg_bool(load_unsigned(at, field->size) != 0);
    case BROOD_MEMBER_INT: return brood_arg_int(load_signed(at, field->size));
    case BROOD_MEMBER_UINT: return brood_arg_uint(load_unsigned(at, field->size));
    case BROOD_MEMBER_REAL: return brood_arg_double(load_real(at, field->size));
    case BROOD_MEMBER_STRING: return brood_arg_string(load_pointer(at));
    case BROOD_MEMBER_CHARS: return brood_arg_string(at);
    case BROOD_MEMBER_BYTES:
        memcpy(&bytes, at, sizeof bytes);
        return bytes.data == NULL ? brood_arg_nil() : brood_arg_bytes(bytes);
    case BROOD_MEMBER_VALUES:
        at = load_pointer(at);
        return at == NULL ? brood_arg_nil() : brood_arg_values(at);
    default: break;
    }
    if (brood__member_is_handle(field->kind)) {
        at = load_pointer(at);
        return at == NULL ? brood_arg_nil() : brood_arg_handle((void *)(uintptr_t)at);
    }
    return brood_arg_nil();
}

brood_slot_t brood__member_slot(const brood_field_t *field, void *object,
                                size_t element) {
    static const brood_slot_kind_t kinds[] = {[BROOD_MEMBER_BOOL] = BROOD_SLOT_BOOL,
                                              [BROOD_MEMBER_INT] = BROOD_SLOT_SIGNED,
                                              [BROOD_MEMBER_UINT] = BROOD_SLOT_UNSIGNED,
                                              [BROOD_MEMBER_REAL] = BROOD_SLOT_REAL,
                                              [BROOD_MEMBER_STRING] = BROOD_SLOT_STRING,
                                              [BROOD_MEMBER_BYTES] = BROOD_SLOT_BYTES,
                                              [BROOD_MEMBER_VALUES] = BROOD_SLOT_VALUES,
#define SLOT_OF_MEMBER(NAME, name, code) [BROOD_MEMBER_##NAME] = BROOD_SLOT_##NAME,
                                              BROOD_HANDLE_TABLE(SLOT_OF_MEMBER)
#undef SLOT_OF_MEMBER
    };
    return brood_slot(kinds[field->kind], field->size,
                      (char *)object + field->offset + element * field->size);
}

apr_status_t brood__fail_field(const brood_descriptor_t *descriptor,
                               const brood_field_t *field, apr_status_t status) {
    return brood__fail_within(status, "field \"%s\" of \"%s\": ", field->name,
                              descriptor->name);
}
