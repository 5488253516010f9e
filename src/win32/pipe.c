/* Overlapped reads and writes that finish or are taken back before the call returns. */
#include "pipe.h"
#include "thread.h"

#include <string.h>

apr_status_t brood__pipe_error(brood__direction_t direction, DWORD error) {
    switch (error) {
    case ERROR_BROKEN_PIPE:
    case ERROR_NO_DATA: /* "the pipe is being closed" */
    case ERROR_PIPE_NOT_CONNECTED: return direction == BROOD__READ ? APR_EOF : APR_EPIPE;
    default: return brood__status_from_os(error);
    }
}

apr_status_t brood__pipe_peek(HANDLE pipe, DWORD *available) {
    *available = 0;
    if (!PeekNamedPipe(pipe, NULL, 0, NULL, available, NULL)) {
        return brood__pipe_error(BROOD__READ, GetLastError());
    }
    return APR_SUCCESS;
}

/* A set event is a hint; only the operation's own status proves that the system is done with
 * our memory. */
static apr_status_t wait_for(OVERLAPPED *operation, brood_os_deadline_t deadline) {
    while (!HasOverlappedIoCompleted(operation)) { /* or the deadline, or an error */
        apr_status_t status = brood__wait_one(operation->hEvent, deadline);
        if (status != APR_SUCCESS || HasOverlappedIoCompleted(operation)) {
            return status;
        }
        ResetEvent(operation->hEvent); /* the status is written before the event is set */
    }
    return APR_SUCCESS;
}

void brood__pipe_take_back(HANDLE pipe, OVERLAPPED *operation) {
    CancelIoEx(pipe, operation);
    while (!HasOverlappedIoCompleted(operation)) { /* ends with the cancellation */
        WaitForSingleObject(operation->hEvent, 1);
    }
}

static apr_status_t finish(HANDLE pipe, brood__direction_t direction,
                           OVERLAPPED *operation, DWORD *done,
                           brood_os_deadline_t deadline) {
    apr_status_t waited = wait_for(operation, deadline);
    if (waited != APR_SUCCESS) {
        brood__pipe_take_back(pipe, operation); /* unless it is completed by now */
    }
    DWORD error = GetOverlappedResult(pipe, operation, done, FALSE) ? 0 : GetLastError();
    if (error == ERROR_OPERATION_ABORTED && waited != APR_SUCCESS) {
        *done = 0;
        return waited;
    }
    if (error != 0) {
        *done = 0;
        return brood__pipe_error(direction, error);
    }
    return APR_SUCCESS;
}

apr_status_t brood__pipe_transfer(HANDLE pipe, brood__direction_t direction, void *bytes,
                                  DWORD size, DWORD *done, brood_os_deadline_t deadline) {
    OVERLAPPED operation;
    *done = 0;
    memset(&operation, 0, sizeof operation);
    operation.hEvent = brood__thread_io_event();
    if (operation.hEvent == NULL) {
        return brood__status_from_os(GetLastError());
    }
    BOOL ended = direction == BROOD__READ
                     ? ReadFile(pipe, bytes, size, done, &operation)
                     : WriteFile(pipe, bytes, size, done, &operation);
    if (ended) {
        return APR_SUCCESS;
    }
    DWORD error = GetLastError();
    if (error != ERROR_IO_PENDING) {
        *done = 0;
        return brood__pipe_error(direction, error);
    }
    return finish(pipe, direction, &operation, done, deadline);
}
