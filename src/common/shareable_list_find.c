/* Shareable list: looking through all of it. Built on the public face alone, so there is no
 * shared state of its own. */
#include "brood/shareable_list.h"

#include "status.h"
#include <apr_strings.h>
#include <string.h>

/* ---- equality ---- */

static int is_number(const brood_arg_t *arg) {
    return arg->kind == BROOD_BOOL || arg->kind == BROOD_INT || arg->kind == BROOD_UINT ||
           arg->kind == BROOD_DOUBLE;
}

/* An integer as its sign and size. */
static uint64_t size_of(const brood_arg_t *arg, int *negative) {
    *negative = arg->kind == BROOD_INT && arg->of.integer < 0;
    switch (arg->kind) {
    case BROOD_BOOL: return arg->of.boolean;
    case BROOD_UINT: return arg->of.unsigned_integer;
    default: return *negative ? 0 - (uint64_t)arg->of.integer : (uint64_t)arg->of.integer;
    }
}

/* Exactly: an integer is not equal to the double that is next to it. */
static int equals_real(const brood_arg_t *integer, double real) {
    int negative;
    uint64_t size = size_of(integer, &negative);
    if (negative != (real < 0)) {
        return 0;
    }
    real = real < 0 ? -real : real;
    return real < 18446744073709551616.0 && real == (double)(uint64_t)real &&
           (uint64_t)real == size;
}

static int equal_numbers(const brood_arg_t *one, const brood_arg_t *other) {
    int one_negative, other_negative;
    if (one->kind == BROOD_DOUBLE && other->kind == BROOD_DOUBLE) {
        return one->of.real == other->of.real;
    }
    if (one->kind == BROOD_DOUBLE) {
        return equals_real(other, one->of.real);
    }
    if (other->kind == BROOD_DOUBLE) {
        return equals_real(one, other->of.real);
    }
    return size_of(one, &one_negative) == size_of(other, &other_negative) &&
           one_negative == other_negative;
}

static int equal(const brood_arg_t *one, const brood_arg_t *other) {
    if (is_number(one) && is_number(other)) {
        return equal_numbers(one, other);
    }
    if (one->kind != other->kind) {
        return 0;
    }
    switch (one->kind) {
    case BROOD_NIL: return 1;
    case BROOD_STRING:
        return one->of.string != NULL && other->of.string != NULL &&
               strcmp(one->of.string, other->of.string) == 0;
    case BROOD_BYTES:
        return one->of.bytes.size == other->of.bytes.size &&
               (one->of.bytes.size == 0 ||
                (one->of.bytes.data != NULL && other->of.bytes.data != NULL &&
                 memcmp(one->of.bytes.data, other->of.bytes.data, one->of.bytes.size) ==
                     0));
    default: return 0;
    }
}

/* ---- walking ---- */

typedef int visit_fn(void *context, size_t index, const brood_arg_t *item);

/* Shows each item until the visitor says 0. */
static apr_status_t visit(brood_shareable_list_t *list, visit_fn *visitor,
                          void *context) {
    size_t length = brood_shareable_list_length(list);
    apr_status_t rv = APR_SUCCESS;
    apr_pool_t *pool;
    int more = 1;
    if (brood_shareable_list_block(list) == NULL) {
        brood_arg_t item;
        return brood_shareable_list_get(list, 0, &item, NULL); /* says why */
    }
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return APR_ENOMEM;
    }
    for (size_t i = 0; rv == APR_SUCCESS && more && i < length; i++) {
        brood_arg_t item;
        rv = brood_shareable_list_get(list, i, &item, pool);
        if (rv == APR_SUCCESS) {
            more = visitor(context, i, &item);
        }
        apr_pool_clear(pool);
    }
    apr_pool_destroy(pool);
    return rv;
}

typedef struct search_t {
    const brood_arg_t *item;
    size_t index;
    size_t count;
} search_t;

static int is_it(void *context, size_t index, const brood_arg_t *item) {
    search_t *search = context;
    if (equal(search->item, item)) {
        search->index = index;
        search->count = 1;
    }
    return search->count == 0;
}

apr_status_t brood_shareable_list_index(brood_shareable_list_t *list, brood_arg_t item,
                                        size_t *index) {
    search_t search = {&item, 0, 0};
    apr_status_t rv;
    if (index == NULL) {
        return brood__fail(APR_EINVAL, "index is NULL");
    }
    rv = visit(list, is_it, &search);
    *index = search.index;
    if (rv == APR_SUCCESS && search.count == 0) {
        rv = brood__fail(APR_NOTFOUND, "none of %llu items is equal",
                         (unsigned long long)brood_shareable_list_length(list));
    }
    return rv;
}

static int count_it(void *context, size_t index, const brood_arg_t *item) {
    search_t *search = context;
    (void)index;
    search->count += (size_t)equal(search->item, item);
    return 1;
}

apr_status_t brood_shareable_list_count(brood_shareable_list_t *list, brood_arg_t item,
                                        size_t *count) {
    search_t search = {&item, 0, 0};
    apr_status_t rv;
    if (count == NULL) {
        return brood__fail(APR_EINVAL, "count is NULL");
    }
    rv = visit(list, count_it, &search);
    *count = rv == APR_SUCCESS ? search.count : 0;
    return rv;
}
