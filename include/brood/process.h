/* Process: a C function in another process, with its state.
 *
 *     static int worker(const brood_values_t *state, apr_pool_t *pool) { … return 0; }
 *
 *     brood_process_t *child;
 *     brood_process_create(&child, worker, BROOD_ARGS(7, queue), NULL, pool);
 *     brood_process_start(child);
 *     brood_process_join(child, BROOD_FOREVER);
 *
 * The function is told to the child by the module that holds it, its offset there and the
 * module's build identity; its state travels as values (values.h). Neither depends on what
 * the parent's memory looks like, so the same program runs under every start method:
 *
 * - fork (POSIX): the child is a copy of the parent, made in about the time that copying its
 *   page tables takes. Its open descriptors and its globals are the parent's.
 * - spawn (everywhere): the program is started again; see boot.h. The child has the standard
 *   streams and what its state carries, and no other descriptor or handle.
 * - forkserver (POSIX): a clean server is spawned once and forks each child: fast whatever
 *   the size of the parent. The child is a copy of the server, in which main ran up to
 *   brood_init().
 *
 * The default is fork on POSIX and spawn on Windows, and stays so within a major version. The
 * environment variable BROOD_START_METHOD, brood_set_start_method(), a context (context.h) and
 * the options of one process choose another, the last in that list having the last word.
 * Standard input of a child is empty.
 *
 * A start that fails in the child fails in the parent: brood_process_start() returns when
 * the child has its state and has found its target, and the detail line has its words. */
#ifndef BROOD_PROCESS_H
#define BROOD_PROCESS_H

#include "brood/status.h"
#include "brood/stop.h"
#include "brood/types.h"
#include "brood/values.h"

/* A function that runs in a child.
 * `state` is what the parent packed; `pool` is the child's own and is cleared when it ends, by
 * returning or by exit(), under every method. What it returns is the exit code (POSIX keeps its
 * low 8 bits). */
typedef int brood_target_fn(const brood_values_t *state, apr_pool_t *pool);

typedef enum brood_start_method_t {
    BROOD_START_DEFAULT,
    BROOD_START_FORK,
    BROOD_START_SPAWN,
    BROOD_START_FORKSERVER
} brood_start_method_t;

/* How many start methods there are on any system, BROOD_START_DEFAULT not counted. */
#define BROOD_START_METHODS 3

/* Choices for one process. Begin with BROOD_PROCESS_OPTIONS_INIT. */
typedef struct brood_process_options_t {
    size_t struct_size; /* sizeof: set by BROOD_PROCESS_OPTIONS_INIT */

    /* NULL: the default, "Process-1", "Process-1:2", … */
    const char *name;
    /* BROOD_START_DEFAULT: the program's. */
    brood_start_method_t method;
    /* 1: ends when its creator ends and may have no children; 0: joined at the creator's exit;
     * -1: as the creator is. */
    int daemon;
    /* 1: fork though other threads run here; the caller vouches that they hold no lock the child
     * will need. */
    int allow_threads;
    /* Microseconds until a child that does not answer is killed and the start fails; 0: 60 s. */
    apr_interval_time_t start_timeout;
    /* spawn: another path to this program's image; NULL: the one that runs. It must be the same
     * build. */
    const char *program;
    /* 0: only daemons do, and where the creator was started with 2; 1: ends within a second when
     * its creator ends, however that ends; 2: and so do all processes that it starts, and theirs
     * (family.h). */
    int end_with_parent;
    /* Whose settings stand for what is left open above (context.h); NULL: the program's. */
    brood_context_t *context;
} brood_process_options_t;

#define BROOD_PROCESS_OPTIONS_INIT                                                         \
    {sizeof(brood_process_options_t), NULL, BROOD_START_DEFAULT, -1, 0, 0, NULL, 0, NULL}

BROOD_BEGIN_DECLS

