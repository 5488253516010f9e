/* Process types: a struct that is packed with its descriptor, and unpacked to be run. */
#include "brood/process_type.h"

#include "brood/args.h"
#include "brood/boot.h"
#include "process_object.h"
#include "status.h"
#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

#define TYPE_NAME_MAX 64

static apr_status_t type_check(const brood_process_type_t *type, const void *self) {
    if (type == NULL || self == NULL) {
        return brood__fail(APR_EINVAL, "%s is NULL", type == NULL ? "type" : "self");
    }
    if (type->name == NULL || type->name[0] == '\0' ||
        strlen(type->name) >= TYPE_NAME_MAX) {
        return brood__fail(APR_EINVAL, "type->name is not of 1 to %d bytes",
                           TYPE_NAME_MAX - 1);
    }
    if (type->descriptor == NULL || type->run == NULL || type->target == NULL) {
        return brood__fail(APR_EINVAL, "type %s: %s is NULL", type->name,
                           type->descriptor == NULL ? "descriptor"
                           : type->run == NULL      ? "run"
                                                    : "target");
    }
    return APR_SUCCESS;
}

static apr_status_t create(brood_process_t **process, const brood_process_type_t *type,
                           const void *self, const brood_process_options_t *options,
                           apr_pool_t *pool, apr_pool_t *scratch_pool) {
    brood_values_t *packed;
    apr_status_t rv =
        brood_descriptor_pack(type->descriptor, self, &packed, scratch_pool);
    return rv == APR_SUCCESS ? brood_process_create(process, type->target,
                                                    BROOD_ARGS(packed), options, pool)
                             : rv;
}

apr_status_t brood_process_create_type(brood_process_t **process,
                                       const brood_process_type_t *type, const void *self,
                                       const brood_process_options_t *options,
                                       apr_pool_t *pool) {
    apr_pool_t *scratch_pool;
    apr_status_t rv = type_check(type, self);
    *process = NULL;
    if (rv == APR_SUCCESS) {
        rv = apr_pool_create(&scratch_pool, pool);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = create(process, type, self, options, pool, scratch_pool);
    apr_pool_destroy(scratch_pool);
    if (rv != APR_SUCCESS) {
        return brood__fail_within(rv, "type %s: ", type->name);
    }
    if (options == NULL || options->name == NULL) {
        (*process)->name = apr_pstrcat(pool, type->name, "-", (*process)->label, NULL);
    }
    return APR_SUCCESS;
}

int brood_process_type_run(const char *name, const brood_descriptor_t *descriptor,
                           brood_run_fn *run, const brood_values_t *state,
                           apr_pool_t *pool) {
    const brood_values_t *packed;
    void *self = apr_pcalloc(pool, descriptor->size);
    apr_status_t rv = self == NULL ? APR_ENOMEM : BROOD_UNPACK(state, &packed);
    if (rv == APR_SUCCESS) {
        rv = brood_descriptor_unpack(descriptor, packed, self, pool);
    }
    if (rv != APR_SUCCESS) {
        fprintf(stderr, "brood: %s: a %s cannot be unpacked: %s\n", brood_current_name(),
                name, brood_error_detail());
        return 1;
    }
    return run(self, pool);
}
