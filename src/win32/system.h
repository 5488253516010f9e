/* The Windows headers in the one order that compiles with APR, and the small words that all
 * files of this room use. Every file here includes it first. */
#ifndef BROOD_WIN32_SYSTEM_H
#define BROOD_WIN32_SYSTEM_H

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#include <winsock2.h>
#include <windows.h>

#include "os/fault.h"
#include "os/types.h"

/* The platform's one conversion point from a system error to a status. Error 0 is not
 * success here: it is asked only after a failure. */
static inline apr_status_t brood__status_from_os(DWORD error)
{
    return error == 0 ? APR_EGENERAL : (apr_status_t)APR_FROM_OS_ERROR(error);
}

static inline HANDLE brood__native(brood_os_handle_t handle)
{
    return (HANDLE)handle;
}

static inline brood_os_handle_t brood__handle(HANDLE native)
{
    return native == NULL ? BROOD_OS_NO_HANDLE : (brood_os_handle_t)native;
}

/* A function of ntdll.dll that no header or import library promises, or NULL. */
FARPROC brood__ntdll(const char *name);

/* What is left of a deadline, in whole milliseconds, rounded up so that a wait does not end
 * before it: 0 when it has passed, INFINITE for BROOD_OS_FOREVER. */
DWORD brood__milliseconds_left(brood_os_deadline_t deadline);

/* Whether the deadline has passed. */
int brood__has_passed(brood_os_deadline_t deadline);

/* Waits for one kernel object. APR_SUCCESS, APR_TIMEUP, or what the system says. */
apr_status_t brood__wait_one(HANDLE object, brood_os_deadline_t deadline);

#endif
