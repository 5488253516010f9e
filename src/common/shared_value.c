/* Shared value: one number. Its shared state is that of shared.c. */
#include "shared.h"

#include "status.h"

struct brood_shared_value_t {
    brood__shared_t shared;
};

apr_status_t brood_shared_value_create(brood_shared_value_t **value, char typecode,
                                       const brood_shared_options_t *options,
                                       apr_pool_t *pool) {
    if (value == NULL) {
        return brood__fail(APR_EINVAL, "value is NULL");
    }
    *value = NULL;
    return brood__shared_create((brood__shared_t **)value, &brood__shared_value_class,
                                typecode, NULL, 1, options, pool);
}

static inline apr_status_t value_check(const brood_shared_value_t *value) {
    return brood__shared_check(value == NULL ? NULL : &value->shared,
                               &brood__shared_value_class);
}

/* ---- under the lock ---- */

static apr_status_t get(brood_shared_value_t *value, const void *place,
                        brood__number_t *number, apr_interval_time_t timeout) {
    apr_status_t rv = value_check(value);
    if (rv == APR_SUCCESS && place == NULL) {
        rv = brood__fail(APR_EINVAL, "number is NULL");
    }
    return rv == APR_SUCCESS ? brood__shared_get(&value->shared, 0, number, timeout) : rv;
}

apr_status_t brood_shared_value_get_int(brood_shared_value_t *value, int64_t *number,
                                        apr_interval_time_t timeout) {
    brood__number_t got = {BROOD__ITEM_SIGNED, {0}};
    apr_status_t rv = get(value, number, &got, timeout);
    if (number != NULL) {
        *number = got.of.integer;
    }
    return rv;
}

apr_status_t brood_shared_value_get_uint(brood_shared_value_t *value, uint64_t *number,
                                         apr_interval_time_t timeout) {
    brood__number_t got = {BROOD__ITEM_UNSIGNED, {0}};
    apr_status_t rv = get(value, number, &got, timeout);
    if (number != NULL) {
        *number = got.of.unsigned_integer;
    }
    return rv;
}

apr_status_t brood_shared_value_get_double(brood_shared_value_t *value, double *number,
                                           apr_interval_time_t timeout) {
    brood__number_t got = {BROOD__ITEM_REAL, {.real = 0}};
    apr_status_t rv = get(value, number, &got, timeout);
    if (number != NULL) {
        *number = got.of.real;
    }
    return rv;
}

static apr_status_t set(brood_shared_value_t *value, const brood__number_t *number,
                        apr_interval_time_t timeout) {
    apr_status_t rv = value_check(value);
    return rv == APR_SUCCESS ? brood__shared_set(&value->shared, 0, number, timeout) : rv;
}

apr_status_t brood_shared_value_set_int(brood_shared_value_t *value, int64_t number,
                                        apr_interval_time_t timeout) {
    brood__number_t given = {BROOD__ITEM_SIGNED, {.integer = number}};
    return set(value, &given, timeout);
}

apr_status_t brood_shared_value_set_uint(brood_shared_value_t *value, uint64_t number,
                                         apr_interval_time_t timeout) {
    brood__number_t given = {BROOD__ITEM_UNSIGNED, {.unsigned_integer = number}};
    return set(value, &given, timeout);
}

apr_status_t brood_shared_value_set_double(brood_shared_value_t *value, double number,
                                           apr_interval_time_t timeout) {
    brood__number_t given = {BROOD__ITEM_REAL, {.real = number}};
    return set(value, &given, timeout);
}

/* ---- without the lock ---- */

static apr_status_t check_counts(const brood_shared_value_t *value, const void *place,
                                 const char *name) {
    apr_status_t rv = value_check(value);
    if (rv == APR_SUCCESS && place == NULL) {
        rv = brood__fail(APR_EINVAL, "%s is NULL", name);
    }
    if (rv == APR_SUCCESS && value->shared.type->kind != BROOD__ITEM_SIGNED &&
        value->shared.type->kind != BROOD__ITEM_UNSIGNED) {
        rv = brood__fail(BROOD_ETYPE, "atomic operations are for b to Q, not type %c",
                         value->shared.type->code);
    }
    return rv;
}

