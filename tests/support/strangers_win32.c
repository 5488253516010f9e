/* There are no signals on Windows. */
#ifdef _WIN32
#include "strangers.h"

#include <windows.h>

#include <string.h>
#include <tlhelp32.h>

int brood_test_marked(const char *mark, int64_t except, int64_t or_except,
                      int64_t *first) {
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    char path[MAX_PATH];
    const char *own;
    PROCESSENTRY32 entry;
    BOOL more;
    int count = 0;

    (void)mark;
    path[GetModuleFileNameA(NULL, path, MAX_PATH - 1)] = '\0';
    own = strrchr(path, '\\');
    own = own == NULL ? path : own + 1;
    entry.dwSize = sizeof entry;
    for (more = Process32First(snapshot, &entry); more;
         more = Process32Next(snapshot, &entry)) {
        int64_t pid = (int64_t)entry.th32ProcessID;

        if (pid != except && pid != or_except && strcmp(entry.szExeFile, own) == 0) {
            *first = count++ == 0 ? pid : *first;
        }
    }
    (void)CloseHandle(snapshot);
    return count;
}

void brood_test_block_signals(void) {
}

size_t brood_test_signal_state(unsigned char *bytes, size_t room) {
    (void)bytes;
    (void)room;
    return 0;
}

int brood_test_ignore_children(int how) {
    (void)how;
    return 0;
}

int brood_test_reaper_start(void) {
    return 0;
}

void brood_test_reap(int64_t pid) {
    (void)pid;
}

int brood_test_next_number(int64_t pid) {
    (void)pid;
    return 0;
}

uint64_t brood_test_birth(int64_t pid) {
    (void)pid;
    return 0;
}

unsigned brood_test_reaper_stop(void) {
    return 0;
}
#else
typedef int brood_test_no_win32_strangers;
#endif
