/* Leak ledger on Windows: handles, mapped views, threads. Children and names have no life of
 * their own there: both are handles. */
#ifdef _WIN32

#include "ledger.h"

#include "os/handle.h"
#include <stdio.h>
#include <windows.h>
#include <tlhelp32.h>

#define HANDLES_MAX 4096
#define TYPE_INFORMATION 2 /* ObjectTypeInformation, which no header names */

/* What kind of thing it is, as the system calls it. */
static const char *type_of(brood_os_handle_t handle, char *words, size_t size) {
    typedef LONG(NTAPI * query_t)(HANDLE, ULONG, void *, ULONG, ULONG *);
    static union {
        struct {
            USHORT bytes, room;
            WCHAR *text;
        } name;
        char all[1024];
    } answer;
    FARPROC found = GetProcAddress(GetModuleHandleA("ntdll.dll"), "NtQueryObject");
    query_t query = (query_t)(void (*)(void))found;
    size_t length = 0;
    if (query != NULL &&
        query((HANDLE)handle, TYPE_INFORMATION, &answer, sizeof answer, NULL) >= 0) {
        for (; length + 1 < size && length < answer.name.bytes / sizeof(WCHAR);
             length++) {
            words[length] = (char)answer.name.text[length];
        }
    }
    words[length] = '\0';
    return words;
}

/* The system itself opens the folder of named objects at the first use of a name, and keeps it.
 * Whether that falls into a test depends on who is the first to wake a sleeper: so it is now. */
static void use_a_name(void) {
    static int used;
    char name[60];
    HANDLE event;

    if (!used) {
        (void)snprintf(name, sizeof name, "Local\\ledger-%lu", GetCurrentProcessId());
        event = CreateEventA(NULL, TRUE, FALSE, name);
        used = event != NULL && CloseHandle(event);
    }
}

static void read_handles(brood_test_note_t *note, void *page) {
    static brood_os_handle_t handles[HANDLES_MAX];
    size_t count = 0;
    size_t i;

    use_a_name();
    if (brood_os_handle_list(handles, HANDLES_MAX, &count) != APR_SUCCESS) {
        note(page, "handles cannot be listed");
        return;
    }
    for (i = 0; i < count && i < HANDLES_MAX; i++) {
        char type[40];
        note(page, "handle 0x%llx (%s)", (unsigned long long)handles[i],
             type_of(handles[i], type, sizeof type));
    }
}

static void read_views(brood_test_note_t *note, void *page) {
    MEMORY_BASIC_INFORMATION info;
    char *at = NULL;

    while (VirtualQuery(at, &info, sizeof info) == sizeof info) {
        char *next = (char *)info.BaseAddress + info.RegionSize;
        if (info.Type == MEM_MAPPED && info.State != MEM_FREE &&
            info.BaseAddress == info.AllocationBase) {
            note(page, "view of %llu bytes", (unsigned long long)info.RegionSize);
        }
        if (next <= at) {
            break;
        }
        at = next;
    }
}

static void read_threads(brood_test_note_t *note, void *page) {
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 entry;
    BOOL more;

    if (snapshot == INVALID_HANDLE_VALUE) {
        return;
    }
    entry.dwSize = sizeof entry;
    for (more = Thread32First(snapshot, &entry); more;
         more = Thread32Next(snapshot, &entry)) {
        if (entry.th32OwnerProcessID == GetCurrentProcessId()) {
            note(page, "thread");
        }
    }
    (void)CloseHandle(snapshot);
}

void brood_test_ledger_read(brood_test_note_t *note, void *page) {
    read_handles(note, page);
    read_views(note, page);
    read_threads(note, page);
}

#else
typedef int brood_test_no_windows_ledger_t;
#endif
