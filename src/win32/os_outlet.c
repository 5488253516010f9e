/* Outlets: one overlapped write at a time, of a copy of the bytes, left alone until it is done.
 *
 * A write that is taken back may have written a part that the system does not tell; so none is,
 * unless the stream is closed. */
#include "system.h"
#include "os/handle.h"
#include "os/outlet.h"
#include "pipe.h"

#include <stdlib.h>
#include <string.h>

#define ROOM 65536

typedef struct busy_t {
    OVERLAPPED operation; /* its event: manual reset, set while nothing is on its way */
    int is_pending;
    char bytes[ROOM];
} busy_t;

static apr_status_t make_busy(brood_os_outlet_t *outlet) {
    if (outlet->busy != NULL) {
        return APR_SUCCESS;
    }
    busy_t *busy = calloc(1, sizeof *busy);
    if (busy == NULL) {
        return APR_ENOMEM;
    }
    busy->operation.hEvent = CreateEventW(NULL, TRUE, TRUE, NULL);
    if (busy->operation.hEvent == NULL) {
        apr_status_t status = brood__status_from_os(GetLastError());
        free(busy);
        return status;
    }
    outlet->busy = busy;
    return APR_SUCCESS;
}

apr_status_t brood_os_outlet_idle(brood_os_outlet_t *outlet) {
    busy_t *busy = outlet->busy;
    DWORD done;
    if (busy == NULL || !busy->is_pending) {
        return APR_SUCCESS;
    }
    if (!HasOverlappedIoCompleted(&busy->operation)) {
        return APR_TIMEUP;
    }
    busy->is_pending = 0;
    return GetOverlappedResult(brood__native(outlet->stream), &busy->operation, &done,
                               FALSE)
               ? APR_SUCCESS
               : brood__pipe_error(BROOD__WRITE, GetLastError());
}

apr_status_t brood_os_outlet_write(brood_os_outlet_t *outlet, const void *bytes,
                                   size_t *length) {
    DWORD size = *length < ROOM ? (DWORD)*length : ROOM;
    *length = 0;
    BROOD_FAULT("os.outlet_write");
    if (size == 0) {
        return APR_EINVAL;
    }
    apr_status_t status = brood_os_outlet_idle(outlet);
    if (status == APR_SUCCESS) {
        status = make_busy(outlet);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    busy_t *busy = outlet->busy;
    memcpy(busy->bytes, bytes, size);
    ResetEvent(busy->operation.hEvent);
    if (!WriteFile(brood__native(outlet->stream), busy->bytes, size, NULL,
                   &busy->operation)) {
        DWORD error = GetLastError();
        if (error != ERROR_IO_PENDING) {
            SetEvent(busy->operation.hEvent);
            return brood__pipe_error(BROOD__WRITE, error);
        }
        busy->is_pending = 1;
    }
    *length = size;
    return APR_SUCCESS;
}

void brood_os_outlet_waitable(const brood_os_outlet_t *outlet,
                              brood_os_waitable_t *waitable) {
    const busy_t *busy = outlet->busy;
    waitable->handle =
        busy == NULL ? BROOD_OS_NO_HANDLE : brood__handle(busy->operation.hEvent);
    waitable->kind = BROOD_OS_WAIT_BELL; /* an event, like the others of that kind */
    waitable->ready = 0;
}

void brood_os_outlet_close(brood_os_outlet_t *outlet) {
    busy_t *busy = outlet->busy;
    if (busy != NULL) {
        if (busy->is_pending) {
            brood__pipe_take_back(brood__native(outlet->stream), &busy->operation);
        }
        CloseHandle(busy->operation.hEvent);
        free(busy);
        outlet->busy = NULL;
    }
    outlet->stream = brood_os_handle_close(outlet->stream);
}
