/* What a test does to a process from outside, in the systems' own words. */
#ifdef _WIN32
#include <winsock2.h>
#include <windows.h>
#include <tlhelp32.h>
#else
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>
#endif

#include "outside.h"

#include "os/clock.h"
#include "os/identity.h"
#include <stdio.h>
#include <string.h>

int brood_test_fears_forks(void) {
#if defined(__SANITIZE_THREAD__) || defined(BROOD_EMULATED)
    return 1;
#else
    return 0;
#endif
}

int brood_test_strangers_hear(void) {
    brood_os_identity_t self;

    return brood_os_identity_self(&self) == APR_SUCCESS &&
           !APR_STATUS_IS_ENOTIMPL(brood_os_identity_signal(&self, BROOD_OS_CONTINUE));
}

#ifdef _WIN32

apr_status_t brood_test_kill(int64_t pid) {
    HANDLE process = OpenProcess(PROCESS_TERMINATE, FALSE, (DWORD)pid);
    apr_status_t rv = process != NULL && TerminateProcess(process, BROOD_TEST_KILLED)
                          ? APR_SUCCESS
                          : APR_EGENERAL;
    if (process != NULL) {
        (void)CloseHandle(process);
    }
    return rv;
}

apr_status_t brood_test_interrupt(int64_t pid) {
    (void)pid;
    return APR_ENOTIMPL;
}

int brood_test_named_sockets(int64_t pid) {
    (void)pid;
    return -1;
}

apr_status_t brood_test_limit_files(uint64_t limit, uint64_t *before) {
    (void)limit;
    *before = 0;
    return APR_ENOTIMPL;
}

static apr_status_t each_thread(int64_t pid, DWORD(WINAPI *what)(HANDLE)) {
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 entry;
    BOOL more;

    entry.dwSize = sizeof entry;
    for (more = Thread32First(snapshot, &entry); more;
         more = Thread32Next(snapshot, &entry)) {
        HANDLE thread;
        if (entry.th32OwnerProcessID != (DWORD)pid) {
            continue;
        }
        thread = OpenThread(THREAD_SUSPEND_RESUME, FALSE, entry.th32ThreadID);
        if (thread != NULL) {
            (void)what(thread);
            (void)CloseHandle(thread);
        }
    }
    (void)CloseHandle(snapshot);
    return APR_SUCCESS;
}

apr_status_t brood_test_stop(int64_t pid) {
    return each_thread(pid, SuspendThread);
}

apr_status_t brood_test_continue(int64_t pid) {
    return each_thread(pid, ResumeThread);
}

apr_status_t brood_test_await_stopped(int64_t pid) {
    (void)pid;
    return APR_ENOTIMPL;
}

int brood_test_lives(int64_t pid) {
    HANDLE process = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)pid);
    int lives = process != NULL && WaitForSingleObject(process, 0) == WAIT_TIMEOUT;
    if (process != NULL) {
        (void)CloseHandle(process);
    }
    return lives;
}

int brood_test_children_of(int64_t pid) {
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32 entry;
    BOOL more;
    int count = 0;

    entry.dwSize = sizeof entry;
    for (more = Process32First(snapshot, &entry); more;
         more = Process32Next(snapshot, &entry)) {
        count += entry.th32ParentProcessID == (DWORD)pid;
    }
    (void)CloseHandle(snapshot);
    return count;
}

#else

#define FILES_MANY 1048576 /* what Linux allows at the most, unless told otherwise */

/* Never to 0 or below, which is a whole group: the test's own, and who runs it. */
static apr_status_t send_signal(int64_t pid, int number) {
    return pid > 0 && kill((pid_t)pid, number) == 0 ? APR_SUCCESS : APR_EGENERAL;
}

apr_status_t brood_test_kill(int64_t pid) {
    return send_signal(pid, SIGKILL);
}

apr_status_t brood_test_interrupt(int64_t pid) {
    return send_signal(pid, SIGINT);
}

apr_status_t brood_test_stop(int64_t pid) {
    return send_signal(pid, SIGSTOP);
}

