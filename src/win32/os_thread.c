/* Threads of the library's own. */
#include "system.h"
#include "os/thread.h"

#include <stdlib.h>

#define STACK_SIZE ((SIZE_T)256 << 10)

typedef struct task_t {
    void (*run)(void *data);
    void *data;
} task_t;

static DWORD WINAPI run_task(void *data) {
    task_t task = *(task_t *)data;
    free(data);
    task.run(task.data);
    return 0;
}

apr_status_t brood_os_thread_start(void (*run)(void *data), void *data) {
    BROOD_FAULT("os.thread_start");
    task_t *task = malloc(sizeof *task);
    if (task == NULL) {
        return APR_ENOMEM;
    }
    task->run = run;
    task->data = data;
    HANDLE thread = CreateThread(NULL, STACK_SIZE, run_task, task,
                                 STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    if (thread == NULL) {
        apr_status_t status = brood__status_from_os(GetLastError());
        free(task);
        return status;
    }
    CloseHandle(thread);
    return APR_SUCCESS;
}
