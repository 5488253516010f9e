/* Processes: waited for by their object, ended and stopped. Starting one is in
 * os_process_start.c.
 *
 * How a child was ended from outside is told by its exit code, for the system has no signals:
 * 0xB7000000 plus the signal's number (15 or 9) is what brood_os_process_signal() and
 * brood_os_kill_self() end a process with, and brood_os_process_wait() reports that as the
 * signal. The codes lie in the range that the system leaves to programs (bit 29) and no
 * runtime uses them. */
#include "system.h"
#include "os/process.h"

#include <tlhelp32.h>

#define ENDED_BY 0xB7000000u
#define SIGNAL_KILL 9u
#define SIGNAL_TERMINATE 15u

int brood_os_has_fork(void) {
    return 0;
}

apr_status_t brood_os_process_fork(brood_os_process_t *process) {
    process->pid = 0;
    process->handle = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.process_fork");
    return APR_ENOTIMPL;
}

apr_status_t brood_os_process_wait(brood_os_process_t *process,
                                   brood_os_deadline_t deadline, brood_os_exit_t *how) {
    DWORD code;
    HANDLE native = brood__native(process->handle);
    how->signaled = 0;
    how->code = 0;
    BROOD_FAULT("os.process_wait");
    if (process->handle == BROOD_OS_NO_HANDLE) {
        return APR_EINVAL;
    }
    /* Never by the code: one that ended with 259 looks as if it ran. */
    apr_status_t status = brood__wait_one(native, deadline);
    if (status != APR_SUCCESS) {
        return status;
    }
    if (!GetExitCodeProcess(native, &code)) {
        return brood__status_from_os(GetLastError());
    }
    how->signaled =
        code == (ENDED_BY | SIGNAL_TERMINATE) || code == (ENDED_BY | SIGNAL_KILL);
    how->code = how->signaled ? (int)(code & 0xFF) : (int)code;
    return APR_SUCCESS;
}

/* There are no zombies: waiting takes nothing either. */
apr_status_t brood_os_process_peek(const brood_os_process_t *process,
                                   brood_os_exit_t *how) {
    brood_os_process_t same = *process;
    BROOD_FAULT("os.process_peek");
    return brood_os_process_wait(&same, 0, how);
}

static apr_status_t end_with(HANDLE process, UINT signal) {
    DWORD code;
    if (TerminateProcess(process, ENDED_BY | signal)) {
        return APR_SUCCESS;
    }
    DWORD error = GetLastError();
    /* Refused while the process is on its way out, before its object says so. */
    if (error == ERROR_ACCESS_DENIED && GetExitCodeProcess(process, &code) &&
        code != STILL_ACTIVE) {
        return APR_SUCCESS;
    }
    return brood__status_from_os(error);
}

/* The system counts suspensions: each stop wants its own continuation. */
static apr_status_t suspend_or_resume(HANDLE process, const char *name) {
    typedef LONG(NTAPI * verb_t)(HANDLE);
    verb_t verb = (verb_t)(void (*)(void))brood__ntdll(name);
    if (verb == NULL) {
        return APR_ENOTIMPL;
    }
    if (verb(process) >= 0 || WaitForSingleObject(process, 0) == WAIT_OBJECT_0) {
        return APR_SUCCESS;
    }
    return APR_EGENERAL;
}

apr_status_t brood_os_process_signal(brood_os_process_t *process, brood_os_end_t how) {
    HANDLE native = brood__native(process->handle);
    BROOD_FAULT("os.process_signal");
    if (process->handle == BROOD_OS_NO_HANDLE) { /* whose value also means this process */
        return APR_EINVAL;
    }
    if (WaitForSingleObject(native, 0) == WAIT_OBJECT_0) {
        return APR_SUCCESS;
    }
    switch (how) {
    case BROOD_OS_TERMINATE: return end_with(native, SIGNAL_TERMINATE);
    case BROOD_OS_KILL: return end_with(native, SIGNAL_KILL);
    case BROOD_OS_STOP: return suspend_or_resume(native, "NtSuspendProcess");
    case BROOD_OS_CONTINUE: return suspend_or_resume(native, "NtResumeProcess");
    case BROOD_OS_INTERRUPT:
        /* GenerateConsoleCtrlEvent() wants a console in common, and hits a whole group. */
        return APR_ENOTIMPL;
    }
    return APR_EINVAL;
}

void brood_os_process_close(brood_os_process_t *process) {
    if (process->handle != BROOD_OS_NO_HANDLE) {
        CloseHandle(brood__native(process->handle));
    }
    process->handle = BROOD_OS_NO_HANDLE;
    process->pid = 0;
}

brood_os_handle_t brood_os_process_watch(const brood_os_process_t *process) {
    return process->handle;
}

unsigned brood_os_thread_count(void) {
    THREADENTRY32 entry;
    unsigned count = 0;
    DWORD self = GetCurrentProcessId();
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    if (snapshot == INVALID_HANDLE_VALUE) {
        return 0;
    }
    entry.dwSize = sizeof entry;
    for (BOOL more = Thread32First(snapshot, &entry); more;
         more = Thread32Next(snapshot, &entry)) {
        count += entry.th32OwnerProcessID == self;
        entry.dwSize = sizeof entry;
    }
    CloseHandle(snapshot);
    return count;
}

/* Not ExitProcess: it runs the exit code of every loaded module. */
void brood_os_exit_now(int code) {
    TerminateProcess(GetCurrentProcess(), (UINT)code);
    Sleep(INFINITE); /* not reached */
}

void brood_os_kill_self(void) {
    TerminateProcess(GetCurrentProcess(), ENDED_BY | SIGNAL_KILL);
    Sleep(INFINITE); /* not reached */
}

/* The calling thread alone, for one that suspends all threads suspends itself before it has
 * come to the others. What continues a process continues this thread too. */
void brood_os_stop_self(void) {
    SuspendThread(GetCurrentThread());
}

/* For forked children, of which there are none here. */
apr_status_t brood_os_at_exit(void (*function)(int code)) {
    (void)function;
    BROOD_FAULT("os.at_exit");
    return APR_ENOTIMPL;
}

void brood_os_interrupt_ignore(int ignored) {
    (void)ignored;
}

apr_status_t brood_os_at_fork_child(void (*child)(void)) {
    (void)child;
    BROOD_FAULT("os.at_fork_child");
    return APR_SUCCESS;
}
