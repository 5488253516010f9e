/* Records for threads, kept in fiber-local storage because that alone tells of a thread's
 * end without an entry point of a DLL. */
#include "thread.h"

#include <stdlib.h>

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static DWORD slot = FLS_OUT_OF_INDEXES;

static void WINAPI thread_ends(void *value)
{
    brood__thread_t *thread = value;
    if (thread == NULL) {
        return;
    }
    brood__park_thread_ends(thread);
    if (thread->io_event != NULL) {
        CloseHandle(thread->io_event);
    }
    free(thread);
}

static BOOL CALLBACK allocate(INIT_ONCE *guard, void *argument, void **result)
{
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

brood__thread_t *brood__thread_self(void)
{
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
    }
    return thread;
}

HANDLE brood__thread_io_event(void)
{
    brood__thread_t *thread = brood__thread_self();
    if (thread == NULL) {
        return NULL;
    }
    if (thread->io_event == NULL) {
        thread->io_event = CreateEventW(NULL, TRUE, FALSE, NULL);
    }
    return thread->io_event;
}
