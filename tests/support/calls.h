/* How many system calls a program makes, with all that it starts. */
#ifndef BROOD_TEST_CALLS_H
#define BROOD_TEST_CALLS_H

#include <apr_errno.h>
#include <stdint.h>

/* Runs a program to its end, argv[0] being its path, and counts. *code is its exit code. The
 * caller must have no other children: they would be reaped here. APR_ENOTIMPL where nothing tells
 * a program's calls. */
apr_status_t brood_test_count_calls(const char *const *argv, uint64_t *calls, int *code);

#endif
