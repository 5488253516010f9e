/* Handles: the head that every shareable object begins with, and the parcel in which its
 * parts travel.
 *
 * A parcel is a row of numbers and a row of kernel handles. A kernel handle is mentioned
 * among the numbers by its index and by whether it will be mentioned again:
 *
 *     number = index * 2 + (1 if a later number mentions the same handle)
 *
 * so that the receiver, which takes the numbers in the same order, knows when it may give
 * the handle itself away and when it must give a duplicate. (Giving the handle first and
 * duplicates later would duplicate a handle that its taker may have closed already.) What
 * arrives is not trusted: an index out of range, or a handle mentioned after its last
 * mention, is BROOD_EENCODING. */
#include "handle.h"

#include "os/handle.h"
#include "status.h"
#include <apr_tables.h>

struct brood__parcel_t {
    apr_array_header_t *numbers;      /* uint64_t */
    apr_array_header_t *handles;      /* brood_os_handle_t */
    apr_array_header_t *last_mention; /* int: where in numbers; only while putting */
    int next_number;                  /* to be taken */
    int owns_handles;                 /* it arrived, so the handles are its own */
};

/* ---- objects ---- */

void brood__handle_init(brood_handle_t *handle, const brood__handle_class_t *cls) {
    handle->magic = BROOD__HANDLE_MAGIC;
    atomic_init(&handle->closed, 0);
    handle->cls = cls;
}

apr_status_t brood__handle_check(const brood_handle_t *handle, const char *name) {
    if (handle == NULL)
        return brood__fail(APR_EINVAL, "%s is NULL", name);
    if (handle->magic != BROOD__HANDLE_MAGIC || handle->cls == NULL)
        return brood__fail(APR_EINVAL, "%s is no object of Brood's", name);
    /* acquire: pairs with the release store of the object's close */
    if (atomic_load_explicit(&handle->closed, memory_order_acquire))
        return brood__fail(BROOD_ECLOSED, "%s: the %s has been closed", name,
                           handle->cls->name);
    return APR_SUCCESS;
}

const brood__handle_class_t *brood__handle_class(uint32_t code) {
    switch (code) {
#define CLASS_OF_CODE(NAME, name, number) \
    case number: return &brood__##name##_class;
        BROOD_HANDLE_TABLE(CLASS_OF_CODE)
#undef CLASS_OF_CODE
    default: return NULL;
    }
}

/* ---- parcels: putting ---- */

apr_status_t brood__parcel_create(brood__parcel_t **parcel, apr_pool_t *pool) {
    *parcel = NULL;
    brood__parcel_t *fresh = apr_pcalloc(pool, sizeof *fresh);
    if (fresh == NULL)
        return brood__fail(APR_ENOMEM, "no memory for a parcel");
    fresh->numbers = apr_array_make(pool, 8, sizeof(uint64_t));
    fresh->handles = apr_array_make(pool, 4, sizeof(brood_os_handle_t));
    fresh->last_mention = apr_array_make(pool, 4, sizeof(int));
    *parcel = fresh;
    return APR_SUCCESS;
}

void brood__parcel_put_number(brood__parcel_t *parcel, uint64_t number) {
    APR_ARRAY_PUSH(parcel->numbers, uint64_t) = number;
}

static int find_handle(const brood__parcel_t *parcel, brood_os_handle_t handle) {
    for (int i = 0; i < parcel->handles->nelts; i++)
        if (APR_ARRAY_IDX(parcel->handles, i, brood_os_handle_t) == handle)
            return i;
    return -1;
}

void brood__parcel_put_os_handle(brood__parcel_t *parcel, brood_os_handle_t handle) {
    int mention = parcel->numbers->nelts;
    int index = find_handle(parcel, handle);
    if (index < 0) {
        index = parcel->handles->nelts;
        APR_ARRAY_PUSH(parcel->handles, brood_os_handle_t) = handle;
        APR_ARRAY_PUSH(parcel->last_mention, int) = mention;
    } else {
        int *last = &APR_ARRAY_IDX(parcel->last_mention, index, int);
        APR_ARRAY_IDX(parcel->numbers, *last, uint64_t) |= 1;
        *last = mention;
    }
    brood__parcel_put_number(parcel, (uint64_t)index * 2);
}

