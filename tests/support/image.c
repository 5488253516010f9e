/* A copy of this program that says it is another build. */
#include "outside.h"

#include "os/module.h"
#include "os/program.h"
#include <apr_file_io.h>
#include <apr_pools.h>
#include <stdlib.h>
#include <string.h>

/* Changes one byte of the build identity wherever it stands, and the time stamp in the head
 * of a Windows image. Returns how many places were changed. */
static unsigned alter(unsigned char *image, size_t size, const brood_os_place_t *place) {
    unsigned changed = 0;
    size_t i;

    for (i = 0; i + place->build_id_length <= size; i++) {
        if (memcmp(image + i, place->build_id, place->build_id_length) == 0) {
            image[i] ^= 0x5a;
            changed++;
        }
    }
    if (size > 0x40 && image[0] == 'M' && image[1] == 'Z') {
        size_t head = image[0x3c] | ((size_t)image[0x3d] << 8);
        if (head + 12 < size) {
            image[head + 8] ^= 0x5a;
            changed++;
        }
    }
    return changed;
}

static apr_status_t rewrite(const char *path, const brood_os_place_t *place,
                            apr_pool_t *pool) {
    apr_file_t *file;
    apr_finfo_t info;
    apr_off_t start = 0;
    unsigned char *image;
    unsigned changed = 0;
    apr_status_t rv =
        apr_file_open(&file, path, APR_FOPEN_READ | APR_FOPEN_WRITE | APR_FOPEN_BINARY,
                      APR_OS_DEFAULT, pool);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = apr_file_info_get(&info, APR_FINFO_SIZE, file);
    image = rv == APR_SUCCESS ? malloc((size_t)info.size) : NULL;
    if (image != NULL) {
        rv = apr_file_read_full(file, image, (size_t)info.size, NULL);
        if (rv == APR_SUCCESS) {
            changed = alter(image, (size_t)info.size, place);
            rv = apr_file_seek(file, APR_SET, &start);
        }
        if (rv == APR_SUCCESS) {
            rv = apr_file_write_full(file, image, (size_t)info.size, NULL);
        }
        free(image);
    }
    (void)apr_file_close(file);
    return rv != APR_SUCCESS ? rv : changed > 0 ? APR_SUCCESS : APR_ENOTIMPL;
}

apr_status_t brood_test_other_build(const char *to) {
    static brood_os_place_t place;
    char path[BROOD_OS_PATH_MAX];
    apr_pool_t *pool;
    apr_status_t rv = apr_pool_create(&pool, NULL);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood_os_program_path(path, sizeof path);
    if (rv == APR_SUCCESS) {
        rv = brood_os_place_of((const void *)(uintptr_t)brood_test_other_build, &place);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_file_copy(path, to, APR_FILE_SOURCE_PERMS, pool);
    }
    if (rv == APR_SUCCESS) {
        rv = rewrite(to, &place, pool);
    }
    apr_pool_destroy(pool);
    return rv;
}
