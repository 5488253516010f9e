/* The builder: nested values, written one after another.
 *
 * What is added is kept as a row of items, for only when a list ends is it known how many
 * items its head must announce; brood_builder_finish() encodes the row. */
#include "values_encode.h"

#include "status.h"
#include <apr_strings.h>
#include <limits.h>
#include <string.h>

typedef struct open_t {
    int item;     /* the list or map; not used at the top */
    size_t count; /* values added so far */
    brood__step_t step;
} open_t;

struct brood_builder_t {
    apr_pool_t *pool;
    apr_array_header_t *items; /* brood__item_t */
    open_t open[BROOD_DEPTH_MAX + 1];
    size_t depth;
    apr_status_t failure; /* the first; its detail is repeated with it */
    const char *detail;
};

apr_status_t brood_builder_create(brood_builder_t **builder, apr_pool_t *pool) {
    *builder = NULL;
    brood_builder_t *fresh = apr_pcalloc(pool, sizeof *fresh);
    if (fresh == NULL)
        return brood__fail(APR_ENOMEM, "no memory for a builder");
    fresh->pool = pool;
    fresh->items = apr_array_make(pool, 16, sizeof(brood__item_t));
    fresh->open[0].step = BROOD__STEP_TOP;
    *builder = fresh;
    return APR_SUCCESS;
}

/* ---- failing ---- */

/* Remembers a failure whose detail line is set, with the place where it happened. */
static apr_status_t fail_here(brood_builder_t *builder, apr_status_t status) {
    char path[BROOD__PATH_SIZE];
    for (size_t i = 0; i <= builder->depth; i++)
        brood__path_add(path, builder->open[i].step,
                        builder->open[i].count + (i == builder->depth ? 1 : 0));
    (void)brood__fail_within(status, "%s: ", path);
    builder->failure = status;
    builder->detail = apr_pstrdup(builder->pool, brood_error_detail());
    return status;
}

static apr_status_t check_builder(const brood_builder_t *builder) {
    if (builder == NULL)
        return brood__fail(APR_EINVAL, "builder is NULL");
    if (builder->failure != APR_SUCCESS)
        return brood__fail(builder->failure, "%s", builder->detail);
    return APR_SUCCESS;
}

/* ---- adding ---- */

static apr_status_t add_item(brood_builder_t *builder, const brood__item_t *item) {
    open_t *open = &builder->open[builder->depth];
    if (builder->items->nelts == INT_MAX)
        return fail_here(builder, brood__fail(BROOD_ETOOBIG, "too many values"));
    APR_ARRAY_PUSH(builder->items, brood__item_t) = *item;
    open->count++;
    return APR_SUCCESS;
}

/* The caller's text and bytes need not outlive the call. */
static apr_status_t keep_copy(brood_builder_t *builder, brood__item_t *item) {
    brood_arg_t *arg = &item->arg;
    if (arg->kind == BROOD_STRING) {
        arg->of.string = apr_pmemdup(builder->pool, arg->of.string, item->size + 1);
        if (arg->of.string == NULL)
            return brood__fail(APR_ENOMEM, "no memory for %zu bytes", item->size);
    } else if (arg->kind == BROOD_BYTES && arg->of.bytes.size > 0) {
        size_t size = arg->of.bytes.size;
        arg->of.bytes.data = apr_pmemdup(builder->pool, arg->of.bytes.data, size);
        if (arg->of.bytes.data == NULL)
            return brood__fail(APR_ENOMEM, "no memory for %zu bytes", size);
    }
    return APR_SUCCESS;
}

static apr_status_t build_item(brood_builder_t *builder, brood__item_t *item) {
    apr_status_t status = brood__item_check(item, builder->depth);
    if (status == APR_SUCCESS)
        status = keep_copy(builder, item);
    return status == APR_SUCCESS ? add_item(builder, item) : fail_here(builder, status);
}

apr_status_t brood_build(brood_builder_t *builder, brood_arg_t arg) {
    apr_status_t status = check_builder(builder);
    if (status != APR_SUCCESS)
        return status;
    brood__item_t item = brood__item_of(&arg);
    return build_item(builder, &item);
}

apr_status_t brood_build_nil(brood_builder_t *builder) {
    return brood_build(builder, brood_arg_nil());
}

