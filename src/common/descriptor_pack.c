/* A struct into values: its name, its version, and a map of its fields. */
#include "descriptor.h"

static void build_struct(brood_builder_t *builder, const brood_descriptor_t *descriptor,
                         const void *object);

/* The builder keeps the first failure, so none is looked at before the end; the number of
 * the field in its path is good enough, for the struct has been checked. */
static void build_field(brood_builder_t *builder, const brood_field_t *field,
                        const void *object) {
    (void)brood_build_string(builder, field->name);
    if (field->kind == BROOD_MEMBER_STRUCT) {
        (void)brood_build_list_begin(builder);
        build_struct(builder, field->descriptor, brood__member_at(field, object, 0));
        (void)brood_build_end(builder);
    } else if (field->elements == 0) {
        (void)brood_build(builder, brood__member_arg(field, object, 0));
    } else {
        (void)brood_build_list_begin(builder);
        for (size_t i = 0; i < field->elements; i++)
            (void)brood_build(builder, brood__member_arg(field, object, i));
        (void)brood_build_end(builder);
    }
}

/* Calls itself through build_field, at the most BROOD__STRUCT_DEPTH deep. */
static void build_struct(brood_builder_t *builder, const brood_descriptor_t *descriptor,
                         const void *object) {
    (void)brood_build_string(builder, descriptor->name);
    (void)brood_build_uint(builder, descriptor->version);
    (void)brood_build_map_begin(builder);
    for (size_t i = 0; i < descriptor->field_count; i++)
        build_field(builder, &descriptor->fields[i], object);
    (void)brood_build_end(builder);
}

apr_status_t brood_descriptor_pack(const brood_descriptor_t *descriptor,
                                   const void *object, brood_values_t **values,
                                   apr_pool_t *pool) {
    brood_builder_t *builder;
    *values = NULL;
    apr_status_t status = brood_descriptor_check(descriptor, object);
    if (status == APR_SUCCESS)
        status = brood_builder_create(&builder, pool);
    if (status != APR_SUCCESS)
        return status;
    build_struct(builder, descriptor, object);
    status = brood_builder_finish(builder, values);
    if (status != APR_SUCCESS)
        (void)brood__fail_within(status, "\"%s\": ", descriptor->name);
    return status;
}
