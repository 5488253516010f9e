/* Starting a program with an explicit list of handles, and in the place of this one. */
#include "system.h"
#include "job.h"
#include "launch.h"
#include "os/process.h"

#include <errno.h>
#include <tlhelp32.h>

static DWORD create(const brood__launch_t *launch, PROCESS_INFORMATION *made) {
    STARTUPINFOEXW info;
    ZeroMemory(&info, sizeof info);
    info.StartupInfo.cb = sizeof info;
    info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    info.StartupInfo.hStdInput = launch->handles[0];
    info.StartupInfo.hStdOutput = launch->handles[1];
    info.StartupInfo.hStdError = launch->handles[2];
    info.lpAttributeList = launch->attributes;
    /* TRUE does not mean all here: with a list it means the list. */
    if (!CreateProcessW(
            launch->image, launch->command_line, NULL, NULL, TRUE,
            EXTENDED_STARTUPINFO_PRESENT | CREATE_UNICODE_ENVIRONMENT | launch->flags,
            launch->environment, launch->directory, &info.StartupInfo, made)) {
        return GetLastError();
    }
    return 0;
}

static apr_status_t start_status(DWORD error) {
    switch (error) {
    case 0: return APR_SUCCESS;
    case ERROR_BAD_EXE_FORMAT:
    case ERROR_EXE_MACHINE_TYPE_MISMATCH: return ENOEXEC; /* APR has no word for it */
    default: return brood__status_from_os(error);
    }
}

static apr_status_t create_prepared(const brood__launch_t *launch,
                                    PROCESS_INFORMATION *made,
                                    brood_os_start_step_t *step) {
    *step = BROOD_OS_START_EXECUTE;
    BROOD_FAULT("os.start_execute");
    DWORD error = create(launch, made);
    *step = error == ERROR_DIRECTORY ? BROOD_OS_START_DIRECTORY : BROOD_OS_START_EXECUTE;
    return start_status(error);
}

static apr_status_t start_now(const brood_os_start_t *start, PROCESS_INFORMATION *made,
                              brood_os_start_step_t *step) {
    brood__launch_t launch = {0};
    apr_status_t status = brood__launch_prepare(&launch, start, step);
    if (status == APR_SUCCESS) {
        status = create_prepared(&launch, made, step);
    }
    brood__launch_clear(&launch);
    if (status == APR_SUCCESS) {
        CloseHandle(made->hThread);
        *step = BROOD_OS_START_NONE;
    }
    return status;
}

apr_status_t brood_os_process_start(brood_os_process_t *process,
                                    const brood_os_start_t *start,
                                    brood_os_start_step_t *step) {
    PROCESS_INFORMATION made;
    process->pid = 0;
    process->handle = BROOD_OS_NO_HANDLE;
    *step = BROOD_OS_START_PREPARE;
    BROOD_FAULT("os.process_start");
    apr_status_t status = start_now(start, &made, step);
    if (status == APR_SUCCESS) {
        process->pid = (int64_t)made.dwProcessId;
        process->handle = brood__handle(made.hProcess);
    }
    return status;
}

/* Stops all threads but the caller. From here on nothing may be called that takes a lock of this
 * process: a stopped thread may hold it. */
static void stop_other_threads(void) {
    THREADENTRY32 entry;
    DWORD process = GetCurrentProcessId();
    DWORD self = GetCurrentThreadId();
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    if (snapshot == INVALID_HANDLE_VALUE) {
        return;
    }
    entry.dwSize = sizeof entry;
    for (BOOL more = Thread32First(snapshot, &entry); more;
         more = Thread32Next(snapshot, &entry)) {
        if (entry.th32OwnerProcessID == process && entry.th32ThreadID != self) {
            HANDLE thread = OpenThread(THREAD_SUSPEND_RESUME, FALSE, entry.th32ThreadID);
            if (thread != NULL) {
                SuspendThread(thread);
                CloseHandle(thread);
            }
        }
        entry.dwSize = sizeof entry;
    }
    CloseHandle(snapshot);
}

/* The program's keys for interruption are the child's to act on, in the same console. */
static void wait_and_end(HANDLE child) {
    DWORD code = 0;
    SetConsoleCtrlHandler(NULL, TRUE); /* after the start: a child inherits it */
    stop_other_threads();
    WaitForSingleObject(child, INFINITE);
    GetExitCodeProcess(child, &code);
    TerminateProcess(GetCurrentProcess(), code);
    Sleep(INFINITE); /* not reached */
}

apr_status_t brood_os_process_replace(const brood_os_start_t *start,
                                      brood_os_start_step_t *step) {
    PROCESS_INFORMATION made;
    brood_os_start_t tied = *start;
    *step = BROOD_OS_START_PREPARE;
    BROOD_FAULT("os.process_replace");
    if (start->end_with_parent || start->boot != BROOD_OS_NO_HANDLE) {
        return APR_EINVAL;
    }
    tied.end_with_parent = 1; /* whoever ends this process means the program */
    apr_status_t status = start_now(&tied, &made, step);
    if (status == APR_SUCCESS) {
        wait_and_end(made.hProcess);
    }
    return status;
}