/* In types of 64 bits every int64_t is a number; of narrower ones it must be in range. */
static apr_status_t bits_of(const brood_shared_value_t *value, int64_t number,
                            uint64_t *bits) {
    brood__number_t given = {BROOD__ITEM_SIGNED, {.integer = number}};
    *bits = (uint64_t)number;
    return value->shared.type->width == 8
               ? APR_SUCCESS
               : brood__item_encode(value->shared.type, &given, bits);
}

static int64_t number_of(const brood_shared_value_t *value, uint64_t bits) {
    brood__number_t number = {BROOD__ITEM_SIGNED, {0}};
    if (value->shared.type->width == 8) {
        return (int64_t)bits;
    }
    (void)brood__item_decode(value->shared.type, bits, &number);
    return number.of.integer;
}

apr_status_t brood_shared_value_fetch_add(brood_shared_value_t *value, int64_t number,
                                          int64_t *old) {
    apr_status_t rv = check_counts(value, value, "value");
    int64_t before = 0;
    if (rv == APR_SUCCESS) {
        before =
            number_of(value, brood__item_fetch_add(value->shared.type, value->shared.data,
                                                   (uint64_t)number));
    }
    if (old != NULL) {
        *old = before;
    }
    return rv;
}

apr_status_t brood_shared_value_compare_exchange(brood_shared_value_t *value,
                                                 int64_t *expected, int64_t number,
                                                 int *exchanged) {
    uint64_t wanted, bits = 0;
    apr_status_t rv = check_counts(value, expected, "expected");
    if (rv == APR_SUCCESS && exchanged == NULL) {
        rv = brood__fail(APR_EINVAL, "exchanged is NULL");
    }
    if (exchanged != NULL) {
        *exchanged = 0;
    }
    if (rv == APR_SUCCESS) {
        rv = bits_of(value, *expected, &wanted);
    }
    if (rv == APR_SUCCESS) {
        rv = bits_of(value, number, &bits);
    }
    if (rv == APR_SUCCESS) {
        *exchanged = brood__item_compare_exchange(value->shared.type, value->shared.data,
                                                  &wanted, bits);
        if (!*exchanged) {
            *expected = number_of(value, wanted);
        }
    }
    return rv;
}

apr_status_t brood_shared_value_load(brood_shared_value_t *value, int64_t *number) {
    apr_status_t rv = check_counts(value, number, "number");
    if (number != NULL) {
        *number = rv == APR_SUCCESS
                      ? number_of(value, brood__item_load_ordered(value->shared.type,
                                                                  value->shared.data))
                      : 0;
    }
    return rv;
}

apr_status_t brood_shared_value_store(brood_shared_value_t *value, int64_t number) {
    uint64_t bits = 0;
    apr_status_t rv = check_counts(value, value, "value");
    if (rv == APR_SUCCESS) {
        rv = bits_of(value, number, &bits);
    }
    if (rv == APR_SUCCESS) {
        brood__item_store_ordered(value->shared.type, value->shared.data, bits);
    }
    return rv;
}

/* ---- memory and lock ---- */

void *brood_shared_value_data(const brood_shared_value_t *value) {
    return value_check(value) == APR_SUCCESS ? value->shared.data : NULL;
}

char brood_shared_value_typecode(const brood_shared_value_t *value) {
    return (char)(value_check(value) == APR_SUCCESS ? value->shared.type->code : 0);
}

apr_status_t brood_shared_value_acquire(brood_shared_value_t *value,
                                        apr_interval_time_t timeout) {
    return brood__shared_acquire((brood__shared_t *)value, &brood__shared_value_class,
                                 timeout);
}

apr_status_t brood_shared_value_release(brood_shared_value_t *value) {
    return brood__shared_release((brood__shared_t *)value, &brood__shared_value_class);
}

apr_status_t brood_shared_value_close(brood_shared_value_t *value) {
    return brood__shared_close((brood__shared_t *)value, &brood__shared_value_class);
}

const brood__handle_class_t brood__shared_value_class = {
    .code = BROOD__HANDLE_SHARED_VALUE,
    .name = "shared value",
    .pack = brood__shared_pack,
    .unpack = brood__shared_unpack,
    .size = sizeof(brood_shared_value_t),
    .closing = brood__shared_closing,
    .sweep = brood__shared_sweep};
