/* A process is its number and its creation time; its death is told by its object alone. */
#include "system.h"
#include "os/handle.h"
#include "os/identity.h"

#define WATCHING (SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION)

/* Opens a process by number. The right to put handles into it is asked for too, so that the
 * watch of a peer serves brood_os_handles_send(); where that right is refused the watch is
 * still good for watching. */
static HANDLE open_process(int64_t pid, DWORD *error) {
    *error = 0;
    HANDLE process = OpenProcess(WATCHING | PROCESS_DUP_HANDLE, FALSE, (DWORD)pid);
    if (process == NULL) {
        *error = GetLastError();
        if (*error == ERROR_ACCESS_DENIED) {
            process = OpenProcess(WATCHING, FALSE, (DWORD)pid);
            *error = process == NULL ? GetLastError() : 0;
        }
    }
    return process;
}

static int read_birth(HANDLE process, uint64_t *birth) {
    FILETIME created;
    FILETIME exited;
    FILETIME kernel;
    FILETIME user;
    if (!GetProcessTimes(process, &created, &exited, &kernel, &user)) {
        return 0;
    }
    *birth = (uint64_t)created.dwHighDateTime << 32 | created.dwLowDateTime;
    return 1;
}

/* The object outlives the process while anybody holds a handle to it: to exist is not to
 * live. */
static brood_os_life_t life_of(HANDLE process) {
    switch (WaitForSingleObject(process, 0)) {
    case WAIT_TIMEOUT: return BROOD_OS_ALIVE;
    case WAIT_OBJECT_0: return BROOD_OS_DEAD;
    default: return BROOD_OS_UNKNOWN;
    }
}

/* Opens the process that this identity means, and says whether it lives. The handle is taken
 * first and the birth compared after: while the handle is open the number is not reused. */
static brood_os_life_t open_identity(const brood_os_identity_t *identity,
                                     HANDLE *process) {
    uint64_t birth;
    DWORD error;
    *process = NULL;
    if (identity->pid <= 0 || identity->pid > (int64_t)UINT32_MAX) {
        return BROOD_OS_UNKNOWN;
    }
    HANDLE opened = open_process(identity->pid, &error);
    if (opened == NULL) {
        return error == ERROR_INVALID_PARAMETER ? BROOD_OS_DEAD : BROOD_OS_UNKNOWN;
    }
    if (!read_birth(opened, &birth)) {
        CloseHandle(opened);
        return BROOD_OS_UNKNOWN;
    }
    if (birth != identity->birth) {
        CloseHandle(opened);
        return BROOD_OS_DEAD;
    }
    *process = opened;
    return life_of(opened);
}

apr_status_t brood_os_identity_self(brood_os_identity_t *self) {
    self->pid = 0;
    self->birth = 0;
    BROOD_FAULT("os.identity_self");
    if (!read_birth(GetCurrentProcess(), &self->birth)) {
        return brood__status_from_os(GetLastError());
    }
    self->pid = (int64_t)GetCurrentProcessId();
    return APR_SUCCESS;
}

apr_status_t brood_os_identity_of(const brood_os_process_t *process,
                                  brood_os_identity_t *identity) {
    identity->pid = 0;
    identity->birth = 0;
    BROOD_FAULT("os.identity_of");
    if (process->handle == BROOD_OS_NO_HANDLE) {
        return APR_EINVAL;
    }
    if (!read_birth(brood__native(process->handle), &identity->birth)) {
        return brood__status_from_os(GetLastError());
    }
    identity->pid = process->pid;
    return APR_SUCCESS;
}

brood_os_life_t brood_os_identity_life(const brood_os_identity_t *identity,
                                       brood_os_handle_t *watch) {
    HANDLE process;
    if (*watch != BROOD_OS_NO_HANDLE) {
        return life_of(brood__native(*watch));
    }
    brood_os_life_t life = open_identity(identity, &process);
    *watch = brood__handle(process);
    return life;
}

apr_status_t brood_os_identity_watch(const brood_os_identity_t *identity,
                                     brood_os_handle_t *watch) {
    HANDLE process;
    *watch = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.identity_watch");
    brood_os_life_t life = open_identity(identity, &process);
    if (life == BROOD_OS_DEAD) {
        if (process != NULL) {
            CloseHandle(process);
        }
        return APR_ENOENT;
    }
    if (process == NULL) {
        return brood__status_from_os(ERROR_ACCESS_DENIED);
    }
    *watch = brood__handle(process);
    return APR_SUCCESS;
}

apr_status_t brood_os_identity_signal(const brood_os_identity_t *identity,
                                      brood_os_end_t how) {
    uint64_t birth;
    brood_os_process_t process = BROOD_OS_PROCESS_INIT;
    BROOD_FAULT("os.identity_signal");
    if (identity->pid <= 0 || identity->pid > (int64_t)UINT32_MAX) {
        return APR_EINVAL;
    }
    HANDLE opened = OpenProcess(WATCHING | PROCESS_TERMINATE | PROCESS_SUSPEND_RESUME,
                                FALSE, (DWORD)identity->pid);
    if (opened == NULL) {
        DWORD error = GetLastError();
        return error == ERROR_INVALID_PARAMETER ? APR_SUCCESS
                                                : brood__status_from_os(error);
    }
    apr_status_t status = APR_SUCCESS;
    if (!read_birth(opened, &birth)) {
        status = brood__status_from_os(GetLastError());
    } else if (birth == identity->birth) { /* else the number is another's now */
        process.pid = identity->pid;
        process.handle = brood__handle(opened);
        status = brood_os_process_signal(&process, how);
    }
    CloseHandle(opened);
    return status;
}
