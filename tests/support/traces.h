/* What blocks with a name have left on this machine, seen from outside: files. */
#ifndef BROOD_TEST_TRACES_H
#define BROOD_TEST_TRACES_H

#include <apr_pools.h>
#include <stddef.h>

/* How many files bear a name with `part` in it, among the objects of shared memory and among
 * the records about them. Each is told on standard error. */
size_t brood_test_traces(const char *part, apr_pool_t *pool);

#endif