size_t brood__parcel_os_handles(const brood__parcel_t *parcel,
                                const brood_os_handle_t **handles) {
    *handles = (const brood_os_handle_t *)(const void *)parcel->handles->elts;
    return (size_t)parcel->handles->nelts;
}

size_t brood__parcel_numbers(const brood__parcel_t *parcel, const uint64_t **numbers) {
    *numbers = (const uint64_t *)(const void *)parcel->numbers->elts;
    return (size_t)parcel->numbers->nelts;
}

/* ---- parcels: taking ---- */

apr_status_t brood__parcel_take_number(brood__parcel_t *parcel, uint64_t *number) {
    *number = 0;
    if (parcel->next_number >= parcel->numbers->nelts)
        return brood__fail(BROOD_EENCODING, "a parcel of %d numbers has no number %d",
                           parcel->numbers->nelts, parcel->next_number + 1);
    *number = APR_ARRAY_IDX(parcel->numbers, parcel->next_number, uint64_t);
    parcel->next_number++;
    return APR_SUCCESS;
}

apr_status_t brood__parcel_take_os_handle(brood__parcel_t *parcel,
                                          brood_os_handle_t *handle) {
    uint64_t mention;
    *handle = BROOD_OS_NO_HANDLE;
    apr_status_t status = brood__parcel_take_number(parcel, &mention);
    if (status != APR_SUCCESS)
        return status;
    uint64_t index = mention / 2;
    if (index >= (uint64_t)parcel->handles->nelts)
        return brood__fail(BROOD_EENCODING, "a parcel of %d handles has no handle %llu",
                           parcel->handles->nelts, (unsigned long long)index + 1);
    brood_os_handle_t *own =
        &APR_ARRAY_IDX(parcel->handles, (int)index, brood_os_handle_t);
    if (*own == BROOD_OS_NO_HANDLE)
        return brood__fail(BROOD_EENCODING, "handle %llu of a parcel was taken before",
                           (unsigned long long)index + 1);
    if (!parcel->owns_handles || (mention & 1) != 0)
        return brood_os_handle_duplicate(*own, handle);
    *handle = *own;
    *own = BROOD_OS_NO_HANDLE;
    return APR_SUCCESS;
}

static apr_status_t close_untaken(void *data) {
    brood__parcel_t *parcel = data;
    for (int i = 0; i < parcel->handles->nelts; i++) {
        brood_os_handle_t *own = &APR_ARRAY_IDX(parcel->handles, i, brood_os_handle_t);
        if (*own !=
            BROOD_OS_NO_HANDLE) { /* what is not written is not copied after a fork */
            *own = brood_os_handle_close(*own);
        }
    }
    return APR_SUCCESS;
}

apr_status_t brood__parcel_arrived(brood__parcel_t **parcel,
                                   const brood_os_handle_t *handles, size_t handle_count,
                                   const uint64_t *numbers, size_t number_count,
                                   apr_pool_t *pool) {
    brood__parcel_t *fresh;
    *parcel = NULL;
    if (handle_count > INT32_MAX || number_count > INT32_MAX)
        return brood__fail(BROOD_EENCODING, "a parcel of %zu handles and %zu numbers",
                           handle_count, number_count);
    apr_status_t status = brood__parcel_create(&fresh, pool);
    if (status != APR_SUCCESS)
        return status;
    for (size_t i = 0; i < number_count; i++)
        brood__parcel_put_number(fresh, numbers[i]);
    for (size_t i = 0; i < handle_count; i++)
        APR_ARRAY_PUSH(fresh->handles, brood_os_handle_t) = handles[i];
    fresh->owns_handles = 1;
    apr_pool_cleanup_register(pool, fresh, close_untaken, apr_pool_cleanup_null);
    *parcel = fresh;
    return APR_SUCCESS;
}
