/* What the seam's headers share: the handle, the deadline, the rules.
 *
 * Rules for every function of the seam:
 * - It does one thing the kernel does. Loops, policy and bookkeeping live in src/common.
 * - It returns APR_SUCCESS or a status made from the system's own error by the one
 *   conversion point of the platform; APR_ENOTIMPL where the system has no such thing.
 * - Out-parameters are set to their empty value first, and stay so on failure.
 * - Every handle it makes is private to the process: closed by exec, not inherited.
 * - A deadline is absolute on the clock of brood_os_now_ns(); BROOD_OS_FOREVER waits
 *   without end, and a deadline that has passed tries once. Running out is APR_TIMEUP.
 * - No function allocates from a pool. Functions are safe in a forked child unless their
 *   comment says otherwise. */
#ifndef BROOD_OS_TYPES_H
#define BROOD_OS_TYPES_H

#include <apr.h>
#include <apr_errno.h>
#include <stddef.h>
#include <stdint.h>

/* A kernel object as this process names it: a file descriptor, or a HANDLE. */
typedef intptr_t brood_os_handle_t;
#define BROOD_OS_NO_HANDLE ((brood_os_handle_t)-1)

/* Absolute, in nanoseconds, on the monotonic clock. */
typedef int64_t brood_os_deadline_t;
#define BROOD_OS_FOREVER INT64_MAX

#endif
