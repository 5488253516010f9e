/* Whether a struct keeps what its table promises. */
#include "descriptor.h"

#include "handle.h"
#include <inttypes.h>
#include <string.h>

static apr_status_t check_int(const brood_field_t *field, brood_arg_t arg) {
    bool below = arg.kind == BROOD_INT && arg.of.integer < field->least;
    bool above = arg.kind == BROOD_UINT || arg.of.integer > field->most;
    if (!below && !above)
        return APR_SUCCESS;
    if (arg.kind == BROOD_UINT)
        return brood__fail(BROOD_ERANGE,
                           "it is %" PRIu64 ", allowed is %" PRId64 " to %" PRId64,
                           arg.of.unsigned_integer, field->least, field->most);
    return brood__fail(BROOD_ERANGE,
                       "it is %" PRId64 ", allowed is %" PRId64 " to %" PRId64,
                       arg.of.integer, field->least, field->most);
}

static apr_status_t check_real(const brood_field_t *field, double real) {
    if (real >= field->real_least && real <= field->real_most)
        return APR_SUCCESS; /* a NaN is not in between */
    return brood__fail(BROOD_ERANGE, "it is %g, allowed is %g to %g", real,
                       field->real_least, field->real_most);
}

static apr_status_t check_limits(const brood_field_t *field, const void *object) {
    size_t count = field->elements == 0 ? 1 : field->elements;
    apr_status_t status = APR_SUCCESS;
    for (size_t i = 0; i < count && status == APR_SUCCESS; i++) {
        brood_arg_t arg = brood__member_arg(field, object, i);
        status = field->limits == BROOD_LIMITED_INT ? check_int(field, arg)
                                                    : check_real(field, arg.of.real);
        if (status != APR_SUCCESS && field->elements > 0)
            (void)brood__fail_within(status, "item %zu: ", i + 1);
    }
    return status;
}

/* An object passes for one of its class, however the pointer was come by. */
static apr_status_t check_class(const brood_field_t *field, brood_handle_t *handle) {
    const brood__handle_class_t *cls =
        brood__handle_class((uint32_t)(field->kind - BROOD_MEMBER_QUEUE) + 1);
    apr_status_t status = brood__handle_check(handle, "the object");
    if (status == APR_SUCCESS && handle->cls != cls)
        return brood__fail(BROOD_ETYPE, "it is a %s, not a %s", handle->cls->name,
                           cls->name);
    return status;
}

static apr_status_t check_field(const brood_field_t *field, const void *object) {
    if (field->limits != BROOD_UNLIMITED)
        return check_limits(field, object);
    switch (field->kind) {
    case BROOD_MEMBER_CHARS:
        if (memchr(brood__member_at(field, object, 0), '\0', field->size) == NULL)
            return brood__fail(BROOD_ERANGE, "its %zu characters have no terminator",
                               field->size);
        return APR_SUCCESS;
    case BROOD_MEMBER_STRUCT:
        return brood__struct_check(field->descriptor, brood__member_at(field, object, 0));
    case BROOD_MEMBER_STRING:
    case BROOD_MEMBER_BYTES:
    case BROOD_MEMBER_VALUES: break;
    default:
        if (!brood__member_is_handle(field->kind))
            return APR_SUCCESS;
    }
    brood_arg_t arg = brood__member_arg(field, object, 0);
    if (arg.kind == BROOD_NIL && field->required)
        return brood__fail(APR_EINVAL, "it is required and NULL");
    return arg.kind == BROOD_HANDLE ? check_class(field, arg.of.handle) : APR_SUCCESS;
}

apr_status_t brood__struct_check(const brood_descriptor_t *descriptor,
                                 const void *object) {
    for (size_t i = 0; i < descriptor->field_count; i++) {
        const brood_field_t *field = &descriptor->fields[i];
        apr_status_t status = check_field(field, object);
        if (status != APR_SUCCESS)
            return brood__fail_field(descriptor, field, status);
    }
    return APR_SUCCESS;
}

apr_status_t brood_descriptor_check(const brood_descriptor_t *descriptor,
                                    const void *object) {
    apr_status_t status = brood__descriptor_ready(descriptor, object);
    return status == APR_SUCCESS ? brood__struct_check(descriptor, object) : status;
}
