/* Shared memory for tests, by APR's mapped files. */
#include "block.h"

#include <apr_file_io.h>
#include <apr_mmap.h>
#include <apr_strings.h>

static apr_status_t map(void **memory, const char *path, size_t size, apr_int32_t flags,
                        apr_pool_t *pool) {
    apr_file_t *file;
    apr_finfo_t info;
    apr_mmap_t *mapping;
    apr_status_t rv = apr_file_open(
        &file, path, APR_FOPEN_READ | APR_FOPEN_WRITE | APR_FOPEN_BINARY | flags,
        APR_FPROT_UREAD | APR_FPROT_UWRITE, pool);

    if (rv == APR_SUCCESS && size > 0) {
        rv = apr_file_trunc(file, (apr_off_t)size);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_file_info_get(&info, APR_FINFO_SIZE, file);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_mmap_create(&mapping, file, 0, (apr_size_t)info.size,
                             APR_MMAP_READ | APR_MMAP_WRITE, pool);
    }
    if (rv == APR_SUCCESS) {
        *memory = mapping->mm;
    }
    return rv;
}

static apr_status_t remove_file(void *path) {
    apr_pool_t *pool;

    if (apr_pool_create(&pool, NULL) == APR_SUCCESS) {
        (void)apr_file_remove(path, pool);
        apr_pool_destroy(pool);
    }
    return APR_SUCCESS;
}

apr_status_t brood_test_block_create(void **memory, const char *path, size_t size,
                                     apr_pool_t *pool) {
    *memory = NULL;
    /* Registered first, so that it runs last: Windows removes no mapped file. */
    apr_pool_cleanup_register(pool, apr_pstrdup(pool, path), remove_file,
                              apr_pool_cleanup_null);
    return map(memory, path, size, APR_FOPEN_CREATE | APR_FOPEN_EXCL, pool);
}

apr_status_t brood_test_block_open(void **memory, const char *path, apr_pool_t *pool) {
    *memory = NULL;
    return map(memory, path, 0, 0, pool);
}
