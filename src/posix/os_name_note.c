/* Notes about names: a file for each, in a folder of the user's that lies where the names
 * themselves come and go with the machine, if there is such a place. Every holder has the file
 * open under a shared flock(), which copies of the descriptor share, and which the kernel
 * releases with the last of them. */
#include "posix.h"

#include "note_folder.h"
#include "os/name.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "note-" /* no name can be taken for a lock's file */
#define NOTE_PATH_SIZE (sizeof PREFIX + BROOD_OS_NAME_MAX)

/* ---- the folder ---- */

/* Not where TMPDIR says: all processes of a user must come to the same folder, whatever their
 * environment. */
void brood__note_folder_path(char *path, size_t size) {
    const long user = (long)geteuid();
#ifdef _CS_DARWIN_USER_DIR
    char own[512];
    size_t length = confstr(_CS_DARWIN_USER_DIR, own, sizeof own);

    if (length > 1 && length <= sizeof own) {
        (void)snprintf(path, size, "%s/.brood-%ld", own, user);
        return;
    }
#endif
#ifdef __linux__
    struct stat about;

    if (stat("/dev/shm", &about) == 0 && S_ISDIR(about.st_mode)) {
        (void)snprintf(path, size, "/dev/shm/.brood-%ld", user);
        return;
    }
#endif
    (void)snprintf(path, size, "/tmp/.brood-%ld", user);
}

apr_status_t brood__note_folder(int *folder) {
    char path[BROOD_NOTE_FOLDER_SIZE];
    struct stat about;

    brood__note_folder_path(path, sizeof path);
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return BROOD_OS_ERROR;
    }
    do {
        *folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    } while (*folder < 0 && errno == EINTR);
    if (*folder < 0) {
        return errno == ELOOP || errno == ENOTDIR ? APR_EACCES : BROOD_OS_ERROR;
    }
    if (fstat(*folder, &about) != 0 || about.st_uid != geteuid() ||
        (about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        (void)close(*folder);
        return APR_EACCES;
    }
    return APR_SUCCESS;
}

apr_status_t brood__note_folder_file(int *fd, const char *file, int flags) {
    int folder;
    apr_status_t status = brood__note_folder(&folder);

    *fd = -1;
    if (status != APR_SUCCESS) {
        return status;
    }
    do {
        *fd = openat(folder, file, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
    } while (*fd < 0 && errno == EINTR);
    if (*fd < 0) {
        status = BROOD_OS_ERROR;
    }
    (void)close(folder);
    return status;
}

static const char *note_path(char path[NOTE_PATH_SIZE], const char *name) {
    (void)snprintf(path, NOTE_PATH_SIZE, PREFIX "%s", name);
    return path;
}

/* ---- notes ---- */

apr_status_t brood_os_note_create(brood_os_handle_t *note, const char *name) {
    char path[NOTE_PATH_SIZE];
    apr_status_t status;
    int fd;

    *note = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.note_create");
    status = brood__note_folder_file(&fd, note_path(path, name), O_CREAT | O_EXCL);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = brood_os_note_hold(fd);
    if (status != APR_SUCCESS) {
        (void)close(fd);
        (void)brood_os_note_remove(name);
        return status;
    }
    *note = fd;
    return APR_SUCCESS;
}

apr_status_t brood_os_note_open(brood_os_handle_t *note, const char *name) {
    char path[NOTE_PATH_SIZE];
    apr_status_t status;
    int fd;

    *note = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.note_open");
    status = brood__note_folder_file(&fd, note_path(path, name), 0);
    if (status == APR_SUCCESS) {
        *note = fd;
    }
    return status;
}

apr_status_t brood_os_note_hold(brood_os_handle_t note) {
    BROOD_FAULT("os.note_hold");
    while (flock(brood__fd(note), LOCK_SH | LOCK_NB) != 0) {
        if (errno != EINTR) {
            return BROOD_OS_ERROR;
        }
    }
    return APR_SUCCESS;
}

/* Anything but a clear answer means that somebody may hold it. */
int brood_os_note_is_held(brood_os_handle_t note) {
    if (flock(brood__fd(note), LOCK_EX | LOCK_NB) != 0) {
        return 1;
    }
    (void)flock(brood__fd(note), LOCK_UN);
    return 0;
}

apr_status_t brood_os_note_write(brood_os_handle_t note, brood_os_handle_t memory,
                                 const void *bytes, size_t size) {
    ssize_t put;

    (void)memory;
    BROOD_FAULT("os.note_write");
    do {
        put = pwrite(brood__fd(note), bytes, size, 0);
    } while (put < 0 && errno == EINTR);
    if (put < 0) {
        return BROOD_OS_ERROR;
    }
    return (size_t)put == size ? APR_SUCCESS : APR_ENOSPC;
}

apr_status_t brood_os_note_read(brood_os_handle_t note, brood_os_handle_t memory,
                                void *bytes, size_t size) {
    ssize_t got;

    (void)memory;
    BROOD_FAULT("os.note_read");
    do {
        got = pread(brood__fd(note), bytes, size, 0);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return BROOD_OS_ERROR;
    }
    return (size_t)got == size ? APR_SUCCESS : APR_EOF;
}

apr_status_t brood_os_note_remove(const char *name) {
    char path[NOTE_PATH_SIZE];
    apr_status_t status;
    int folder;

    BROOD_FAULT("os.note_remove");
    status = brood__note_folder(&folder);
    if (status != APR_SUCCESS) {
        return status;
    }
    if (unlinkat(folder, note_path(path, name), 0) != 0) {
        status = BROOD_OS_ERROR;
    }
    (void)close(folder);
    return status;
}

apr_status_t brood_os_note_list(apr_status_t (*each)(void *data, const char *name),
                                void *data) {
    struct dirent *entry;
    apr_status_t status;
    DIR *notes;
    int folder;

    BROOD_FAULT("os.note_list");
    status = brood__note_folder(&folder);
    if (status != APR_SUCCESS) {
        return status;
    }
    notes = fdopendir(folder);
    if (notes == NULL) {
        status = BROOD_OS_ERROR;
        (void)close(folder);
        return status;
    }
    while (status == APR_SUCCESS && (entry = readdir(notes)) != NULL) {
        const size_t skip = sizeof PREFIX - 1;

        if (strncmp(entry->d_name, PREFIX, skip) == 0 &&
            strlen(entry->d_name + skip) <= BROOD_OS_NAME_MAX) {
            status = each(data, entry->d_name + skip);
        }
    }
    (void)closedir(notes);
    return status;
}
