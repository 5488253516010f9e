/* Shared array: many numbers of one type. Its shared state is that of shared.c. */
#include "shared.h"

#include "os/fault.h"
#include "status.h"
#include <string.h>

struct brood_shared_array_t {
    brood__shared_t shared;
};

/* ---- making ---- */

apr_status_t brood_shared_array_create(brood_shared_array_t **array, char typecode,
                                       size_t length,
                                       const brood_shared_options_t *options,
                                       apr_pool_t *pool) {
    if (array == NULL) {
        return brood__fail(APR_EINVAL, "array is NULL");
    }
    *array = NULL;
    return brood__shared_create((brood__shared_t **)array, &brood__shared_array_class,
                                typecode, NULL, length, options, pool);
}

apr_status_t brood_shared_array_create_from(brood_shared_array_t **array, char typecode,
                                            const void *items, size_t length,
                                            const brood_shared_options_t *options,
                                            apr_pool_t *pool) {
    if (array == NULL) {
        return brood__fail(APR_EINVAL, "array is NULL");
    }
    *array = NULL;
    if (items == NULL && length != 0) {
        return brood__fail(APR_EINVAL, "items is NULL and length is %llu",
                           (unsigned long long)length);
    }
    return brood__shared_create((brood__shared_t **)array, &brood__shared_array_class,
                                typecode, items, length, options, pool);
}

static inline apr_status_t array_check(const brood_shared_array_t *array) {
    return brood__shared_check(array == NULL ? NULL : &array->shared,
                               &brood__shared_array_class);
}

size_t brood_shared_array_length(const brood_shared_array_t *array) {
    return array_check(array) == APR_SUCCESS ? array->shared.length : 0;
}

/* ---- one item ---- */

static apr_status_t get(brood_shared_array_t *array, size_t index, const void *place,
                        brood__number_t *number, apr_interval_time_t timeout) {
    apr_status_t rv = array_check(array);
    if (rv == APR_SUCCESS && place == NULL) {
        rv = brood__fail(APR_EINVAL, "number is NULL");
    }
    return rv == APR_SUCCESS ? brood__shared_get(&array->shared, index, number, timeout)
                             : rv;
}

apr_status_t brood_shared_array_get_int(brood_shared_array_t *array, size_t index,
                                        int64_t *number, apr_interval_time_t timeout) {
    brood__number_t got = {BROOD__ITEM_SIGNED, {0}};
    apr_status_t rv = get(array, index, number, &got, timeout);
    if (number != NULL) {
        *number = got.of.integer;
    }
    return rv;
}

apr_status_t brood_shared_array_get_uint(brood_shared_array_t *array, size_t index,
                                         uint64_t *number, apr_interval_time_t timeout) {
    brood__number_t got = {BROOD__ITEM_UNSIGNED, {0}};
    apr_status_t rv = get(array, index, number, &got, timeout);
    if (number != NULL) {
        *number = got.of.unsigned_integer;
    }
    return rv;
}

apr_status_t brood_shared_array_get_double(brood_shared_array_t *array, size_t index,
                                           double *number, apr_interval_time_t timeout) {
    brood__number_t got = {BROOD__ITEM_REAL, {.real = 0}};
    apr_status_t rv = get(array, index, number, &got, timeout);
    if (number != NULL) {
        *number = got.of.real;
    }
    return rv;
}

static apr_status_t set(brood_shared_array_t *array, size_t index,
                        const brood__number_t *number, apr_interval_time_t timeout) {
    apr_status_t rv = array_check(array);
    return rv == APR_SUCCESS ? brood__shared_set(&array->shared, index, number, timeout)
                             : rv;
}

apr_status_t brood_shared_array_set_int(brood_shared_array_t *array, size_t index,
                                        int64_t number, apr_interval_time_t timeout) {
    brood__number_t given = {BROOD__ITEM_SIGNED, {.integer = number}};
    return set(array, index, &given, timeout);
}

apr_status_t brood_shared_array_set_uint(brood_shared_array_t *array, size_t index,
                                         uint64_t number, apr_interval_time_t timeout) {
    brood__number_t given = {BROOD__ITEM_UNSIGNED, {.unsigned_integer = number}};
    return set(array, index, &given, timeout);
}

apr_status_t brood_shared_array_set_double(brood_shared_array_t *array, size_t index,
                                           double number, apr_interval_time_t timeout) {
    brood__number_t given = {BROOD__ITEM_REAL, {.real = number}};
    return set(array, index, &given, timeout);
}

/* ---- many items ---- */

static apr_status_t check_slice(const brood_shared_array_t *array, size_t first,
                                size_t count, const void *items) {
    apr_status_t rv = array_check(array);
    if (rv == APR_SUCCESS && items == NULL && count != 0) {
        rv = brood__fail(APR_EINVAL, "items is NULL and count is %llu",
                         (unsigned long long)count);
    }
    if (rv == APR_SUCCESS &&
        (first > array->shared.length || count > array->shared.length - first)) {
        rv = brood__fail(BROOD_ERANGE, "%llu items from index %llu, the length is %llu",
                         (unsigned long long)count, (unsigned long long)first,
                         (unsigned long long)array->shared.length);
    }
    return rv;
}

