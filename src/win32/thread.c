/* Records for threads, kept in fiber-local storage because that alone tells of a thread's
 * end without an entry point of a DLL. */
#include "thread.h"

#include <stdlib.h>

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static DWORD slot = FLS_OUT_OF_INDEXES;

static SRWLOCK list_guard = SRWLOCK_INIT;
static brood__thread_t *first;

static void list_add(brood__thread_t *thread) {
    AcquireSRWLockExclusive(&list_guard);
    thread->next = first;
    first = thread;
    ReleaseSRWLockExclusive(&list_guard);
}

static void list_remove(const brood__thread_t *thread) {
    AcquireSRWLockExclusive(&list_guard);
    brood__thread_t **link = &first;
    while (*link != NULL && *link != thread) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = thread->next;
    }
    ReleaseSRWLockExclusive(&list_guard);
}

int brood__thread_keeps(HANDLE handle) {
    int found = 0;
    AcquireSRWLockShared(&list_guard);
    for (const brood__thread_t *at = first; at != NULL && !found; at = at->next) {
        found = at->io_event == handle || at->park_event == handle;
    }
    ReleaseSRWLockShared(&list_guard);
    return found;
}

/* At the end of the process other threads were stopped wherever they were, perhaps with our
 * locks held, and shared memory may be in any state: then everything is left to the system. */
static int is_process_ending(void) {
    typedef BOOLEAN(NTAPI * query_t)(void);
    query_t query = (query_t)(void (*)(void))brood__ntdll("RtlDllShutdownInProgress");
    return query != NULL && query();
}

static void WINAPI thread_ends(void *value) {
    brood__thread_t *thread = value;
    if (thread == NULL || is_process_ending()) {
        return;
    }
    list_remove(thread);
    brood__park_thread_ends(thread);
    if (thread->io_event != NULL) {
        CloseHandle(thread->io_event);
    }
    free(thread);
}

static BOOL CALLBACK allocate(INIT_ONCE *guard, void *argument, void **result) {
    HMODULE self;
    (void)guard;
    (void)argument;
    (void)result;
    /* The callback must outlive every thread: the module that holds it stays. */
    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN |
                                GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                            (const wchar_t *)(const void *)&slot, &self)) {
        return FALSE;
    }
    slot = FlsAlloc(thread_ends);
    return slot != FLS_OUT_OF_INDEXES;
}

brood__thread_t *brood__thread_self(void) {
    if (!InitOnceExecuteOnce(&once, allocate, NULL, NULL)) {
        return NULL;
    }
    brood__thread_t *thread = FlsGetValue(slot);
    if (thread != NULL) {
        return thread;
    }
    thread = calloc(1, sizeof *thread);
    if (thread != NULL && !FlsSetValue(slot, thread)) {
        free(thread);
        thread = NULL;
    }
    if (thread == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    list_add(thread);
    return thread;
}

HANDLE brood__thread_io_event(void) {
    brood__thread_t *thread = brood__thread_self();
    if (thread == NULL) {
        return NULL;
    }
    if (thread->io_event == NULL) {
        thread->io_event = CreateEventW(NULL, TRUE, FALSE, NULL);
    }
    return thread->io_event;
}
