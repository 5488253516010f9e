/* Descriptors from the inside: one member at a time. */
#ifndef BROOD_COMMON_DESCRIPTOR_H
#define BROOD_COMMON_DESCRIPTOR_H

#include "brood/descriptor.h"
#include "status.h"

/* How deep structs may lie in each other: each takes a list and a map of the values'
 * depth, and what is in the innermost may be an array. */
#define BROOD__STRUCT_DEPTH ((BROOD_DEPTH_MAX - 2) / 2)

/* Whether a member is a pointer to an object that travels as a handle. */
static inline bool brood__member_is_handle(brood_member_kind_t kind) {
    return kind >= BROOD_MEMBER_QUEUE && kind < BROOD_MEMBER_END;
}

/* Where a member lies, or an element of it. */
const void *brood__member_at(const brood_field_t *field, const void *object,
                             size_t element);

/* What a member holds, or an element of it; nil for a NULL pointer. Not for structs; a char
 * array must be terminated. */
brood_arg_t brood__member_arg(const brood_field_t *field, const void *object,
                              size_t element);

/* Where the reader puts a member, or an element of it. Not for structs and char arrays. */
brood_slot_t brood__member_slot(const brood_field_t *field, void *object, size_t element);

/* Puts 'field "x" of "job": ' before the detail line. */
apr_status_t brood__fail_field(const brood_descriptor_t *descriptor,
                               const brood_field_t *field, apr_status_t status);

/* APR_EINVAL: object is NULL or the table is wrong. */
apr_status_t brood__descriptor_ready(const brood_descriptor_t *descriptor,
                                     const void *object);

/* As brood_descriptor_check(), of a valid table. */
apr_status_t brood__struct_check(const brood_descriptor_t *descriptor,
                                 const void *object);

#endif