apr_status_t brood_shared_array_read(brood_shared_array_t *array, size_t first,
                                     size_t count, void *items,
                                     apr_interval_time_t timeout) {
    apr_status_t rv = check_slice(array, first, count, items);
    if (rv == APR_SUCCESS) {
        rv = brood__shared_take(&array->shared, timeout);
    }
    if (rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD) {
        size_t width = array->shared.type->width;
        if (count != 0) {
            memcpy(items, array->shared.data + first * width, count * width);
        }
        brood__shared_give(&array->shared, rv);
    }
    return rv;
}

/* Under the lock. In two parts, for a death between them. */
static void write_items(brood_shared_array_t *array, size_t first, size_t count,
                        const void *items) {
    size_t width = array->shared.type->width;
    uint8_t *place = array->shared.data + first * width;
    size_t half = count / 2 * width;
    if (count != 0) {
        memcpy(place, items, half);
        BROOD_KILL_POINT("shared_array.writing");
        memcpy(place + half, (const uint8_t *)items + half, count * width - half);
    }
}

apr_status_t brood_shared_array_write(brood_shared_array_t *array, size_t first,
                                      size_t count, const void *items,
                                      apr_interval_time_t timeout) {
    apr_status_t rv = check_slice(array, first, count, items);
    if (rv == APR_SUCCESS) {
        rv = brood__shared_take(&array->shared, timeout);
    }
    if (rv == APR_SUCCESS) {
        write_items(array, first, count, items);
        brood__shared_give(&array->shared, rv);
    }
    return rv;
}

/* ---- text ---- */

static apr_status_t check_text(const brood_shared_array_t *array, const void *text,
                               const char *name) {
    apr_status_t rv = array_check(array);
    if (rv == APR_SUCCESS && text == NULL) {
        rv = brood__fail(APR_EINVAL, "%s is NULL", name);
    }
    if (rv == APR_SUCCESS && array->shared.type->code != 'c') {
        rv = brood__fail(BROOD_ETYPE, "text in an array of type %c",
                         array->shared.type->code);
    }
    return rv;
}

apr_status_t brood_shared_array_get_string(brood_shared_array_t *array, char *buffer,
                                           size_t size, apr_interval_time_t timeout) {
    apr_status_t rv = check_text(array, buffer, "buffer");
    size_t length;
    if (buffer != NULL && size != 0) {
        buffer[0] = '\0';
    }
    if (rv == APR_SUCCESS && size == 0) {
        rv = brood__fail(APR_EINVAL, "size is 0");
    }
    if (rv == APR_SUCCESS) {
        rv = brood__shared_take(&array->shared, timeout);
    }
    if (rv != APR_SUCCESS && rv != BROOD_EOWNERDEAD) {
        return rv;
    }
    for (length = 0; length < array->shared.length && array->shared.data[length] != 0;
         length++) {}
    if (length < size) {
        memcpy(buffer, array->shared.data, length);
        buffer[length] = '\0';
    }
    brood__shared_give(&array->shared, rv);
    if (rv == APR_SUCCESS && length >= size) {
        rv = brood__fail(BROOD_ERANGE, "a text of %llu bytes, the buffer has %llu",
                         (unsigned long long)length, (unsigned long long)size);
    }
    return rv;
}

apr_status_t brood_shared_array_set_string(brood_shared_array_t *array, const char *text,
                                           apr_interval_time_t timeout) {
    apr_status_t rv = check_text(array, text, "text");
    size_t length;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    length = strlen(text);
    return brood_shared_array_write(
        array, 0, length < array->shared.length ? length + 1 : length, text, timeout);
}

/* ---- memory and lock ---- */

void *brood_shared_array_data(const brood_shared_array_t *array) {
    return array_check(array) == APR_SUCCESS ? array->shared.data : NULL;
}

char brood_shared_array_typecode(const brood_shared_array_t *array) {
    return (char)(array_check(array) == APR_SUCCESS ? array->shared.type->code : 0);
}

apr_status_t brood_shared_array_acquire(brood_shared_array_t *array,
                                        apr_interval_time_t timeout) {
    return brood__shared_acquire((brood__shared_t *)array, &brood__shared_array_class,
                                 timeout);
}

apr_status_t brood_shared_array_release(brood_shared_array_t *array) {
    return brood__shared_release((brood__shared_t *)array, &brood__shared_array_class);
}

apr_status_t brood_shared_array_close(brood_shared_array_t *array) {
    return brood__shared_close((brood__shared_t *)array, &brood__shared_array_class);
}

const brood__handle_class_t brood__shared_array_class = {
    .code = BROOD__HANDLE_SHARED_ARRAY,
    .name = "shared array",
    .pack = brood__shared_pack,
    .unpack = brood__shared_unpack,
    .size = sizeof(brood_shared_array_t),
    .closing = brood__shared_closing,
    .sweep = brood__shared_sweep};
