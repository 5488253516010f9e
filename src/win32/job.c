/* The job whose members end with this process: the system ends them when the last handle to it
 * is closed, and this process has the only one. */
#include "job.h"

#include <stdatomic.h>

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static _Atomic(HANDLE) job;

static DWORD make(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    HANDLE made = CreateJobObjectW(NULL, NULL);
    if (made == NULL) {
        return GetLastError();
    }
    ZeroMemory(&limits, sizeof limits);
    /* What a member starts lives by its own rules, as it does where the kernel has no jobs. */
    limits.BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
    if (!SetInformationJobObject(made, JobObjectExtendedLimitInformation, &limits,
                                 sizeof limits)) {
        DWORD error = GetLastError();
        CloseHandle(made);
        return error;
    }
    atomic_store(&job, made);
    return 0;
}

static BOOL CALLBACK make_once(INIT_ONCE *guard, void *argument, void **result)
{
    DWORD *error = argument;
    (void)guard;
    (void)result;
    *error = make();
    return *error == 0; /* FALSE: the next caller tries again */
}

HANDLE brood__tied_job(apr_status_t *status)
{
    DWORD error = 0;
    *status = APR_SUCCESS;
    if (!InitOnceExecuteOnce(&once, make_once, &error, NULL)) {
        *status = brood__status_from_os(error);
        return NULL;
    }
    return atomic_load(&job);
}

int brood__job_keeps(HANDLE handle)
{
    return handle != NULL && handle == atomic_load(&job);
}