apr_status_t brood_build_bool(brood_builder_t *builder, bool boolean) {
    return brood_build(builder, brood_arg_bool(boolean));
}

apr_status_t brood_build_int(brood_builder_t *builder, int64_t integer) {
    return brood_build(builder, brood_arg_int(integer));
}

apr_status_t brood_build_uint(brood_builder_t *builder, uint64_t integer) {
    return brood_build(builder, brood_arg_uint(integer));
}

apr_status_t brood_build_double(brood_builder_t *builder, double real) {
    return brood_build(builder, brood_arg_double(real));
}

apr_status_t brood_build_string(brood_builder_t *builder, const char *string) {
    return brood_build(builder, brood_arg_string(string));
}

apr_status_t brood_build_text(brood_builder_t *builder, const char *text, size_t size) {
    apr_status_t status = check_builder(builder);
    if (status != APR_SUCCESS)
        return status;
    brood__item_t item = {brood_arg_string(size == 0 ? "" : text), size};
    item.arg.kind = BROOD_STRING; /* NULL is no nil here but a mistake */
    status = brood__item_check(&item, builder->depth);
    if (status != APR_SUCCESS)
        return fail_here(builder, status);
    item.arg.of.string = apr_pstrmemdup(builder->pool, item.arg.of.string, size);
    if (item.arg.of.string == NULL)
        return fail_here(builder,
                         brood__fail(APR_ENOMEM, "no memory for %zu bytes", size));
    return add_item(builder, &item);
}

apr_status_t brood_build_bytes(brood_builder_t *builder, const void *data, size_t size) {
    return brood_build(builder, brood_arg_bytes(brood_bytes(data, size)));
}

apr_status_t brood_build_handle(brood_builder_t *builder, void *object) {
    return brood_build(builder, brood_arg_handle(object));
}

/* ---- lists and maps ---- */

static apr_status_t begin(brood_builder_t *builder, brood_kind_t kind,
                          brood__step_t step) {
    brood__item_t item = {brood_arg_values(NULL), 0};
    apr_status_t status = check_builder(builder);
    if (status != APR_SUCCESS)
        return status;
    if (builder->depth == BROOD_DEPTH_MAX)
        return fail_here(builder, brood__fail(APR_EINVAL, "%s deeper than %d",
                                              brood_kind_name(kind), BROOD_DEPTH_MAX));
    item.arg.kind = kind;
    status = add_item(builder, &item);
    if (status == APR_SUCCESS)
        builder->open[++builder->depth] = (open_t){builder->items->nelts - 1, 0, step};
    return status;
}

apr_status_t brood_build_list_begin(brood_builder_t *builder) {
    return begin(builder, BROOD_LIST, BROOD__STEP_LIST);
}

apr_status_t brood_build_map_begin(brood_builder_t *builder) {
    return begin(builder, BROOD_MAP, BROOD__STEP_MAP);
}

apr_status_t brood_build_end(brood_builder_t *builder) {
    apr_status_t status = check_builder(builder);
    if (status != APR_SUCCESS)
        return status;
    if (builder->depth == 0)
        return fail_here(builder, brood__fail(APR_EINVAL, "an end without a beginning"));
    const open_t *open = &builder->open[builder->depth];
    if (open->step == BROOD__STEP_MAP && open->count % 2 != 0)
        return fail_here(
            builder, brood__fail(APR_EINVAL, "the map ends after a key without value"));
    APR_ARRAY_IDX(builder->items, open->item, brood__item_t).size =
        open->step == BROOD__STEP_MAP ? open->count / 2 : open->count;
    builder->depth--;
    return APR_SUCCESS;
}

apr_status_t brood_builder_finish(brood_builder_t *builder, brood_values_t **values) {
    *values = NULL;
    apr_status_t status = check_builder(builder);
    if (status != APR_SUCCESS)
        return status;
    if (builder->depth > 0)
        return fail_here(builder,
                         brood__fail(APR_EINVAL, "%zu not ended", builder->depth));
    status =
        brood__items_pack(values, (const brood__item_t *)(void *)builder->items->elts,
                          (size_t)builder->items->nelts, builder->pool);
    builder->failure = status == APR_SUCCESS ? APR_EINVAL : status;
    builder->detail = status == APR_SUCCESS
                          ? "the builder is finished"
                          : apr_pstrdup(builder->pool, brood_error_detail());
    return status;
}
