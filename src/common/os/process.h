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
    BROOD_OS_START_PREPARE,   /* the arguments, the environment, memory */
    BROOD_OS_START_DIRECTORY, /* the working directory */
    BROOD_OS_START_STREAMS,   /* putting the standard streams in place */
    BROOD_OS_START_GROUP,     /* the process group, or the tie to this process's life */
    BROOD_OS_START_EXECUTE    /* creating the process or loading the image */
} brood_os_start_step_t;

/* How many standard streams a process has. */
#define BROOD_OS_STANDARD 3

/* In brood_os_start_t.standard: this process's own stream of that number. A closed one is
 * closed in the child, too. */
#define BROOD_OS_OWN_STREAM ((brood_os_handle_t)-2)

/* What to start. Zero means: environment, directory and standard streams of the parent. All
 * handles stay the caller's. `boot` has to be set, to BROOD_OS_NO_HANDLE for none.
 *
 * A given stream should be one that blocks: a stranger does not expect another. POSIX keeps
 * that with the open file, which parent and child share, so a descriptor that somebody has made
 * non-blocking arrives so. On Windows an overlapped handle arrives as one that most programs
 * cannot use. brood_os_stream_pipe_for() makes ends that are right.
 *
 * Signals (POSIX): none is blocked in the child; those that this process handles, and SIGPIPE,
 * SIGCHLD and SIGXFSZ, are as the system has them; others that are ignored stay ignored (nohup
 * means its whole tree). */
typedef struct brood_os_start_t {
    const char *image; /* path of the program; it is not searched for. A relative one means a
                          file here, whatever `directory` says */
    const char *const *argv;        /* NULL-terminated; argv[0] is the name it is told */
    const char *command_line;       /* Windows: in place of argv, as it is; POSIX: not looked at */
    const char *const *environment; /* NULL-terminated "NAME=value", or NULL: the parent's. On
                                       Windows SystemRoot is added when it is not there: hardly
                                       a program starts without */
    const char *directory;          /* or NULL */
    int null_stdin; /* 1: standard input reads as empty. Not looked at with `standard`. */
    const brood_os_handle_t *standard; /* the child's standard streams 0, 1 and 2, or NULL: those
                                          of the parent. BROOD_OS_NO_HANDLE: the empty device.
                                          The same handle may be there twice, and any of them
                                          may lie on any number. */
    int new_group;       /* 1: a process group of its own, which the terminal's signals miss */
    int end_with_parent; /* 1: the kernel ends it (and not what it starts) when this process
                            ends, however that ends. APR_ENOTIMPL where the kernel does not do
                            that (macOS, NetBSD, OpenBSD). Linux: lost when it executes a
                            program that has set-user-id or capabilities.
                            2: and what it starts, where the kernel knows (Windows); else as 1 */
    int batch_file; /* 1: `image` may be a .bat or .cmd file, read by cmd.exe. Windows only;
                       without it such an image is APR_EINVAL, for cmd.exe reads the arguments
                       a second time. With it arguments that no quoting keeps whole (a double
                       quote, %, a line end or another control character) are APR_EINVAL. */
    brood_os_handle_t boot;  /* inherited by the child; BROOD_OS_NO_HANDLE: none */
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
    BROOD_OS_CONTINUE,  /* SIGCONT; Windows: resumes them */
    BROOD_OS_INTERRUPT  /* SIGINT; Windows: APR_ENOTIMPL */
} brood_os_end_t;

/* Starts a program. The child has the standard streams, the boot stream, and no other
 * handle of this process, however many are open here and whatever their flags. Arguments
 * arrive byte for byte; on Windows, as UTF-16: what is not valid UTF-8 is APR_EINVAL. *step
 * says where a failure happened; a failed start leaves no process, handle or memory behind.
 * ENOENT in step EXECUTE: no such file, or the interpreter that it names is missing; E2BIG (on
 * Windows as well): arguments and environment, or the command line, too long. */
apr_status_t brood_os_process_start(brood_os_process_t *process,
                                    const brood_os_start_t *start,
                                    brood_os_start_step_t *step);

/* Puts the program in the place of this one, which is over then: no exit handler runs, nothing
 * is flushed. It has the standard streams as `start` says and no other handle of this process.
 * Returns only when it failed; this process is as it was then. end_with_parent and boot are
 * APR_EINVAL.
 * POSIX: execve(2): the same pid; other threads end. Windows has no such thing: the program is
 * started (and ended by the system when this process is), waited for, and this process ends
 * with its exit code. Whoever waits for this process sees no difference but the pid. */
apr_status_t brood_os_process_replace(const brood_os_start_t *start,
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

/* Registers a function for this process's exit(), to run before all that have been registered so
 * far, and with the exit code. APR_ENOTIMPL where the system does not tell that code. */
apr_status_t brood_os_at_exit(void (*function)(int code));

/* Ends this process as from outside (SIGKILL; TerminateProcess reported as signal 9). */
void brood_os_kill_self(void);

/* Stops this process as from outside (SIGSTOP), until somebody continues it. On Windows the
 * calling thread suspends itself. */
void brood_os_stop_self(void);

/* 1: the terminal's interrupt (SIGINT) does nothing to this process from now on; 0: what it did
 * before. Not for two threads at once. Does nothing on Windows. */
void brood_os_interrupt_ignore(int ignored);

/* Registers a function to run in a child made by a plain fork(2) that did not go through
 * brood_os_process_fork(). Does nothing where there is no fork. */
apr_status_t brood_os_at_fork_child(void (*child)(void));

#endif
