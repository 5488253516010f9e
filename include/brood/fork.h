/* Fork: the bare calls of POSIX, for programs that are written around them.
 *
 *     int64_t pid;
 *     brood_fork(&pid);                    twice from here on
 *     if (pid == 0) {
 *         … the child …
 *         brood_exit_now(0);
 *     }
 *     brood_fork_wait(NULL, NULL, pid, 0, BROOD_FOREVER);
 *
 * A process of a function (process.h) does more for less: it is joined at exit, has a name and
 * a state, flushes standard output first, refuses to copy a process with threads, and runs on
 * Windows. This header is for what has no function to call: code that goes on in both
 * processes, as os.fork(), os._exit(), os.wait() and os.waitid() let it.
 *
 * What such a child is to Brood: a process of the session like any other. It uses the locks,
 * queues and all else that its parent had made; when it dies, what it held is released as after
 * any death. It has its parent's name and is a daemon if its parent is one. It is not one of
 * brood_active_children(), is not joined or ended when its parent ends, and leaves no trace in
 * it: what its parent had started are not its children. A child made by the system's own fork()
 * is the same, but only the system can wait for it.
 *
 * What the system has copied is the whole process, not the code behind the call: memory, open
 * descriptors with their positions, and what stdio has not yet written. Flush before, or the
 * child's exit() writes it a second time. Only the calling thread is there in the child; what
 * others held in malloc or stdio stays held. Which of the two runs first is open. */
#ifndef BROOD_FORK_H
#define BROOD_FORK_H

#include "brood/status.h"
#include "brood/types.h"

/* For brood_fork_wait(): tell how it ended and leave it, as waitid() with WNOWAIT. */
#define BROOD_FORK_PEEK 1u

BROOD_BEGIN_DECLS

/* Copies this process.
 *
 * @param pid  receives 0 in the child and the child's number in the parent; -1 on failure
 * @returns APR_SUCCESS, twice: in the parent and in the child;
 *          BROOD_EMETHOD: this system has no fork;
 *          BROOD_EFULL: the session has no room for another process;
 *          APR_EAGAIN or APR_ENOMEM: the system's limits; nothing was copied.
 *          A child that finds no place in the session says so on standard error and ends with
 *          exit code 1; that needs a damaged session.
 * Blocking: never, but for the functions that are registered with brood_at_fork(), which run.
 * Nothing is flushed.
 * Threads and processes: any thread, also beside others, whose locks the child must not need.
 * Signals are blocked while the child becomes a process of its own. Does not need brood_init().
 * Platforms: POSIX; BROOD_EMETHOD on Windows. Like: fork(2), os.fork(). */
BROOD_API apr_status_t brood_fork(int64_t *pid);

/* Waits for a child that brood_fork() made here to end, and reaps it. Children that Brood
 * started or that another part of the program made are never touched, which wait(-1) would.
 *
 * @param ended      receives the number of the one that has ended, 0 if none; may be NULL
 * @param exit_code  receives how: its exit code, 0 to 255, or minus the number of the signal
 *                   that killed it; may be NULL
 * @param pid        that child, or 0: whichever ends first
 * @param flags      0, or BROOD_FORK_PEEK: it stays a zombie, and can be waited for again
 * @param timeout    microseconds; negative: for ever; 0: looks once
 * @returns APR_SUCCESS;
 *          APR_TIMEUP: none has ended;
 *          BROOD_ENOTCHILD: there is no such child, or none left to wait for: what ECHILD is to
 *          wait(2). A loop over all children ends with it;
 *          BROOD_ESTATUSLOST: one has ended and somebody else took its status (SIGCHLD ignored,
 *          wait(-1) elsewhere): *ended says which, *exit_code is 255;
 *          BROOD_EMETHOD: this system has no fork;
 *          APR_EINVAL: a negative pid or unknown flags.
 * Blocking: as `timeout` says. One that another thread forks meanwhile is seen within 50 ms.
 * Threads and processes: any number of threads; each end is reaped by one of them. A child has
 * no children from before its fork.
 * Platforms: POSIX; BROOD_EMETHOD on Windows.
 * Like: wait(2), waitid(2), os.wait(), os.waitpid(), and a shell's `wait` and `wait -n`. */
BROOD_API apr_status_t brood_fork_wait(int64_t *ended, int *exit_code, int64_t pid,
                                       unsigned flags, apr_interval_time_t timeout);

/* Ends this process here and now: no exit handler runs, nothing is flushed, no child is waited
 * for. It is how a child of brood_fork() leaves, whose exit handlers and unwritten output are
 * its parent's. Daemons that it has started end, other children go on, and what it holds is
 * released as after any death.
 *
 * @param code  the exit code; POSIX keeps its low 8 bits
 * Blocking: never; does not return. Threads and processes: any thread. Platforms: same
 * everywhere. Like: _exit(2), os._exit(), TerminateProcess() on oneself. */
BROOD_API void brood_exit_now(int code);

BROOD_END_DECLS

#endif