/* Makes a process object. Nothing is started. The state is packed now: later changes of the
 * variables it was made from are not seen.
 *
 * @param process  receives the object; NULL on failure
 * @param target   the function to run
 * @param args     its state: BROOD_ARGS(…) or BROOD_NO_ARGS; handles in it must stay open
 *                 until the start
 * @param options  or NULL for the defaults; copied, and of its context what matters
 * @param pool     owns the object. When it is cleared while the process runs, the object is
 *                 closed and the process goes on; it is still joined at exit.
 * @returns APR_SUCCESS;
 *          APR_EINVAL: target is NULL, or an option out of range (named in the detail);
 *          BROOD_ECLOSED: a handle among the args was closed;
 *          BROOD_ETYPE: a string among the args is not UTF-8.
 * Blocking: never. Threads and processes: pool's rules. Platforms: same everywhere.
 * Like: multiprocessing.Process(target=…, args=…). */
BROOD_API apr_status_t brood_process_create(brood_process_t **process,
                                            brood_target_fn *target, brood_args_t args,
                                            const brood_process_options_t *options,
                                            apr_pool_t *pool);

/* Starts it. When this returns APR_SUCCESS the child has its state and has found its target.
 * When it fails there is no child: one that had answered when the parent failed to read the
 * answer, or was too late with it, is killed. Standard output and error are flushed before a
 * fork.
 *
 * @param process  a process that has not been started
 * @returns APR_SUCCESS;
 *          BROOD_ENOTINIT: brood_init() was not called in this process;
 *          BROOD_EMAINGUARD: the child ended, or tried to start a process itself, before its
 *          main reached brood_init(); or the method needs brood_init(&argc, &argv) and it
 *          was given NULL;
 *          BROOD_ESTARTED: it was started before;
 *          BROOD_ENOTCHILD: the object was made by another process;
 *          BROOD_EDAEMON: this process is a daemon;
 *          BROOD_EMETHOD: this system has no such start method, or BROOD_START_METHOD names
 *          none;
 *          BROOD_ETHREADS: fork with other threads running;
 *          BROOD_ENOTARGET: the target lies in no module (spawn, forkserver), or not in the
 *          child's;
 *          BROOD_EBUILD: the child's image is of another build;
 *          BROOD_ENOTRAVEL: a handle of the state cannot be sent;
 *          BROOD_ECLOSED: a handle of the state has been closed;
 *          BROOD_EBOOT: the child failed in another way, told by the detail line;
 *          BROOD_EPRELOAD: the forkserver's preload function failed, or this process is a
 *          forkserver that runs it;
 *          BROOD_EFULL: the session has no room for another process;
 *          APR_TIMEUP: the child did not answer within start_timeout and was killed;
 *          or the system's own status (no memory, too many processes, no such program).
 * Blocking: until the child answers, at most start_timeout.
 * Threads and processes: one thread at a time for one object; different objects may be
 * started from different threads. Killed in the middle, it leaves no half-born child.
 * Platforms: Windows has spawn only. Under fork the target may be any function pointer.
 * Like: Process.start(), which does not wait for the child's answer. */
BROOD_API apr_status_t brood_process_start(brood_process_t *process);

/* Waits for the process to end and takes its exit code.
 *
 * @param process  a started process of this one
 * @param timeout  microseconds; negative: for ever; 0: looks once
 * @returns APR_SUCCESS: it has ended, also when it had been joined before;
 *          APR_TIMEUP: it still runs;
 *          BROOD_ENOTSTARTED; BROOD_ECLOSED;
 *          BROOD_ENOTCHILD: another process made it;
 *          BROOD_EDEADLOCK: it is the caller itself (a forked child that looks at the object
 *          it was made by).
 * Blocking: as `timeout` says. Threads and processes: several threads may join one process.
 * A foreign reaper (SIGCHLD ignored, wait(-1) elsewhere) costs the exit code, not the join.
 * A child that a debugger traces has ended for its parent when the debugger has seen it.
 * Platforms: same everywhere. Like: Process.join(timeout), which returns None always. */
BROOD_API apr_status_t brood_process_join(brood_process_t *process,
                                          apr_interval_time_t timeout);

/* Whether the process has been started and has not ended.
 *
 * @param process  may be NULL, unstarted or closed: 0
 * @returns 1 or 0; also 0 in a process that did not make it, except for the process itself.
 * Blocking: never. Threads and processes: as brood_process_join(). Platforms: same
 * everywhere. Like: Process.is_alive(). */
