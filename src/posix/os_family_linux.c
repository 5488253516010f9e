/* Families on Linux: /proc has a folder for each process. One line there tells its number, birth
 * and parent together; another, on most kernels, the numbers of its children. */
#include "posix.h"

#include "identity_proc.h"
#include "os/family.h"
#include "watch.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The number that a folder's name is; 0: it is none. */
static pid_t number_of(const char *name) {
    char *end;
    long number = strtol(name, &end, 10);

    return *end == '\0' && number > 0 ? (pid_t)number : 0;
}

static int is_quiet_state(char state) {
    return state == 'T' || state == 't' || state == 'Z' || state == 'X';
}

/* A process is told to stop as a whole, but its threads stop one by one, and one of them may
 * still be in a fork. What cannot be read is over. */
static int threads_are_quiet(pid_t pid) {
    struct dirent *entry;
    brood_proc_t about;
    int quiet = 1;
    char path[64];
    DIR *folder;

    (void)snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
    folder = opendir(path);
    if (folder == NULL) {
        return errno == ENOENT;
    }
    while (quiet && (entry = readdir(folder)) != NULL) {
        pid_t thread = number_of(entry->d_name);

        quiet = thread == 0 || brood__proc_read_thread(pid, thread, &about) != 0 ||
                is_quiet_state(about.state);
    }
    (void)closedir(folder);
    return quiet;
}

/* Whether a process, or its parent, has the number of one that is known. */
static int is_wanted(pid_t pid, pid_t parent, const brood_os_identity_t *known,
                     size_t known_count) {
    size_t i;

    for (i = 0; i < known_count; i++) {
        if (known[i].pid > 0 && (known[i].pid == pid || known[i].pid == parent)) {
            return 1;
        }
    }
    return 0;
}

/* What /proc said is this process's when it was the same one before and after. 0: it is not
 * wanted, it has ended, or it is not for our eyes. */
static int read_relative(pid_t pid, const brood_os_identity_t *known, size_t known_count,
                         brood_os_relative_t *relative) {
    brood_proc_t about;
    uint64_t before, after;

    if (brood__proc_read(pid, &about) != 0 ||
        !is_wanted(pid, about.parent, known, known_count)) {
        return 0;
    }
    if (brood__own_birth(pid, &before) != APR_SUCCESS ||
        brood__proc_read(pid, &about) != 0 ||
        brood__own_birth(pid, &after) != APR_SUCCESS || before != after ||
        ((about.state == 'Z' || about.state == 'X') && about.threads <= 1)) {
        return 0;
    }
    relative->self.pid = pid;
    relative->self.birth = before;
    relative->parent = about.parent;
    relative->quiet =
        about.threads <= 1 ? is_quiet_state(about.state) : threads_are_quiet(pid);
    return 1;
}

/* Where those who are found go. */
typedef struct search_t {
    const brood_os_identity_t *known;
    size_t known_count;
    brood_os_relative_t *list;
    size_t room;
    size_t count;
} search_t;

static void look_at(search_t *search, pid_t pid) {
    brood_os_relative_t relative;

    if (read_relative(pid, search->known, search->known_count, &relative)) {
        if (search->count < search->room) {
            search->list[search->count] = relative;
        }
        search->count++;
    }
}

/* The children of one thread, as a line of numbers. Those that are known themselves are looked at
 * as such. The folder is of one process, whoever gets its number; a path would be of the number. */
static void look_at_children(search_t *search, DIR *folder, pid_t thread) {
    char path[64];
    FILE *line;
    long child;
    int fd;

    (void)snprintf(path, sizeof path, "%ld/children", (long)thread);
    fd = openat(dirfd(folder), path, O_RDONLY | O_CLOEXEC);
    line = fd < 0 ? NULL : fdopen(fd, "r");
    if (line == NULL) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return;
    }
    while (fscanf(line, "%ld", &child) == 1) {
        if (!is_wanted((pid_t)child, 0, search->known, search->known_count)) {
            look_at(search, (pid_t)child);
        }
    }
    (void)fclose(line);
}

/* Each known one, and the children of its threads. Children that end while the line is read may
 * hide others; who looks again when all are stopped sees them all. */
static void search_lines(search_t *search) {
    struct dirent *entry;
    char path[64];
    DIR *folder;
    size_t i;

    for (i = 0; i < search->known_count; i++) {
        const pid_t pid = (pid_t)search->known[i].pid;

        (void)snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
        folder = pid > 0 ? opendir(path) : NULL;
        if (folder == NULL) {
            continue;
        }
        look_at(search, pid);
        while ((entry = readdir(folder)) != NULL) {
            pid_t thread = number_of(entry->d_name);

            if (thread != 0) {
                look_at_children(search, folder, thread);
            }
        }
        (void)closedir(folder);
    }
}

/* All processes there are, for kernels that do not list children. */
static apr_status_t search_all(search_t *search) {
    struct dirent *entry;
    int is_any = 0;
    DIR *folder = opendir("/proc");

    if (folder == NULL) {
        return errno == ENOENT || errno == EACCES ? APR_ENOTIMPL : BROOD_OS_ERROR;
    }
    while ((entry = readdir(folder)) != NULL) {
        pid_t pid = number_of(entry->d_name);

        is_any |= pid != 0;
        if (pid != 0) {
            look_at(search, pid);
        }
    }
    (void)closedir(folder);
    return is_any ? APR_SUCCESS
                  : APR_ENOTIMPL; /* not even this process: it is not mounted */
}

apr_status_t brood_os_family_list(const brood_os_identity_t *known, size_t known_count,
                                  brood_os_relative_t *list, size_t room, size_t *count) {
    search_t search = {known, known_count, list, room, 0};
    apr_status_t status = APR_SUCCESS;

    *count = 0;
    BROOD_FAULT("os.family_list");
    if (access("/proc/thread-self/children", F_OK) == 0) {
        search_lines(&search);
    } else {
        status = search_all(&search);
    }
    *count = search.count;
    return status;
}

apr_status_t brood_os_family_wake_with_parent(int instead) {
    int number = 0;

    BROOD_FAULT("os.family_wake_with_parent");
    if (!instead && prctl(PR_GET_PDEATHSIG, &number) == 0 && number != 0) {
        return APR_SUCCESS;
    }
    return prctl(PR_SET_PDEATHSIG, SIGCONT) == 0 ? APR_SUCCESS : BROOD_OS_ERROR;
}