apr_status_t brood_test_limit_files(uint64_t limit, uint64_t *before) {
    struct rlimit files;

    *before = 0;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
        return APR_EGENERAL;
    }
    *before = files.rlim_cur;
    if (limit == 0) { /* who may, goes beyond */
        struct rlimit more = {FILES_MANY, FILES_MANY};
        if (files.rlim_max < FILES_MANY && setrlimit(RLIMIT_NOFILE, &more) == 0) {
            return APR_SUCCESS;
        }
        files.rlim_cur = files.rlim_max;
    } else {
        files.rlim_cur = limit > files.rlim_max ? files.rlim_max : (rlim_t)limit;
    }
    return setrlimit(RLIMIT_NOFILE, &files) == 0 ? APR_SUCCESS : APR_EGENERAL;
}

/* Whether the socket of that number has a name in the table of all sockets (the path is its last
 * column, with '@' in front where it is no file). 0 when it has none; a socket of another kind,
 * which is not in the table, has one. */
static int is_named(unsigned long inode) {
    FILE *table = fopen("/proc/net/unix", "re");
    char line[512];
    int named = 1;

    while (table != NULL && named == 1 && fgets(line, sizeof line, table) != NULL) {
        unsigned long number;
        char name[200] = "";
        if (sscanf(line, "%*s %*s %*s %*s %*s %*s %lu %199s", &number, name) >= 1 &&
            number == inode) {
            named = name[0] == '\0' ? 0 : 2;
        }
    }
    if (table != NULL) {
        (void)fclose(table);
    }
    return named > 0;
}

int brood_test_named_sockets(int64_t pid) {
    char folder[64];
    DIR *numbers;
    struct dirent *entry;
    int count = 0;

    (void)snprintf(folder, sizeof folder, "/proc/%lld/fd", (long long)pid);
    numbers = opendir(folder);
    if (numbers == NULL) {
        return -1;
    }
    while ((entry = readdir(numbers)) != NULL) {
        char target[100];
        unsigned long inode;
        ssize_t length =
            readlinkat(dirfd(numbers), entry->d_name, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = '\0';
        if (sscanf(target, "socket:[%lu]", &inode) == 1) {
            count += is_named(inode);
        }
    }
    (void)closedir(numbers);
    return count;
}

apr_status_t brood_test_continue(int64_t pid) {
    return send_signal(pid, SIGCONT);
}

/* State letter and parent of a process; 0: there is none, or no /proc. A zombie is one when all
 * its threads have ended; before, the letter is '-'. */
static int read_stat(long pid, char *letter, long *parent) {
    long threads;
    char path[64];
    char line[512];
    const char *end = NULL;
    FILE *stat;

    (void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    stat = fopen(path, "re");
    if (stat == NULL) {
        return 0;
    }
    if (fgets(line, sizeof line, stat) != NULL) {
        end = strrchr(line, ')');
    }
    (void)fclose(stat);
    if (end == NULL ||
        sscanf(end,
               ") %c %ld %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
               "%*s %*s %ld",
               letter, parent, &threads) != 3) {
        return 0;
    }
    *letter = *letter == 'Z' && threads > 1 ? '-' : *letter;
    return 1;
}

apr_status_t brood_test_await_stopped(int64_t pid) {
    int64_t end = brood_os_now_ns() + 10 * (int64_t)1000000000;
    char letter;
    long parent;

    if (!read_stat((long)getpid(), &letter, &parent)) {
        return APR_ENOTIMPL;
    }
    do { /* ends when the kernel says so, or with the time */
        if (!read_stat((long)pid, &letter, &parent)) {
            return APR_EGENERAL;
        }
        if (letter == 'T') {
            return APR_SUCCESS;
        }
        brood_os_sleep_until(brood_os_now_ns() + 1000000);
    } while (brood_os_now_ns() < end);
    return APR_TIMEUP;
}

int brood_test_lives(int64_t pid) {
    char letter;
    long parent;

    if (kill((pid_t)pid, 0) != 0) {
        return 0;
    }
    return !read_stat((long)pid, &letter, &parent) || (letter != 'Z' && letter != 'X');
}

int brood_test_children_of(int64_t pid) {
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    int count = 0;

    if (processes == NULL) {
        return -1;
    }
    while ((entry = readdir(processes)) != NULL) {
        char letter;
        long number, parent;
        if (sscanf(entry->d_name, "%ld", &number) == 1 &&
            read_stat(number, &letter, &parent) && parent == pid) {
            count++;
        }
    }
    (void)closedir(processes);
    return count;
}

#endif