BROOD_API int brood_process_is_alive(brood_process_t *process);

/* How the process ended.
 *
 * @param process  a started process of this one
 * @param code     receives what the target returned (0 to 255 on POSIX), or minus the number
 *                 of the signal that killed it; after brood_process_terminate() and
 *                 brood_process_kill() -15 and -9 on every system
 * @returns APR_SUCCESS;
 *          APR_EAGAIN: it still runs, *code is 0;
 *          BROOD_ESTATUSLOST: it has ended and somebody else took its status; *code is 255;
 *          BROOD_ENOTSTARTED, BROOD_ENOTCHILD, BROOD_ECLOSED.
 * Blocking: never. Threads and processes: as brood_process_join(). Platforms: same
 * everywhere. Like: Process.exitcode. */
BROOD_API apr_status_t brood_process_exit_code(brood_process_t *process, int *code);

/* Ends the process as asked by SIGTERM: on POSIX it may catch that, on Windows it is ended.
 * Its own children stay. What it held is released as after any death: locks report the
 * owner's death to the next one, queues keep every message that was put.
 *
 * @param process  a started process of this one
 * @returns APR_SUCCESS, also when it has ended already; BROOD_ENOTSTARTED, BROOD_ENOTCHILD,
 *          BROOD_ECLOSED; or the system's status.
 * Blocking: never; join to see the end. Threads and processes: never hits another process
 * that has the number now. Platforms: exit code -15 everywhere. On macOS and the BSDs the
 * forkserver passes it on to its children: one that is killed at that moment may not.
 * Like: Process.terminate(). */
BROOD_API apr_status_t brood_process_terminate(brood_process_t *process);

/* The same with SIGKILL, which cannot be caught. Exit code -9 on every system.
 *
 * @param process  a started process of this one
 * @returns as brood_process_terminate().
 * Blocking, Threads and processes, Platforms: as brood_process_terminate().
 * Like: Process.kill(). */
BROOD_API apr_status_t brood_process_kill(brood_process_t *process);

/* Sends SIGINT, as Ctrl-C does. A child that neither catches nor ignores it ends with -2.
 *
 * @param process  a started process of this one
 * @returns as brood_process_terminate(); APR_ENOTIMPL on Windows, where nothing is sent: a
 *          process cannot interrupt one other process there. brood_process_ask() works
 *          everywhere.
 * Blocking, Threads and processes: as brood_process_terminate(). Platforms: POSIX.
 * Like: Process.interrupt() of CPython 3.14, which ends a Python child with exit code 1 and is
 * undefined on Windows. */
BROOD_API apr_status_t brood_process_interrupt(brood_process_t *process);

/* Asks the process to end, without force: brood_stop_requested() is 1 there from now on, and
 * its pauses in brood_stop_wait() end. What it does about it is its own affair.
 *
 * @param process  a started process of this one
 * @returns APR_SUCCESS, also when it has ended already or had been asked; BROOD_ENOTSTARTED,
 *          BROOD_ENOTCHILD, BROOD_ECLOSED.
 * Blocking: never. Threads and processes: as brood_process_join(). Platforms: same
 * everywhere. Like: setting an Event that the child was given. */
BROOD_API apr_status_t brood_process_ask(brood_process_t *process);

