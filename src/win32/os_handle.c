/* Handles: duplicated here, or put into another process by the sender.
 *
 * To send a handle is to duplicate it into the receiver and to write the number it has there,
 * 8 bytes with the lowest first, into the stream. The receiver takes no number on trust: it
 * must be that of a real handle, and no number may come twice. */
#include "system.h"
#include "os/handle.h"
#include "os/stream.h"
#include "handle_table.h"
#include "job.h"
#include "sleepers.h"
#include "thread.h"

#include <string.h>

#define NUMBER_SIZE 8

apr_status_t brood_os_handle_duplicate(brood_os_handle_t handle,
                                       brood_os_handle_t *copy) {
    HANDLE native;
    HANDLE self = GetCurrentProcess();
    *copy = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.handle_duplicate");
    if (handle == BROOD_OS_NO_HANDLE) { /* whose value also means this process */
        return brood__status_from_os(ERROR_INVALID_HANDLE);
    }
    if (!DuplicateHandle(self, brood__native(handle), self, &native, 0, FALSE,
                         DUPLICATE_SAME_ACCESS)) {
        return brood__status_from_os(GetLastError());
    }
    *copy = brood__handle(native);
    return APR_SUCCESS;
}

/* There is nothing to cancel: every call of the seam finishes or takes back its own
 * operation before it returns. Cancelling by handle would hit other threads, for it reaches
 * all operations on the file, whichever duplicate they came through. */
brood_os_handle_t brood_os_handle_close(brood_os_handle_t handle) {
    if (handle != BROOD_OS_NO_HANDLE) {
        CloseHandle(brood__native(handle));
    }
    return BROOD_OS_NO_HANDLE;
}

static void put_number(unsigned char *bytes, HANDLE native) {
    uint64_t number = (uint64_t)(uintptr_t)native;
    for (size_t i = 0; i < NUMBER_SIZE; ++i) {
        bytes[i] = (unsigned char)(number >> (8 * i));
    }
}

static uint64_t get_number(const unsigned char *bytes) {
    uint64_t number = 0;
    for (size_t i = NUMBER_SIZE; i-- > 0;) {
        number = number << 8 | bytes[i];
    }
    return number;
}

/* Finds the receiver. *borrowed: the handle is the caller's. Without a handle the number is
 * opened: good enough, for whom this user may give handles to, this user already rules. */
static HANDLE open_peer(const brood_os_process_t *peer, int *borrowed) {
    *borrowed = 1;
    if (peer->pid == (int64_t)GetCurrentProcessId()) {
        return GetCurrentProcess();
    }
    if (peer->handle != BROOD_OS_NO_HANDLE) {
        return brood__native(peer->handle);
    }
    *borrowed = 0;
    if (peer->pid <= 0 || peer->pid > (int64_t)UINT32_MAX) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD)peer->pid);
}

static void close_in(HANDLE peer, const HANDLE *given, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        DuplicateHandle(peer, given[i], NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE);
    }
}

static apr_status_t give(HANDLE peer, const brood_os_handle_t *handles, HANDLE *given,
                         size_t count) {
    for (size_t i = 0; i < count; ++i) {
        apr_status_t status = brood__status_from_os(ERROR_INVALID_HANDLE);
        if (handles[i] != BROOD_OS_NO_HANDLE) {
            if (DuplicateHandle(GetCurrentProcess(), brood__native(handles[i]), peer,
                                &given[i], 0, FALSE, DUPLICATE_SAME_ACCESS)) {
                continue;
            }
            status = brood__status_from_os(GetLastError());
        }
        close_in(peer, given, i);
        return status;
    }
    return APR_SUCCESS;
}

/* *sent: how many bytes went for certain; size when that cannot be told. */
static apr_status_t write_all(brood_os_handle_t stream, const unsigned char *bytes,
                              size_t size, size_t *sent, brood_os_deadline_t deadline) {
    *sent = 0;
    while (*sent < size) { /* or the deadline, or an error */
        size_t length = size - *sent;
        int unsure = !brood__has_passed(deadline);
        apr_status_t status =
            brood_os_stream_write(stream, bytes + *sent, &length, deadline);
        if (status != APR_SUCCESS) {
            *sent = status == APR_TIMEUP && unsure ? size : *sent;
            return status;
        }
        *sent += length;
    }
    return APR_SUCCESS;
}

