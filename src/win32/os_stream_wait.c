/* Waiting for many streams and processes at once, brood_os_wait_any().
 *
 * The system waits for 64 objects at the most. Streams need only one object, however many
 * they are: a read of zero bytes is started on each (see os_stream.c), all with one event.
 * Starting a read resets that event, so the set is looked at once more after the last start;
 * from there on nothing resets it, and any stream that becomes ready sets it. Bells and
 * processes are waited for directly, as many as fit beside the event; for those beyond, the
 * system's pool of waiting threads sets the event. */
#include "system.h"
#include "os/stream.h"
#include "pipe.h"
#include "thread.h"

#include <stdlib.h>

#define DIRECT_MOST (MAXIMUM_WAIT_OBJECTS - 1)

typedef struct helper_t {
    OVERLAPPED read; /* a stream's read of zero bytes */
    HANDLE wait;     /* another object's registration with the pool of waiting threads */
    int is_pending;
} helper_t;

typedef struct waiting_t {
    brood_os_waitable_t *set;
    size_t count;
    helper_t *helpers;                    /* one for each of the set */
    HANDLE objects[MAXIMUM_WAIT_OBJECTS]; /* the event, bells and processes */
    DWORD object_count;
    char nothing; /* where the reads of zero bytes go */
} waiting_t;

static apr_status_t look_at(brood_os_waitable_t *one) {
    HANDLE native = brood__native(one->handle);
    if (one->kind != BROOD_OS_WAIT_STREAM) {
        DWORD result = WaitForSingleObject(native, 0);
        if (result == WAIT_FAILED) {
            return brood__status_from_os(GetLastError());
        }
        one->ready = result == WAIT_OBJECT_0;
        return APR_SUCCESS;
    }
    DWORD available;
    apr_status_t status = brood__pipe_peek(native, &available);
    one->ready = status == APR_EOF || (status == APR_SUCCESS && available > 0);
    return status == APR_EOF ? APR_SUCCESS : status;
}

/* Marks all that are ready. */
static apr_status_t look(brood_os_waitable_t *set, size_t count, int *any) {
    *any = 0;
    for (size_t i = 0; i < count; ++i) {
        set[i].ready = 0;
    }
    for (size_t i = 0; i < count; ++i) {
        if (set[i].handle == BROOD_OS_NO_HANDLE) {
            continue;
        }
        apr_status_t status = look_at(&set[i]);
        if (status != APR_SUCCESS) {
            return status;
        }
        *any |= set[i].ready;
    }
    return APR_SUCCESS;
}

static void WINAPI object_ready(void *event, BOOLEAN timed_out) {
    (void)timed_out;
    SetEvent(event);
}

static apr_status_t start_stream(waiting_t *waiting, size_t i) {
    helper_t *helper = &waiting->helpers[i];
    helper->read.hEvent = waiting->objects[0];
    if (ReadFile(brood__native(waiting->set[i].handle), &waiting->nothing, 0, NULL,
                 &helper->read)) {
        return APR_SUCCESS; /* done at once: seen by the look that follows */
    }
    DWORD error = GetLastError();
    helper->is_pending = error == ERROR_IO_PENDING;
    if (helper->is_pending || brood__pipe_error(BROOD__READ, error) == APR_EOF) {
        return APR_SUCCESS;
    }
    return brood__status_from_os(error);
}

/* The system takes no object twice. */
static int is_waited_for(const waiting_t *waiting, HANDLE object) {
    DWORD i = 0;
    while (i < waiting->object_count && waiting->objects[i] != object) {
        ++i;
    }
    return i < waiting->object_count;
}

static apr_status_t start_object(waiting_t *waiting, size_t i) {
    HANDLE object = brood__native(waiting->set[i].handle);
    if (is_waited_for(waiting, object)) {
        return APR_SUCCESS;
    }
    if (waiting->object_count <= DIRECT_MOST) {
        waiting->objects[waiting->object_count++] = object;
        return APR_SUCCESS;
    }
    if (!RegisterWaitForSingleObject(&waiting->helpers[i].wait, object, object_ready,
                                     waiting->objects[0], INFINITE,
                                     WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD)) {
        return brood__status_from_os(GetLastError());
    }
    return APR_SUCCESS;
}

/* Streams first: each start resets the event, which must not undo what the pool of waiting
 * threads has set. */
static apr_status_t start_all(waiting_t *waiting) {
    static const brood_os_waitable_kind_t order[] = {
        BROOD_OS_WAIT_STREAM, BROOD_OS_WAIT_BELL, BROOD_OS_WAIT_WATCH};
    for (size_t turn = 0; turn < sizeof order / sizeof order[0]; ++turn) {
        for (size_t i = 0; i < waiting->count; ++i) {
            brood_os_waitable_t *one = &waiting->set[i];
            if (one->handle == BROOD_OS_NO_HANDLE || one->kind != order[turn]) {
                continue;
            }
            apr_status_t status = one->kind == BROOD_OS_WAIT_STREAM
                                      ? start_stream(waiting, i)
                                      : start_object(waiting, i);
            if (status != APR_SUCCESS) {
                return status;
            }
        }
    }
    return APR_SUCCESS;
}

/* Takes everything back. Both ways return only when the system is done with our memory. */
static void stop_all(waiting_t *waiting) {
    for (size_t i = 0; i < waiting->count; ++i) {
        helper_t *helper = &waiting->helpers[i];
        if (helper->is_pending) {
            brood__pipe_take_back(brood__native(waiting->set[i].handle), &helper->read);
        }
        if (helper->wait != NULL) {
            UnregisterWaitEx(helper->wait, INVALID_HANDLE_VALUE);
        }
    }
}

/* One round: something may be ready now, or the deadline has passed. */
static apr_status_t wait_once(waiting_t *waiting, brood_os_deadline_t deadline) {
    int any = 0;
    apr_status_t status = start_all(waiting);
    if (status == APR_SUCCESS) {
        status = look(waiting->set, waiting->count, &any);
    }
    if (status == APR_SUCCESS && !any &&
        WaitForMultipleObjects(waiting->object_count, waiting->objects, FALSE,
                               brood__milliseconds_left(deadline)) == WAIT_FAILED) {
        status = brood__status_from_os(GetLastError());
    }
    stop_all(waiting);
    return status;
}

static apr_status_t wait_round(brood_os_waitable_t *set, size_t count,
                               brood_os_deadline_t deadline) {
    waiting_t waiting = {.set = set, .count = count, .object_count = 1};
    waiting.objects[0] = brood__thread_io_event();
    if (waiting.objects[0] == NULL) {
        return brood__status_from_os(GetLastError());
    }
    waiting.helpers = calloc(count == 0 ? 1 : count, sizeof *waiting.helpers);
    if (waiting.helpers == NULL) {
        return APR_ENOMEM;
    }
    ResetEvent(waiting.objects[0]);
    apr_status_t status = wait_once(&waiting, deadline);
    free(waiting.helpers);
    return status;
}

apr_status_t brood_os_wait_any(brood_os_waitable_t *set, size_t count,
                               brood_os_deadline_t deadline) {
    for (size_t i = 0; i < count; ++i) {
        set[i].ready = 0;
    }
    BROOD_FAULT("os.wait_any");
    for (;;) { /* ends with one that is ready, the deadline or an error */
        int any;
        apr_status_t status = look(set, count, &any);
        if (status != APR_SUCCESS || any) {
            return status;
        }
        if (brood__has_passed(deadline)) {
            return APR_TIMEUP;
        }
        status = wait_round(set, count, deadline);
        if (status != APR_SUCCESS) {
            return status;
        }
    }
}