/* Brings the process to its end by a ladder of steps (stop.h), each with a time of its own;
 * where it has ended, the rest is left out. BROOD_STOP_ASK is brood_process_ask(), the
 * others brood_process_terminate() and brood_process_kill(). A step that fails goes on to the
 * next at once. A process that has been stopped (SIGSTOP) hears no more than a kill.
 *
 * @param process   a started process of this one
 * @param steps     what to do, in this order; NULL with count 0: ask, 5 s; terminate, 5 s;
 *                  kill, and wait for the end
 * @param count     how many, 1 to BROOD_STOP_STEPS_MAX
 * @param ended_by  receives the step after which it ended; BROOD_STOP_NONE when it had ended
 *                  before, or not at all. May be NULL.
 * @returns APR_SUCCESS: it has ended and been joined; its exit code says how;
 *          APR_TIMEUP: the last step's time is over and it runs still;
 *          APR_EINVAL: a step that is none (the detail has its number); nothing was done;
 *          BROOD_ENOTSTARTED, BROOD_ENOTCHILD, BROOD_ECLOSED, BROOD_EDEADLOCK: as
 *          brood_process_join(); or the system's status of the last step that failed.
 * Blocking: at most the sum of the times. Threads and processes: as brood_process_join();
 * killed in the middle, it has taken the steps so far.
 * Platforms: same everywhere. Like: subprocess.Popen.terminate(), wait() and kill() in a row;
 * reproc_stop(). Example: stop_ladder.c */
BROOD_API apr_status_t brood_process_stop(brood_process_t *process,
                                          const brood_stop_step_t *steps, size_t count,
                                          brood_stop_what_t *ended_by);

/* Releases what the object holds. Later use of it is BROOD_ECLOSED. Without it the pool's
 * cleanup does the same.
 *
 * @param process  a process that is not running; a second close is harmless
 * @returns APR_SUCCESS; BROOD_EBUSY: it still runs, nothing was closed; BROOD_ENOTCHILD.
 * Blocking: never. Threads and processes: no other thread may be using the object.
 * Platforms: same everywhere. Like: Process.close(). */
BROOD_API apr_status_t brood_process_close(brood_process_t *process);

/* The process's number.
 *
 * @param process  a process object
 * @returns its number, also after it ended; 0 before the start.
 * Blocking: never. Threads and processes: safe. Platforms: same everywhere. */
BROOD_API int64_t brood_process_pid(const brood_process_t *process);

/* The process's name.
 *
 * @param process  a process object
 * @returns a string that lives as long as the object.
 * Blocking: never. Threads and processes: safe. Platforms: same everywhere. */
BROOD_API const char *brood_process_name(const brood_process_t *process);

/* Gives the process another name.
 *
 * @param process  a process that has not been started
 * @param name     up to 127 bytes; copied
 * @returns APR_SUCCESS; APR_EINVAL: name is NULL or too long; BROOD_ESTARTED: too late;
 *          BROOD_ENOTCHILD, BROOD_ECLOSED; APR_ENOMEM. What brood_process_name() had returned
 *          stays as it was.
 * Blocking: never. Threads and processes: no other thread may be using the object.
 * Platforms: same everywhere. Like: Process.name, which can be set at any time but is told to
 * the child at the start only. */
BROOD_API apr_status_t brood_process_set_name(brood_process_t *process, const char *name);

/* Makes the process a daemon, or not.
 *
 * @param process  a process that has not been started
 * @param daemon   1 or 0
 * @returns APR_SUCCESS; APR_EINVAL: neither 1 nor 0; BROOD_ESTARTED: too late;
 *          BROOD_ENOTCHILD, BROOD_ECLOSED.
 * Blocking: never. Threads and processes: no other thread may be using the object.
 * Platforms: same everywhere. Like: Process.daemon. */
BROOD_API apr_status_t brood_process_set_daemon(brood_process_t *process, int daemon);

/* Whether the process is, or will be, a daemon.
 *
 * @param process  may be NULL: 0
 * @returns 1 or 0.
 * Blocking: never. Threads and processes: safe. Platforms: same everywhere.
 * Like: Process.daemon. */
BROOD_API int brood_process_daemon(const brood_process_t *process);

/* Writes in one line what is known of a process, for people:
 * "<Process name='Process-1' pid=12 parent=11 stopped exitcode=-SIGTERM daemon>". The state is
 * initial, started, stopped, closed, or unknown in a process that did not make it. An exit
 * code that is lost is left out.
 *
 * @param process  may be NULL
 * @param buffer   receives the line, cut to its size and always terminated; may be NULL when
 *                 size is 0
 * @param size     in bytes
 * @returns the length of the whole line without its end, as snprintf does.
 * Blocking: never. Threads and processes: as brood_process_join(). Platforms: same everywhere.
 * Like: repr() of a Process. */
