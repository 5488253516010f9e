/* Waiting for one kernel object until a deadline, and functions found at run time. */
#include "system.h"
#include "os/clock.h"

FARPROC brood__ntdll(const char *name) {
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    return ntdll == NULL ? NULL : GetProcAddress(ntdll, name);
}

DWORD brood__milliseconds_left(brood_os_deadline_t deadline) {
    /* Far deadlines are cut to a day: those who wait look at the clock again. */
    const int64_t longest = INT64_C(86400000);
    if (deadline == BROOD_OS_FOREVER) {
        return INFINITE;
    }
    int64_t now = brood_os_now_ns();
    if (deadline <= now) {
        return 0;
    }
    int64_t left = (deadline - now - 1) / 1000000 + 1;
    return (DWORD)(left < longest ? left : longest);
}

int brood__has_passed(brood_os_deadline_t deadline) {
    return deadline != BROOD_OS_FOREVER && deadline <= brood_os_now_ns();
}

apr_status_t brood__wait_one(HANDLE object, brood_os_deadline_t deadline) {
    for (;;) { /* ends with the object, the deadline or an error */
        DWORD left = brood__milliseconds_left(deadline);
        DWORD result = WaitForSingleObject(object, left);
        if (result == WAIT_FAILED) {
            return brood__status_from_os(GetLastError());
        }
        if (result != WAIT_TIMEOUT) {
            return APR_SUCCESS;
        }
        /* The system counts in ticks and may come back a little before the deadline. */
        if (left == 0 || brood__has_passed(deadline)) {
            return APR_TIMEUP;
        }
    }
}
