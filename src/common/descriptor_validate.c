/* Whether a table describes a struct. */
#include "descriptor.h"

#include "values_scan.h"
#include <string.h>

static bool is_name(const char *name) {
    return name != NULL && name[0] != '\0' && brood__is_utf8(name, strlen(name));
}

static apr_status_t wrong(const brood_descriptor_t *descriptor, size_t index,
                          const char *what) {
    return brood__fail(APR_EINVAL, "field %zu of \"%s\": %s", index + 1, descriptor->name,
                       what);
}

/* The size that a member of this kind has; 0 when several are possible. */
static size_t size_of_kind(brood_member_kind_t kind) {
    switch (kind) {
    case BROOD_MEMBER_BOOL: return sizeof(bool);
    case BROOD_MEMBER_BYTES: return sizeof(brood_bytes_t);
    case BROOD_MEMBER_STRING:
    case BROOD_MEMBER_VALUES: return sizeof(void *);
    default: return brood__member_is_handle(kind) ? sizeof(void *) : 0;
    }
}

static bool size_fits_kind(const brood_field_t *field) {
    size_t size = field->size;
    switch (field->kind) {
    case BROOD_MEMBER_INT:
    case BROOD_MEMBER_UINT: return size == 1 || size == 2 || size == 4 || size == 8;
    case BROOD_MEMBER_REAL: return size == sizeof(float) || size == sizeof(double);
    case BROOD_MEMBER_CHARS: return size > 0;
    case BROOD_MEMBER_STRUCT:
        return field->descriptor != NULL && field->descriptor->size == size;
    default: return size == size_of_kind(field->kind);
    }
}

static bool is_number(const brood_field_t *field) {
    return field->kind == BROOD_MEMBER_INT || field->kind == BROOD_MEMBER_UINT ||
           field->kind == BROOD_MEMBER_REAL;
}

static bool is_pointer(const brood_field_t *field) {
    return field->kind == BROOD_MEMBER_BYTES ||
           size_of_kind(field->kind) == sizeof(void *);
}

static size_t total_size(const brood_field_t *field) {
    return field->elements == 0 ? field->size : field->size * field->elements;
}

static bool limits_fit(const brood_field_t *field) {
    switch (field->limits) {
    case BROOD_UNLIMITED: return true;
    case BROOD_LIMITED_INT:
        return (field->kind == BROOD_MEMBER_INT || field->kind == BROOD_MEMBER_UINT) &&
               field->least <= field->most;
    case BROOD_LIMITED_REAL:
        return field->kind == BROOD_MEMBER_REAL && field->real_least <= field->real_most;
    }
    return false;
}

static apr_status_t validate_field(const brood_descriptor_t *descriptor, size_t index) {
    const brood_field_t *field = &descriptor->fields[index];
    if (!is_name(field->name))
        return wrong(descriptor, index, "it has no name");
    if (field->kind < BROOD_MEMBER_BOOL || field->kind >= BROOD_MEMBER_END)
        return wrong(descriptor, index, "it has no kind");
    if (!size_fits_kind(field))
        return wrong(descriptor, index, "no member of its kind has its size");
    if (field->elements > 0 && !is_number(field))
        return wrong(descriptor, index, "only numbers make arrays");
    if (field->elements > 0 && field->size > SIZE_MAX / field->elements)
        return wrong(descriptor, index, "it is larger than memory");
    if (field->offset > descriptor->size ||
        total_size(field) > descriptor->size - field->offset)
        return wrong(descriptor, index, "it lies outside the struct");
    if (field->since > descriptor->version)
        return wrong(descriptor, index,
                     "it comes with a version that is not written yet");
    if (field->required && !is_pointer(field))
        return wrong(descriptor, index, "only pointers can be required");
    if (!limits_fit(field))
        return wrong(descriptor, index,
                     "its limits are not for it, or the wrong way round");
    return APR_SUCCESS;
}

static apr_status_t validate_pair(const brood_descriptor_t *descriptor, size_t index,
                                  size_t other) {
    const brood_field_t *a = &descriptor->fields[index];
    const brood_field_t *b = &descriptor->fields[other];
    if (strcmp(a->name, b->name) == 0)
        return wrong(descriptor, index, "another one has its name");
    if (a->offset < b->offset + total_size(b) && b->offset < a->offset + total_size(a))
        return wrong(descriptor, index, "it overlaps another one");
    return APR_SUCCESS;
}

/* Calls itself for the structs inside; the depth ends tables that hold themselves. */
static apr_status_t validate(const brood_descriptor_t *descriptor, size_t depth) {
    apr_status_t status = APR_SUCCESS;
    if (descriptor == NULL)
        return brood__fail(APR_EINVAL, "descriptor is NULL");
    if (!is_name(descriptor->name))
        return brood__fail(APR_EINVAL, "a descriptor has no name");
    if (depth == BROOD__STRUCT_DEPTH)
        return brood__fail(APR_EINVAL, "\"%s\" lies more than %d structs deep",
                           descriptor->name, BROOD__STRUCT_DEPTH);
    if (descriptor->minimum < 1 || descriptor->version < descriptor->minimum)
        return brood__fail(APR_EINVAL, "\"%s\" is of version %u and reads from %u",
                           descriptor->name, descriptor->version, descriptor->minimum);
    if (descriptor->size == 0 ||
        (descriptor->fields == NULL && descriptor->field_count > 0))
        return brood__fail(APR_EINVAL, "\"%s\" has no size or no fields",
                           descriptor->name);
    for (size_t i = 0; i < descriptor->field_count && status == APR_SUCCESS; i++) {
        status = validate_field(descriptor, i);
        for (size_t j = 0; j < i && status == APR_SUCCESS; j++)
            status = validate_pair(descriptor, i, j);
        if (status == APR_SUCCESS && descriptor->fields[i].kind == BROOD_MEMBER_STRUCT)
            status = validate(descriptor->fields[i].descriptor, depth + 1);
    }
    return status;
}

apr_status_t brood_descriptor_validate(const brood_descriptor_t *descriptor) {
    return validate(descriptor, 0);
}

apr_status_t brood__descriptor_ready(const brood_descriptor_t *descriptor,
                                     const void *object) {
    if (object == NULL)
        return brood__fail(APR_EINVAL, "object is NULL");
    return brood_descriptor_validate(descriptor);
}
