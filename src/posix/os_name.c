/* Memory with a name, by shm_open(), and what locks a name: flock() on one of a few files in the
 * folder of the notes, which the kernel unlocks for who dies. Those files stay. */
#include "posix.h"

#include "memory_object.h"
#include "note_folder.h"
#include "os/clock.h"
#include "os/memory.h"
#include "os/name.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names share these locks; who stands still while it has one is in the way of few. */
#define LOCKS 16
/* How often a lock is tried before its taker sleeps, and for how long. */
#define TRIES 20
#define SLEEP_NS 500000

/* ---- memory ---- */

int brood_os_names_persist(void) {
    return 1;
}

static apr_status_t open_name(brood_os_handle_t *memory, const char *name, int flags) {
    char path[BROOD_OS_NAME_MAX + 2];
    int fd;

    *memory = BROOD_OS_NO_HANDLE;
    (void)snprintf(path, sizeof path, "/%s", name);
    do {
        fd = shm_open(path, O_RDWR | flags, 0600);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        return BROOD_OS_ERROR;
    }
    (void)brood__close_on_exec(fd); /* POSIX says it is set; it costs little */
    *memory = fd;
    return APR_SUCCESS;
}

apr_status_t brood_os_named_create(brood_os_handle_t *memory, const char *name,
                                   uint64_t size) {
    (void)size; /* brood_os_named_reserve() gives it */
    *memory = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.named_create");
    return open_name(memory, name, O_CREAT | O_EXCL);
}

apr_status_t brood_os_named_reserve(brood_os_handle_t memory, uint64_t size) {
    apr_status_t status;

    BROOD_FAULT("os.named_reserve");
    status = brood__memory_resize(brood__fd(memory), size);
    if (status != APR_SUCCESS) {
        return status;
    }
    return (size_t)size == size ? brood_os_memory_commit(memory, 0, (size_t)size, NULL)
                                : APR_ENOMEM;
}

apr_status_t brood_os_named_open(brood_os_handle_t *memory, const char *name) {
    *memory = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.named_open");
    return open_name(memory, name, 0);
}

apr_status_t brood_os_named_mark(brood_os_handle_t memory, uint64_t mark[2]) {
    struct stat about;

    mark[0] = 0;
    mark[1] = 0;
    BROOD_FAULT("os.named_mark");
    if (fstat(brood__fd(memory), &about) != 0) {
        return BROOD_OS_ERROR;
    }
    mark[0] = (uint64_t)about.st_dev;
    mark[1] = (uint64_t)about.st_ino;
    return APR_SUCCESS;
}

apr_status_t brood_os_named_unlink(const char *name) {
    char path[BROOD_OS_NAME_MAX + 2];

    BROOD_FAULT("os.named_unlink");
    (void)snprintf(path, sizeof path, "/%s", name);
    return shm_unlink(path) == 0 ? APR_SUCCESS : BROOD_OS_ERROR;
}

/* ---- one at a time ---- */

static unsigned lock_number(const char *name) {
    unsigned number = 0;

    for (; *name != '\0'; name++) {
        number = number * 31 + (unsigned char)*name;
    }
    return number % LOCKS;
}

static apr_status_t lock_file(int fd, brood_os_deadline_t deadline) {
    unsigned tries = 0;

    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return BROOD_OS_ERROR;
        }
        if (brood_os_now_ns() >= deadline) {
            return APR_TIMEUP;
        }
        if (tries++ < TRIES) {
            brood_os_yield();
        } else {
            brood_os_sleep_until(brood_os_now_ns() + SLEEP_NS);
        }
    }
    return APR_SUCCESS;
}

apr_status_t brood_os_name_lock(brood_os_handle_t *lock, const char *name,
                                brood_os_deadline_t deadline) {
    char file[16];
    apr_status_t status;
    int fd;

    *lock = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.name_lock");
    (void)snprintf(file, sizeof file, "lock-%u", lock_number(name));
    status = brood__note_folder_file(&fd, file, O_CREAT);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = lock_file(fd, deadline);
    if (status != APR_SUCCESS) {
        (void)close(fd);
        return status;
    }
    *lock = fd;
    return APR_SUCCESS;
}

/* Unlocked before it is closed: a fork in another thread may have copied the descriptor. */
void brood_os_name_unlock(brood_os_handle_t lock) {
    if (lock != BROOD_OS_NO_HANDLE) {
        (void)flock(brood__fd(lock), LOCK_UN);
        (void)close(brood__fd(lock));
    }
}
