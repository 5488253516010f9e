/* The jobs whose members end with this process: the system ends them when the last handle to a
 * job is closed, and this process has the only one. */
#include "job.h"

#include <stdatomic.h>

static INIT_ONCE once[2] = {INIT_ONCE_STATIC_INIT, INIT_ONCE_STATIC_INIT};
static _Atomic(HANDLE) jobs[2]; /* of children alone, and of whole trees */

/* What a member starts is a member, too, unless it may break away. */
static DWORD make(int whole) {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    HANDLE made = CreateJobObjectW(NULL, NULL);
    if (made == NULL) {
        return GetLastError();
    }
    ZeroMemory(&limits, sizeof limits);
    limits.BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE |
        (whole ? 0 : JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK);
    if (!SetInformationJobObject(made, JobObjectExtendedLimitInformation, &limits,
                                 sizeof limits)) {
        DWORD error = GetLastError();
        CloseHandle(made);
        return error;
    }
    atomic_store(&jobs[whole], made);
    return 0;
}

static BOOL CALLBACK make_once(INIT_ONCE *guard, void *argument, void **result) {
    DWORD *error = argument;
    (void)result;
    *error = make(guard == &once[1]);
    return *error == 0; /* FALSE: the next caller tries again */
}

HANDLE brood__tied_job(int whole, apr_status_t *status) {
    DWORD error = 0;
    *status = APR_SUCCESS;
    if (!InitOnceExecuteOnce(&once[whole], make_once, &error, NULL)) {
        *status = brood__status_from_os(error);
        return NULL;
    }
    return atomic_load(&jobs[whole]);
}

int brood__job_keeps(HANDLE handle) {
    return handle != NULL &&
           (handle == atomic_load(&jobs[0]) || handle == atomic_load(&jobs[1]));
}
