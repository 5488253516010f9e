/* Memory that a test shares with its children whatever their start method: a file that all
 * of them map. What a killed process wrote stays. */
#ifndef BROOD_TEST_BLOCK_H
#define BROOD_TEST_BLOCK_H

#include <apr_errno.h>
#include <apr_pools.h>
#include <stddef.h>

/* Makes a file of zeros and maps it; it is removed with the pool. */
apr_status_t brood_test_block_create(void **memory, const char *path, size_t size,
                                     apr_pool_t *pool);

/* Maps it in another process. */
apr_status_t brood_test_block_open(void **memory, const char *path, apr_pool_t *pool);

#endif
