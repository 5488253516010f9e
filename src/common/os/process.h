/* Processes as the kernel has them: start, fork, wait, end. */
#ifndef BROOD_OS_PROCESS_H
#define BROOD_OS_PROCESS_H

#include "os/types.h"

/* A child of this process. */
typedef struct brood_os_process_t {
    int64_t pid;              /* 0 when there is none */
    brood_os_handle_t handle; /* pidfd or process HANDLE; BROOD_OS_NO_HANDLE where the
                                 system has neither */
} brood_os_process_t;

#define BROOD_OS_PROCESS_INIT {0, BROOD_OS_NO_HANDLE}

/* Where a start failed, for the message. */
typedef enum brood_os_start_step_t {
    BROOD_OS_START_NONE,
    BROOD_OS_START_PREPARE,   /* duplicating handles, building the command line */
    BROOD_OS_START_DIRECTORY, /* the working directory */
    BROOD_OS_START_EXECUTE    /* creating the process or loading the image */
} brood_os_start_step_t;

/* How many standard streams a process has. */
#define BROOD_OS_STANDARD 3

/* What to start. Zero means: environment, directory and standard streams of the parent,
 * no boot stream. */
typedef struct brood_os_start_t {
    const char *image;              /* path of the program */
    const char *const *argv;        /* NULL-terminated; argv[0] is the name it is told */
    const char *command_line;       /* Windows: in place of argv, as it is; POSIX: not looked at */
    const char *const *environment; /* NULL-terminated "NAME=value", or NULL */
    const char *directory;          /* or NULL */
    int null_stdin;                 /* 1: standard input reads as empty */
    const brood_os_handle_t *standard; /* the child's standard streams 0, 1 and 2, or NULL: those
                                          of the parent. BROOD_OS_NO_HANDLE: the empty device.
                                          The same handle may be there twice. */
    int new_group;          /* 1: a process group of its own, which the terminal's signals miss */
    int end_with_parent;    /* 1: the kernel ends it when this process ends, however that ends */
    brood_os_handle_t boot; /* inherited by the child; BROOD_OS_NO_HANDLE: none */
    const char *boot_option; /* with `boot`: the child's number of it is appended to the arguments
                                as one more, "<boot_option><number>" */
} brood_os_start_t;

/* How a child ended. */
typedef struct brood_os_exit_t {
    int signaled; /* 1: `code` is the number of the signal that killed it */
    int code;     /* else the exit code: 0 to 255 on POSIX, any 32 bits on Windows */
} brood_os_exit_t;

/* How to end one. */
typedef enum brood_os_end_t {
    BROOD_OS_TERMINATE, /* SIGTERM; Windows: TerminateProcess, reported as signal 15 */
    BROOD_OS_KILL,      /* SIGKILL; Windows: TerminateProcess, reported as signal 9 */
    BROOD_OS_STOP,      /* SIGSTOP; Windows: suspends the process's threads */
    BROOD_OS_CONTINUE   /* SIGCONT; Windows: resumes them */
} brood_os_end_t;

/* Starts a program. The child has the standard streams, the boot stream, and no other
 * handle of this process, however many are open here and whatever their flags. Arguments
 * arrive byte for byte. *step says where a failure happened; a failed start leaves nothing
 * behind. */
apr_status_t brood_os_process_start(brood_os_process_t *process,
                                    const brood_os_start_t *start,
                                    brood_os_start_step_t *step);

/* Whether brood_os_process_fork() can work here: 1 or 0. */
int brood_os_has_fork(void);

/* Copies this process, as fork(2). In the child process->pid is 0 and its handle is none;
 * only the calling thread exists there. APR_ENOTIMPL on Windows. */
apr_status_t brood_os_process_fork(brood_os_process_t *process);

/* Waits for this child to end and reaps it. Looks at this child only, never at others.
 * APR_TIMEUP: it runs. APR_ECHILD-like end: BROOD_ESTATUSLOST when somebody else reaped it
 * (or the system discards children), with *how zero: it has ended, how is not known. */
apr_status_t brood_os_process_wait(brood_os_process_t *process, brood_os_deadline_t deadline,
                                   brood_os_exit_t *how);

/* Looks whether this child has ended, and how, and leaves it to be waited for: a zombie on POSIX.
 * APR_TIMEUP and BROOD_ESTATUSLOST as in brood_os_process_wait(). */
apr_status_t brood_os_process_peek(const brood_os_process_t *process, brood_os_exit_t *how);

/* Ends, stops or continues a child that has not been reaped. A child that has ended already
 * is APR_SUCCESS and no one is hit. */
apr_status_t brood_os_process_signal(brood_os_process_t *process, brood_os_end_t how);

/* Lets go of the handle; the process goes on. Sets pid to 0. */
void brood_os_process_close(brood_os_process_t *process);

/* A handle to wait on beside others with kind BROOD_OS_WAIT_WATCH: ready when the process
 * has ended. It belongs to the process object. BROOD_OS_NO_HANDLE where there is none. */
brood_os_handle_t brood_os_process_watch(const brood_os_process_t *process);

/* How many threads this process has; 0 when the system does not say. */
unsigned brood_os_thread_count(void);

/* Ends this process at once: no exit handlers, no flushing. */
void brood_os_exit_now(int code);

/* Ends this process as from outside (SIGKILL; TerminateProcess reported as signal 9). */
void brood_os_kill_self(void);

/* Stops this process as from outside (SIGSTOP), until somebody continues it. On Windows the
 * calling thread suspends itself. */
void brood_os_stop_self(void);

/* Registers a function to run in a child made by a plain fork(2) that did not go through
 * brood_os_process_fork(). Does nothing where there is no fork. */
apr_status_t brood_os_at_fork_child(void (*child)(void));

#endif