BROOD_API size_t brood_process_describe(brood_process_t *process, char *buffer,
                                        size_t size);

/* A kernel object that becomes ready when the process has ended: poll a descriptor for
 * reading, or wait for a HANDLE. It belongs to the object: do not read from or close it.
 *
 * @param process   a started process of this one
 * @param sentinel  receives it
 * @returns APR_SUCCESS; BROOD_ENOTSTARTED, BROOD_ENOTCHILD, BROOD_ECLOSED; APR_ENOTIMPL where
 *          the system has no such object for a child of this method.
 * Blocking: never. Threads and processes: valid until the object is closed.
 * Platforms: a descriptor on POSIX, a HANDLE on Windows. Like: Process.sentinel. */
BROOD_API apr_status_t brood_process_sentinel(brood_process_t *process,
                                              brood_native_t *sentinel);

/* The processes that this one started and that have not ended; those that have are joined on
 * the way.
 *
 * @param children  receives an array in `pool` of pointers, in the order of their start
 * @param count     receives how many
 * @param pool      for the array; the processes live in their own pools
 * @returns APR_SUCCESS.
 * Blocking: never. Threads and processes: any thread. Platforms: same everywhere.
 * Like: multiprocessing.active_children(). */
BROOD_API apr_status_t brood_active_children(brood_process_t ***children, size_t *count,
                                             apr_pool_t *pool);

/* Chooses the start method of this program, for processes whose options and context leave it
 * open. It may be chosen again at any time, which holds for starts from then on: a library
 * leaves the choice to the program and uses a context.
 *
 * @param method  BROOD_START_DEFAULT takes the choice back
 * @returns APR_SUCCESS; BROOD_EMETHOD: this system has no such method.
 * Blocking: never. Threads and processes: call it before other threads start processes.
 * Children inherit the choice. Platforms: Windows has spawn only.
 * Like: multiprocessing.set_start_method(force=True). */
BROOD_API apr_status_t brood_set_start_method(brood_start_method_t method);

/* The method that a process with open options would be started by now: what was set, else
 * BROOD_START_METHOD, else the platform's default.
 *
 * @param method  receives it
 * @returns APR_SUCCESS; BROOD_EMETHOD: BROOD_START_METHOD has a value that names none.
 * Blocking: never. Threads and processes: safe. Platforms: default fork on POSIX, spawn on
 * Windows. Like: multiprocessing.get_start_method(). */
BROOD_API apr_status_t brood_get_start_method(brood_start_method_t *method);

/* Whether this system has a start method.
 *
 * @param method  any
 * @returns 1 or 0.
 * Blocking: never. Threads and processes: safe. Platforms: Windows has spawn only.
 * Like: multiprocessing.get_all_start_methods(). */
BROOD_API int brood_has_start_method(brood_start_method_t method);

/* The start methods of this system, the platform's default first.
 *
 * @param methods   receives them; may be NULL when capacity is 0
 * @param capacity  how many fit there; there are never more than BROOD_START_METHODS
 * @returns how many there are, also when fewer fitted.
 * Blocking: never. Threads and processes: safe. Platforms: fork, spawn, forkserver on POSIX;
 * spawn on Windows. Like: multiprocessing.get_all_start_methods(). */
BROOD_API size_t brood_get_all_start_methods(brood_start_method_t *methods, size_t capacity);

/* The name of a start method: "fork", "spawn", "forkserver" or "default".
 *
 * @param method  any
 * @returns a string that lives for ever, or NULL for a number that is none.
 * Blocking: never. Threads and processes: safe. Platforms: same everywhere. */
BROOD_API const char *brood_start_method_name(brood_start_method_t method);

/* The start method of a name.
 *
 * @param name    "fork", "spawn", "forkserver" or "default"
 * @param method  receives it
 * @returns APR_SUCCESS; BROOD_EMETHOD: no method has that name (the detail names it).
 * Blocking: never. Threads and processes: safe. Platforms: knows all names everywhere. */
BROOD_API apr_status_t brood_start_method_parse(const char *name,
                                                brood_start_method_t *method);

BROOD_END_DECLS

#endif
