/* Other processes' shared memory on Linux: /proc/PID/fd has a link for each open descriptor, and
 * opening the link opens the object itself, with rights of one's own. The kernel lets a process
 * look there that could also trace the other one. */
#include "posix.h"

#include "os/outside.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How the links of our objects begin: those of memfd_create(), and those of shm_open() after
 * their name was taken away. */
static const char *const beginnings[] = {"/memfd:brood (deleted)", "/dev/shm/brood."};

typedef struct search_t {
    brood_os_outside_each_t *each;
    void *data;
    int flags;
} search_t;

static int may_be_ours(int folder, const char *name) {
    char target[64];
    ssize_t length = readlinkat(folder, name, target, sizeof target - 1);
    size_t i;

    if (length <= 0) {
        return 0;
    }
    target[length] = '\0';
    for (i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        if (strncmp(target, beginnings[i], strlen(beginnings[i])) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Not a pipe or a device that a link was made to look like: opening that could wait. */
static int open_memory(int folder, const char *name, int flags) {
    struct stat about;
    int fd;

    if (fstatat(folder, name, &about, 0) != 0 || !S_ISREG(about.st_mode) ||
        about.st_uid != geteuid()) {
        return -1;
    }
    fd = openat(folder, name, flags | O_CLOEXEC | O_NONBLOCK);
    return fd;
}

static apr_status_t look_at_process(const search_t *search, const char *number) {
    apr_status_t status = APR_SUCCESS;
    char path[64];
    struct stat about;
    struct dirent *entry;
    DIR *folder;

    (void)snprintf(path, sizeof path, "/proc/%.20s/fd", number);
    folder = opendir(path);
    if (folder == NULL) {
        return APR_SUCCESS; /* it is gone, or not for our eyes */
    }
    if (fstat(dirfd(folder), &about) == 0 && about.st_uid == geteuid()) {
        while (status == APR_SUCCESS && (entry = readdir(folder)) != NULL) {
            int fd = may_be_ours(dirfd(folder), entry->d_name)
                         ? open_memory(dirfd(folder), entry->d_name, search->flags)
                         : -1;
            if (fd >= 0) {
                status = search->each(search->data, strtoll(number, NULL, 10), fd);
            }
        }
    }
    (void)closedir(folder);
    return status;
}

apr_status_t brood_os_outside_find(brood_os_outside_each_t *each, void *data, int write) {
    const search_t search = {each, data, write ? O_RDWR : O_RDONLY};
    apr_status_t status = APR_SUCCESS;
    struct dirent *entry;
    DIR *proc;

    BROOD_FAULT("os.outside_find");
    proc = opendir("/proc");
    if (proc == NULL) {
        return BROOD_OS_ERROR;
    }
    while (status == APR_SUCCESS && (entry = readdir(proc)) != NULL) {
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') {
            status = look_at_process(&search, entry->d_name);
        }
    }
    (void)closedir(proc);
    return status;
}

apr_status_t brood_os_outside_read(brood_os_handle_t memory, uint64_t offset, void *bytes,
                                   size_t size) {
    size_t done = 0;

    BROOD_FAULT("os.outside_read");
    if (offset > INT64_MAX - (uint64_t)size) {
        return APR_EINVAL;
    }
    while (done < size) {
        ssize_t got = pread(brood__fd(memory), (char *)bytes + done, size - done,
                            (off_t)(offset + done));
        if (got == 0) {
            return APR_EOF;
        }
        if (got < 0 && errno != EINTR) {
            return BROOD_OS_ERROR;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return APR_SUCCESS;
}
