/* Leak ledger on POSIX systems: /proc where there is one, else what the seam can tell. */
#ifndef _WIN32

#include "ledger.h"

#include "os/handle.h"
#include "os/process.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define HANDLES_MAX 4096

static void read_descriptors(brood_test_note_t *note, void *page) {
    static brood_os_handle_t handles[HANDLES_MAX];
    size_t count = 0;
    size_t i;

    if (brood_os_handle_list(handles, HANDLES_MAX, &count) != APR_SUCCESS) {
        note(page, "descriptors cannot be listed");
        return;
    }
    for (i = 0; i < count && i < HANDLES_MAX; i++) {
        char path[64];
        char target[100];
        ssize_t length;

        (void)snprintf(path, sizeof path, "/proc/self/fd/%ld", (long)handles[i]);
        length = readlink(path, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = '\0';
        if (fcntl((int)handles[i], F_GETFD) != -1) {
            note(page, "descriptor %ld -> %s", (long)handles[i], target);
        }
    }
}

/* Shared mappings of memory objects. Where they lie does not matter. */
static void read_mappings(brood_test_note_t *note, void *page) {
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];

    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        unsigned long long from, to;
        char flags[8];
        char path[256] = "";

        if (sscanf(line, "%llx-%llx %7s %*s %*s %*s %255[^\n]", &from, &to, flags,
                   path) >= 3 &&
            flags[3] == 's') {
            note(page, "mapping of %llu bytes of %.80s", to - from, path);
        }
    }
    if (maps != NULL) {
        (void)fclose(maps);
    }
}

static void read_names(brood_test_note_t *note, void *page, const char *folder) {
    DIR *names = opendir(folder);
    struct dirent *entry;

    while (names != NULL && (entry = readdir(names)) != NULL) {
        /* The folder of the records of blocks is made once and stays: its name has a dot. */
        if (entry->d_name[0] != '.' && strstr(entry->d_name, "brood") != NULL) {
            note(page, "name %s/%.80s", folder, entry->d_name);
        }
    }
    if (names != NULL) {
        (void)closedir(names);
    }
}

/* Children that live are found through /proc, those that have ended by a look that leaves
 * them as they are. */
static void read_children(brood_test_note_t *note, void *page) {
    char path[64];
    FILE *list;
    long pid;
    siginfo_t info;

    memset(&info, 0, sizeof info);
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
        note(page, "child %ld (zombie)", (long)info.si_pid);
    }
    (void)snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
    list = fopen(path, "re");
    while (list != NULL && fscanf(list, "%ld", &pid) == 1) {
        note(page, "child %ld", pid);
    }
    if (list != NULL) {
        (void)fclose(list);
    }
}

void brood_test_ledger_read(brood_test_note_t *note, void *page) {
    unsigned threads = brood_os_thread_count();

    read_descriptors(note, page);
    read_mappings(note, page);
    read_names(note, page, "/dev/shm");
    read_children(note, page);
    while (threads-- > 1) {
        note(page, "thread");
    }
}

#else
typedef int brood_test_no_posix_ledger_t;
#endif
