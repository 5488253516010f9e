/* Families on Windows: a snapshot gives the numbers, and for each process that can be opened
 * its own object gives birth and maker, which belong together while that is open. */
#include "system.h"
#include "os/family.h"

#include <tlhelp32.h>

/* As the system fills it for ProcessBasicInformation. */
typedef struct basic_t {
    LONG exit_status;
    void *environment_block;
    ULONG_PTR affinity;
    LONG priority;
    ULONG_PTR pid;
    ULONG_PTR maker;
} basic_t;

typedef LONG(NTAPI *query_t)(HANDLE, int, void *, ULONG, ULONG *);

static query_t query(void) {
    return (query_t)(void (*)(void))brood__ntdll("NtQueryInformationProcess");
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

/* A process keeps its maker's number when the maker is gone, and a younger process may have the
 * number then. */
static int is_older(DWORD pid, uint64_t birth) {
    uint64_t other = 0;
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
    int older = process != NULL && read_birth(process, &other) && other <= birth;
    if (process != NULL) {
        CloseHandle(process);
    }
    return older;
}

/* 0: it is gone, or not for our eyes. */
static int read_relative(query_t ask, DWORD pid, brood_os_relative_t *relative) {
    basic_t basic = {0};
    HANDLE process =
        OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, pid);
    if (process == NULL) {
        return 0;
    }
    int lives = read_birth(process, &relative->self.birth) &&
                ask(process, 0, &basic, sizeof basic, NULL) >= 0 &&
                WaitForSingleObject(process, 0) == WAIT_TIMEOUT;
    CloseHandle(process);
    relative->self.pid = (int64_t)pid;
    relative->parent = lives && is_older((DWORD)basic.maker, relative->self.birth)
                           ? (int64_t)basic.maker
                           : 0;
    relative->quiet = 1; /* who is told to stop stops at once */
    return lives;
}

static int is_wanted(const PROCESSENTRY32W *entry, const brood_os_identity_t *known,
                     size_t known_count) {
    for (size_t i = 0; i < known_count; ++i) {
        if (known[i].pid > 0 && (known[i].pid == (int64_t)entry->th32ProcessID ||
                                 known[i].pid == (int64_t)entry->th32ParentProcessID)) {
            return 1;
        }
    }
    return 0;
}

apr_status_t brood_os_family_list(const brood_os_identity_t *known, size_t known_count,
                                  brood_os_relative_t *list, size_t room, size_t *count) {
    PROCESSENTRY32W entry;
    brood_os_relative_t relative;
    query_t ask = query();
    *count = 0;
    BROOD_FAULT("os.family_list");
    if (ask == NULL) {
        return APR_ENOTIMPL;
    }
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (snapshot == INVALID_HANDLE_VALUE) {
        return brood__status_from_os(GetLastError());
    }
    entry.dwSize = sizeof entry;
    for (BOOL more = Process32FirstW(snapshot, &entry); more;
         more = Process32NextW(snapshot, &entry)) {
        if (entry.th32ProcessID != 0 && is_wanted(&entry, known, known_count) &&
            read_relative(ask, entry.th32ProcessID, &relative)) {
            if (*count < room) {
                list[*count] = relative;
            }
            ++*count;
        }
        entry.dwSize = sizeof entry;
    }
    CloseHandle(snapshot);
    return APR_SUCCESS;
}

apr_status_t brood_os_family_wake_with_parent(int instead) {
    (void)instead;
    BROOD_FAULT("os.family_wake_with_parent");
    return APR_ENOTIMPL;
}
