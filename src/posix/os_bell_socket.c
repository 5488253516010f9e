/* Bells on any POSIX system: a datagram socket in the folder of this user's notes, which nobody
 * else can enter.
 *
 * A socket's file outlives a process that was killed. Whoever learns of the death takes the file
 * away; if nobody does, the next process of this user that opens a bell. */
#include "posix.h"

#include "note_folder.h"
#include "os/bell.h"
#include "os/entropy.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "bell-"

/* A file that is younger may be of one who has not come to the end of bind(). */
#define AGE_LEAST_S 60

static int address_of(struct sockaddr_un *address, const char *folder, uint64_t number) {
    int length;

    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    length = snprintf(address->sun_path, sizeof address->sun_path, "%s/" PREFIX "%016llx",
                      folder, (unsigned long long)number);
    return length > 0 && (size_t)length < sizeof address->sun_path;
}

static int address_of_name(struct sockaddr_un *address, const uint64_t name[2]) {
    char folder[BROOD_NOTE_FOLDER_SIZE];

    brood__note_folder_path(folder, sizeof folder);
    return address_of(address, folder, name[0]);
}

static int make_socket(void) {
#ifdef SOCK_CLOEXEC
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
#else
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (fd >= 0) {
        (void)brood__close_on_exec(fd);
    }
#endif
    if (fd >= 0 && fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* Whether nobody has this socket open. */
static int is_left(const char *path) {
    struct sockaddr_un address;
    struct stat about;
    int fd, left;

    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address.sun_path || stat(path, &about) != 0 ||
        time(NULL) - about.st_mtime < AGE_LEAST_S) {
        return 0;
    }
    memcpy(address.sun_path, path, strlen(path));
    fd = make_socket();
    if (fd < 0) {
        return 0;
    }
    left = connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 &&
           errno == ECONNREFUSED;
    (void)close(fd);
    return left;
}

/* Takes away what processes that were killed have left, once in each process. */
static void sweep(const char *folder) {
    static atomic_int swept;
    char path[BROOD_NOTE_FOLDER_SIZE + 64];
    struct dirent *entry;
    DIR *list;

    if (atomic_exchange_explicit(&swept, 1, memory_order_relaxed)) {
        return;
    }
    list = opendir(folder);
    while (list != NULL && (entry = readdir(list)) != NULL) {
        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0 &&
            strlen(entry->d_name) < 60) {
            (void)snprintf(path, sizeof path, "%s/%.60s", folder, entry->d_name);
            if (is_left(path)) {
                (void)unlink(path);
            }
        }
    }
    if (list != NULL) {
        (void)closedir(list);
    }
}

/* The folder is there and this user's alone. APR_ENOTIMPL: there can be none here. */
static apr_status_t find_folder(char *path, size_t size) {
    int folder;
    apr_status_t status = brood__note_folder(&folder);

    if (APR_STATUS_IS_EACCES(status) || APR_STATUS_IS_ENOENT(status) ||
        status == APR_FROM_OS_ERROR(EROFS)) {
        return APR_ENOTIMPL;
    }
    if (status == APR_SUCCESS) {
        (void)close(folder);
        brood__note_folder_path(path, size);
        sweep(path);
    }
    return status;
}

apr_status_t brood_os_bell_open(brood_os_bell_t *bell) {
    const brood_os_bell_t none = BROOD_OS_BELL_INIT;
    char folder[BROOD_NOTE_FOLDER_SIZE];
    struct sockaddr_un address;
    uint64_t number = 0;
    apr_status_t status;
    int fd;

    *bell = none;
    BROOD_FAULT("os.bell_open");
    status = find_folder(folder, sizeof folder);
    if (status == APR_SUCCESS) {
        status = brood_os_random(&number, sizeof number);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    if (!address_of(&address, folder, number)) {
        return APR_ENOTIMPL; /* where paths are so long */
    }
    fd = make_socket();
    if (fd < 0) {
        return BROOD_OS_ERROR;
    }
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        status = BROOD_OS_ERROR;
        (void)close(fd);
        return status;
    }
    bell->handle = fd;
    bell->name[0] = number;
    bell->name[1] = 1;
    return APR_SUCCESS;
}

void brood_os_bell_close(brood_os_bell_t *bell) {
    const brood_os_bell_t none = BROOD_OS_BELL_INIT;

    if (bell->handle != BROOD_OS_NO_HANDLE) {
        (void)close(brood__fd(bell->handle));
        brood_os_bell_forget(bell->name);
    }
    *bell = none;
}

void brood_os_bell_clear(const brood_os_bell_t *bell) {
    char byte;

    while (recv(brood__fd(bell->handle), &byte, 1, MSG_DONTWAIT) >= 0) {
        /* ends when there is none left: somebody rings for each change, not for ever */
    }
}

void brood_os_bell_ring(const uint64_t name[2]) {
    struct sockaddr_un address;
    int fd;

    if (!address_of_name(&address, name)) {
        return;
    }
    fd = make_socket();
    if (fd >= 0) {
        (void)sendto(fd, "", 1, MSG_DONTWAIT, (const struct sockaddr *)&address,
                     sizeof address);
        (void)close(fd);
    }
}

void brood_os_bell_forget(const uint64_t name[2]) {
    struct sockaddr_un address;

    if (address_of_name(&address, name)) {
        (void)unlink(address.sun_path);
    }
}
