/* Processes on a system that has only this one. */
#include "os/process.h"
#include <stdlib.h>

apr_status_t brood_os_process_start(brood_os_process_t *process,
                                    const brood_os_start_t *start,
                                    brood_os_start_step_t *step) {
    const brood_os_process_t none = BROOD_OS_PROCESS_INIT;

    (void)start;
    *process = none;
    *step = BROOD_OS_START_PREPARE;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_process_replace(const brood_os_start_t *start,
                                      brood_os_start_step_t *step) {
    (void)start;
    *step = BROOD_OS_START_PREPARE;
    return APR_ENOTIMPL;
}

int brood_os_has_fork(void) {
    return 0;
}

apr_status_t brood_os_process_fork(brood_os_process_t *process) {
    const brood_os_process_t none = BROOD_OS_PROCESS_INIT;

    *process = none;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_process_wait(brood_os_process_t *process,
                                   brood_os_deadline_t deadline, brood_os_exit_t *how) {
    (void)process;
    (void)deadline;
    how->signaled = how->code = 0;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_process_peek(const brood_os_process_t *process,
                                   brood_os_exit_t *how) {
    (void)process;
    how->signaled = how->code = 0;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_process_signal(brood_os_process_t *process, brood_os_end_t how) {
    (void)process;
    (void)how;
    return APR_ENOTIMPL;
}

void brood_os_process_close(brood_os_process_t *process) {
    process->handle = BROOD_OS_NO_HANDLE;
    process->pid = 0;
}

brood_os_handle_t brood_os_process_watch(const brood_os_process_t *process) {
    (void)process;
    return BROOD_OS_NO_HANDLE;
}

unsigned brood_os_thread_count(void) {
    return 0;
}

void brood_os_exit_now(int code) {
    _Exit(code);
}

void brood_os_kill_self(void) {
    _Exit(137); /* 128 + 9, as a shell says it */
}

void brood_os_stop_self(void) {
}

apr_status_t brood_os_at_exit(void (*function)(int code)) {
    (void)function;
    return APR_ENOTIMPL;
}

void brood_os_interrupt_ignore(int ignored) {
    (void)ignored;
}

apr_status_t brood_os_at_fork_child(void (*child)(void)) {
    (void)child;
    return APR_ENOTIMPL;
}