apr_status_t brood_os_handles_send(brood_os_handle_t stream,
                                   const brood_os_process_t *peer,
                                   const brood_os_handle_t *handles, size_t count,
                                   brood_os_deadline_t deadline) {
    HANDLE given[BROOD_OS_HANDLES_MAX];
    unsigned char bytes[BROOD_OS_HANDLES_MAX * NUMBER_SIZE];
    size_t sent;
    int borrowed;
    BROOD_FAULT("os.handles_send");
    if (count == 0 || count > BROOD_OS_HANDLES_MAX) {
        return APR_EINVAL;
    }
    HANDLE receiver = open_peer(peer, &borrowed);
    if (receiver == NULL) {
        return brood__status_from_os(GetLastError());
    }
    apr_status_t status = give(receiver, handles, given, count);
    if (status == APR_SUCCESS) {
        for (size_t i = 0; i < count; ++i) {
            put_number(bytes + i * NUMBER_SIZE, given[i]);
        }
        status = write_all(stream, bytes, count * NUMBER_SIZE, &sent, deadline);
        /* A number that may have arrived is the receiver's to close: it does so when it gets
         * fewer than promised, and by now the number may be another handle's. */
        if (status != APR_SUCCESS) {
            size_t arrived = (sent + NUMBER_SIZE - 1) / NUMBER_SIZE;
            close_in(receiver, given + arrived, count - arrived);
        }
    }
    if (!borrowed) {
        CloseHandle(receiver);
    }
    return status;
}

static apr_status_t read_all(brood_os_handle_t stream, unsigned char *bytes, size_t size,
                             size_t *came, brood_os_deadline_t deadline) {
    *came = 0;
    while (*came < size) { /* or the deadline, or an error */
        size_t length = size - *came;
        apr_status_t status =
            brood_os_stream_read(stream, bytes + *came, &length, deadline);
        if (status != APR_SUCCESS) {
            return status;
        }
        *came += length;
    }
    return APR_SUCCESS;
}

/* Whether the number names a handle of this process: not a pseudo handle (negative), not 0,
 * none of the bits that the system ignores, and known to the system. */
static int is_handle(uint64_t number) {
    DWORD flags;
    return number != 0 && number <= (uint64_t)INTPTR_MAX && (number & 3) == 0 &&
           GetHandleInformation((HANDLE)(uintptr_t)number, &flags);
}

static int all_sound(const brood_os_handle_t *handles, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        if (!is_handle((uint64_t)handles[i])) {
            return 0;
        }
        for (size_t k = 0; k < i; ++k) {
            if (handles[k] == handles[i]) {
                return 0;
            }
        }
    }
    return 1;
}

apr_status_t brood_os_handles_receive(brood_os_handle_t stream,
                                      brood_os_handle_t *handles, size_t count,
                                      brood_os_deadline_t deadline) {
    brood_os_handle_t got[BROOD_OS_HANDLES_MAX];
    unsigned char bytes[BROOD_OS_HANDLES_MAX * NUMBER_SIZE];
    size_t came;
    if (count == 0 || count > BROOD_OS_HANDLES_MAX) {
        return APR_EINVAL;
    }
    for (size_t i = 0; i < count; ++i) {
        handles[i] = BROOD_OS_NO_HANDLE;
    }
    BROOD_FAULT("os.handles_receive");
    apr_status_t status = read_all(stream, bytes, count * NUMBER_SIZE, &came, deadline);
    size_t numbers = came / NUMBER_SIZE;
    for (size_t i = 0; i < numbers; ++i) {
        uint64_t number = get_number(bytes + i * NUMBER_SIZE);
        got[i] = number > (uint64_t)INTPTR_MAX ? BROOD_OS_NO_HANDLE : (intptr_t)number;
    }
    /* One false number makes all of them doubtful: nothing is closed on the word of a peer
     * that may have named our own handles. */
    if (!all_sound(got, numbers)) {
        return APR_EGENERAL;
    }
    if (status == APR_SUCCESS) {
        memcpy(handles, got, count * sizeof *got);
        return APR_SUCCESS;
    }
    for (size_t i = 0; i < numbers; ++i) {
        brood_os_handle_close(got[i]);
    }
    return status == APR_EOF && came > 0 ? APR_EGENERAL : status;
}

typedef struct list_t {
    brood_os_handle_t *handles;
    size_t capacity;
    size_t count;
} list_t;

static void add(void *data, HANDLE handle) {
    list_t *list = data;
    /* What the seam keeps for each thread and sleeper is bounded and no leak. */
    if (brood__thread_keeps(handle) || brood__sleepers_keep(handle) ||
        brood__job_keeps(handle)) {
        return;
    }
    if (list->count < list->capacity) {
        list->handles[list->count] = (brood_os_handle_t)handle;
    }
    list->count++;
}

apr_status_t brood_os_handle_list(brood_os_handle_t *handles, size_t capacity,
                                  size_t *count) {
    list_t list = {handles, capacity, 0};
    *count = 0;
    BROOD_FAULT("os.handle_list");
    apr_status_t status = brood__handle_table_own(add, &list);
    *count = status == APR_SUCCESS ? list.count : 0;
    return status;
}
