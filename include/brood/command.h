/* Command: other programs, started from a list of arguments and without a shell.
 *
 *     static const char *const argv[] = {"git", "rev-parse", "HEAD", NULL};
 *     brood_command_result_t result;
 *     status = brood_command_run(&result, argv, NULL, apr_time_from_sec(10), pool);
 *     if (status == APR_SUCCESS && result.code == 0) { … result.output.data … }
 *
 * That is the short way: start, capture what it prints, wait, and give up after ten seconds. The
 * long way has an object, which is started, talked to through pipes and waited for:
 *
 *     brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
 *     options.output = brood_stdio_pipe();
 *     brood_command_create(&command, argv, &options, pool);
 *     brood_command_start(command);
 *     while (brood_command_read_line(command, BROOD_STDOUT, line, sizeof line, &size,
 *                                    BROOD_FOREVER) == APR_SUCCESS) { … }
 *     brood_command_join(command, BROOD_FOREVER);
 *     brood_command_exit_code(command, &code);
 *
 * A program gets the arguments as they are, byte for byte, on Windows too (there as UTF-8 that
 * arrives as UTF-16). It gets the three standard streams that the options say and no other
 * descriptor or handle of this process. A start that fails (no such program, not executable, no
 * such directory, too many arguments) is a status of brood_command_start(), with the step that
 * failed beside it; it leaves no process, no zombie and no descriptor behind.
 *
 * Standard streams. Each is inherited unless the options say something else: nothing
 * (brood_stdio_null), a file, a pipe to this process, a pipe to another command (pipelines), a
 * capture that is kept up to a limit, bytes given beforehand, a connection, or a native handle.
 * What is captured, and what bytes are given, is moved while a call waits for the command:
 * join, communicate, read, write, stop, brood_command_wait_all(), brood_command_wait_any(). No
 * thread is started and no file is made for it. Those calls cannot deadlock on a full pipe, but
 * for pipes that only the caller can empty: a program that prints into a brood_stdio_pipe()
 * waits until somebody reads.
 *
 * Ends. A command is not a child in the sense of process.h: it is not joined when this program
 * exits, is not among brood_active_children(), and goes on when its object is closed or its pool
 * is cleared (as with CPython's Popen). Then it is reaped at some later start, so that no zombie
 * stays for long. options.end_with_parent ties it to this process's life; options.join_at_exit
 * has it waited for. brood_init() is not needed for commands. A process that is forked, by
 * brood_process_start(), brood_fork() or a fork(2) of the program's own, has none of the pipes of
 * its parent's commands.
 *
 * One thread at a time uses one command; but any thread may terminate, kill or interrupt it
 * meanwhile, and ask whether it is alive. What another thread uses is BROOD_EBUSY for every other
 * call; so is, for other threads, what this program waits for at its end (options.join_at_exit).
 * Whoever clears its pool waits for that end. Different commands are independent. */
#ifndef BROOD_COMMAND_H
#define BROOD_COMMAND_H

#include "brood/status.h"
#include "brood/stop.h"
#include "brood/types.h"
#include "brood/values.h"

/* The standard streams, where a function needs one to be named. */
typedef enum brood_stream_t {
    BROOD_STDIN,  /* its standard input: we write */
    BROOD_STDOUT, /* its standard output: we read */
    BROOD_STDERR  /* its standard error: we read */
} brood_stream_t;

typedef enum brood_stdio_kind_t {
    BROOD_STDIO_INHERIT,    /* this process's own */
    BROOD_STDIO_NULL,       /* reads as empty, takes everything */
    BROOD_STDIO_READ,       /* a file that exists, by its path (input) */
    BROOD_STDIO_CREATE,     /* a file, made or emptied (output, error) */
    BROOD_STDIO_APPEND,     /* a file, made or gone on with (output, error) */
    BROOD_STDIO_PIPE,       /* a pipe whose other end this process has */
    BROOD_STDIO_CAPTURE,    /* kept in memory up to a limit (output, error) */
    BROOD_STDIO_BYTES,      /* these bytes, then the end (input) */
    BROOD_STDIO_OUTPUT_OF,  /* what another command prints (input) */
    BROOD_STDIO_AS_OUTPUT,  /* where standard output goes (error) */
    BROOD_STDIO_CONNECTION, /* the stream of a connection, from now on without messages */
    BROOD_STDIO_NATIVE      /* a descriptor or HANDLE */
} brood_stdio_kind_t;

/* What one standard stream is. Made by the functions below; zero is BROOD_STDIO_INHERIT. */
typedef struct brood_stdio_t {
    brood_stdio_kind_t kind;
    const char *path;               /* of a file, UTF-8 */
    const void *data;               /* BROOD_STDIO_BYTES */
    size_t size;                    /* of the data; of a capture: its limit */
    brood_command_t *command;       /* BROOD_STDIO_OUTPUT_OF */
    brood_connection_t *connection; /* BROOD_STDIO_CONNECTION */
    brood_native_t native;          /* BROOD_STDIO_NATIVE */
} brood_stdio_t;

/* What options.variables means. */
typedef enum brood_environment_t {
    /* This process's environment with changes: "NAME=value" sets, "NAME" alone removes. */
    BROOD_ENVIRONMENT_EDIT,
    /* These "NAME=value" and no others. */
    BROOD_ENVIRONMENT_REPLACE
} brood_environment_t;

/* How much brood_command_run() without options keeps of each output, in bytes. */
#define BROOD_CAPTURE_LIMIT ((size_t)64 << 20)

/* Choices for one command. Begin with BROOD_COMMAND_OPTIONS_INIT, which means: the program is
 * argv[0], searched for; everything is inherited. All that is pointed to is copied, but for the
 * command, the connection and the native handle of a stream. */
typedef struct brood_command_options_t {
    size_t struct_size; /* sizeof: set by BROOD_COMMAND_OPTIONS_INIT */

    /* The file to run, when it is not argv[0]. */
    const char *program;
    /* 1: a name without a "/" is a file in the working directory. 0: it is searched for in the
     * PATH that the command will have. */
    int no_search;

    /* Its working directory; NULL: this process's. Relative paths of the program and of files
     * are still meant from here. */
    const char *directory;

    brood_environment_t environment;
    const char *const *variables; /* NULL-terminated; NULL: inherited as it is */

    brood_stdio_t input, output, error;

    /* 1: a process group of its own: Ctrl-C in the terminal misses it. */
    int new_group;
    /* 1: killed when this process ends, however that ends. Where the system cannot do that, the
     * start is APR_ENOTIMPL. 0: not, but in a tree that ends as a whole (process.h) it is if it
     * can be. */
    int end_with_parent;
    /* 1: waited for when this program ends, as a child of process.h is. */
    int join_at_exit;

    /* Windows: 1: a .bat or .cmd file may be run. */
    int allow_scripts;
    /* Windows: the whole command line, in place of argv, which then only names the program. Not
     * looked at elsewhere. */
    const char *command_line;

    /* What brood_command_run() does when its time is over; NULL: terminate, 2 seconds, kill. */
    const brood_stop_step_t *steps;
    size_t step_count;
} brood_command_options_t;

#define BROOD_STDIO_INIT \
    { BROOD_STDIO_INHERIT, NULL, NULL, 0, NULL, NULL, 0 }
#define BROOD_COMMAND_OPTIONS_INIT                                                    \
    {                                                                                 \
        sizeof(brood_command_options_t), NULL, 0, NULL, BROOD_ENVIRONMENT_EDIT, NULL, \
            BROOD_STDIO_INIT, BROOD_STDIO_INIT, BROOD_STDIO_INIT, 0, 0, 0, 0, NULL,   \
            NULL, 0                                                                   \
    }

/* Where a start failed. */
typedef enum brood_command_step_t {
    BROOD_STEP_NONE,      /* nowhere: it has not been tried, or it went well */
    BROOD_STEP_PREPARE,   /* arguments, environment, memory */
    BROOD_STEP_SEARCH,    /* finding the program, and whether it may be executed */
    BROOD_STEP_STREAMS,   /* opening files and pipes */
    BROOD_STEP_DIRECTORY, /* the working directory */
    BROOD_STEP_GROUP,     /* the process group, or the tie to this process's life */
    BROOD_STEP_EXECUTE    /* making the process, or loading the program */
} brood_command_step_t;

/* What became of brood_command_run(). The bytes belong to the pool that was given. */
typedef struct brood_command_result_t {
    int code;                   /* as brood_command_exit_code() */
    int64_t pid;                /* 0: there was no process */
    brood_command_step_t step;  /* of a start that failed */
    brood_stop_what_t ended_by; /* the step of the ladder that ended it; BROOD_STOP_NONE: none */
    brood_bytes_t output;       /* captured; followed by a zero byte that is not counted */
    brood_bytes_t error;
    int output_cut;             /* 1: there was more than the limit */
    int error_cut;
} brood_command_result_t;

BROOD_BEGIN_DECLS

/* ---- what a stream is ------------------------------------------------------------------- */

static inline brood_stdio_t brood_stdio_of(brood_stdio_kind_t kind) {
    brood_stdio_t stdio = BROOD_STDIO_INIT;
    stdio.kind = kind;
    return stdio;
}

static inline brood_stdio_t brood_stdio_file(brood_stdio_kind_t kind, const char *path) {
    brood_stdio_t stdio = brood_stdio_of(kind);
    stdio.path = path;
    return stdio;
}

static inline brood_stdio_t brood_stdio_null(void) {
    return brood_stdio_of(BROOD_STDIO_NULL);
}

static inline brood_stdio_t brood_stdio_pipe(void) {
    return brood_stdio_of(BROOD_STDIO_PIPE);
}

/* Input: the file is read. The start does not wait for the other side of a FIFO: one that nobody
 * has open for writing reads as empty, and to write to one that nobody reads fails with the
 * system's ENXIO. Who wants to wait opens it and hands it over by brood_stdio_native(). */
static inline brood_stdio_t brood_stdio_read(const char *path) {
    return brood_stdio_file(BROOD_STDIO_READ, path);
}

/* Output and error: the file is made, or emptied when it exists. */
static inline brood_stdio_t brood_stdio_create(const char *path) {
    return brood_stdio_file(BROOD_STDIO_CREATE, path);
}

/* Output and error: the file is made, or written to at its end. */
static inline brood_stdio_t brood_stdio_append(const char *path) {
    return brood_stdio_file(BROOD_STDIO_APPEND, path);
}

/* Output and error: the first `limit` bytes are kept, what comes after them is read and
 * dropped, so that the program goes on. 0: BROOD_CAPTURE_LIMIT. */
static inline brood_stdio_t brood_stdio_capture(size_t limit) {
    brood_stdio_t stdio = brood_stdio_of(BROOD_STDIO_CAPTURE);
    stdio.size = limit;
    return stdio;
}

/* Input: these bytes, copied by brood_command_create(). */
static inline brood_stdio_t brood_stdio_bytes(const void *data, size_t size) {
    brood_stdio_t stdio = brood_stdio_of(BROOD_STDIO_BYTES);
    stdio.data = data;
    stdio.size = size;
    return stdio;
}

/* Input: the output of another command, which has brood_stdio_pipe() there and has not been
 * started. Which of the two is started first does not matter. */
static inline brood_stdio_t brood_stdio_output_of(brood_command_t *command) {
    brood_stdio_t stdio = brood_stdio_of(BROOD_STDIO_OUTPUT_OF);
    stdio.command = command;
    return stdio;
}

/* Error: goes where output goes, in the order in which it is written ("2>&1"). */
static inline brood_stdio_t brood_stdio_as_output(void) {
    return brood_stdio_of(BROOD_STDIO_AS_OUTPUT);
}

/* An end of a connection, lent for the start; close it here when it is not needed here. On Windows
 * the program gets an overlapped HANDLE, which most programs cannot use. */
static inline brood_stdio_t brood_stdio_connection(brood_connection_t *connection) {
    brood_stdio_t stdio = brood_stdio_of(BROOD_STDIO_CONNECTION);
    stdio.connection = connection;
    return stdio;
}

/* A descriptor or HANDLE of this process, lent for the start. */
static inline brood_stdio_t brood_stdio_native(brood_native_t native) {
    brood_stdio_t stdio = brood_stdio_of(BROOD_STDIO_NATIVE);
    stdio.native = native;
    return stdio;
}

/* ---- a command's life ------------------------------------------------------------------- */

/* Makes a command. Nothing is started or opened.
 *
 * @param command  receives the object; NULL on failure
 * @param argv     its arguments, ended by NULL; argv[0] is the name that it is told, and the
 *                 program unless the options name another. Copied. UTF-8 on Windows.
 * @param options  or NULL for the defaults; copied
 * @param pool     owns the object. When it is cleared while the command runs, the command goes
 *                 on, its pipes to this process closed.
 * @returns APR_SUCCESS;
 *          APR_EINVAL: no argv[0], or an option out of range: a kind of stream that this
 *          stream cannot be, a variable without a name, a bad ladder, … (named in the detail);
 *          BROOD_ESTARTED: the command whose output is to be read runs already;
 *          BROOD_ECLOSED: that command, or a connection, has been closed;
 *          BROOD_EDIRECTION: a connection does not go that way; APR_ENOMEM.
 * Blocking: never. Threads and processes: pool's rules. Platforms: same everywhere.
 * Like: subprocess.Popen(args, executable=…, cwd=…, env=…, stdin=…) without its start. */
BROOD_API apr_status_t brood_command_create(brood_command_t **command,
                                            const char *const *argv,
                                            const brood_command_options_t *options,
                                            apr_pool_t *pool);

/* Starts it. When this returns APR_SUCCESS the program runs: it has been found and loaded, not
 * only forked. When it fails there is no process and nothing is left open, and
 * brood_command_failed_step() says how far it came; it may then be started again.
 *
 * @param command  one that has not been started
 * @returns APR_SUCCESS;
 *          the system's "no such file" (APR_STATUS_IS_ENOENT): no such program, or an
 *          interpreter that it names; no such directory; no such file for a stream;
 *          the system's "permission denied" (APR_STATUS_IS_EACCES): no program, a directory,
 *          or not executable; the same of a file or of the working directory;
 *          BROOD_EARGUMENTS: arguments and environment are more than the system takes; the
 *          detail has the sizes;
 *          BROOD_ESCRIPT: a .bat or .cmd file, and allow_scripts is 0; or an argument that
 *          cmd.exe would read as something else, whatever the quoting;
 *          APR_EINVAL: an argument is not UTF-8 (Windows); APR_ENOTIMPL: end_with_parent;
 *          BROOD_ESTARTED; BROOD_ECLOSED; BROOD_ENOTCHILD: another process made the object;
 *          or the system's own status (too many processes, out of descriptors, no memory, no
 *          program of this system).
 * Blocking: for as long as the system takes to load a program.
 * Threads and processes: see the head of this file; different commands may be started at once
 * and get nothing of each other's streams. Signals: none is blocked in the program, SIGPIPE and
 * those that are handled here are as the system has them, what is ignored stays ignored.
 * Platforms: a text file without "#!" is no program, and no shell is tried. On Windows .exe,
 * .com, .bat and .cmd are tried where the name has no extension that exists, and the working
 * directory is not searched; nor is it anywhere by an empty entry of PATH. What is in this
 * process's own C streams is not flushed before. Like: execvp(3), subprocess.Popen(),
 * reproc_start(). */
BROOD_API apr_status_t brood_command_start(brood_command_t *command);

/* Where the last start failed.
 *
 * @param command  may be NULL
 * @returns the step; BROOD_STEP_NONE when there was no failure.
 * Blocking: never. Threads and processes: as the command. Platforms: same everywhere. */
BROOD_API brood_command_step_t brood_command_failed_step(const brood_command_t *command);

/* The name of a step: "none", "prepare", "search", "streams", "directory", "group", "execute".
 *
 * @param step  any
 * @returns a string that lives for ever, or NULL for a number that is none.
 * Blocking: never. Threads and processes: safe. Platforms: same everywhere. */
BROOD_API const char *brood_command_step_name(brood_command_step_t step);

/* Waits for the command to end and takes its exit code. What it prints into captures meanwhile
 * is taken, and bytes for its input are given. When this returns APR_SUCCESS everything that
 * the program itself has written is there; what programs write that it has left behind, and
 * that still have its streams, is not waited for.
 *
 * @param command  a started command
 * @param timeout  microseconds; negative: for ever; 0: looks once
 * @returns APR_SUCCESS: it has ended, also when it had been joined before; APR_TIMEUP: it still
 *          runs; BROOD_ENOTSTARTED, BROOD_ECLOSED, BROOD_ENOTCHILD, APR_ENOMEM, or the system's
 *          status.
 * Blocking: as `timeout` says. A program that fills a brood_stdio_pipe() which nobody reads
 * never ends: use brood_command_communicate().
 * Threads and processes: a foreign reaper costs the exit code, not the join. Platforms: same
 * everywhere. Like: Popen.wait(timeout), waitpid(2). */
BROOD_API apr_status_t brood_command_join(brood_command_t *command,
                                          apr_interval_time_t timeout);

/* Waits until all of several commands have ended, moving the streams of all meanwhile.
 *
 * @param commands  the commands; NULL entries are passed over
 * @param count     how many
 * @param timeout   microseconds for all together; negative: for ever; 0: looks once
 * @returns APR_SUCCESS: all have ended; otherwise as brood_command_join(), the detail naming
 *          the first that is not good (nothing is waited for then).
 * Blocking: as `timeout` says. Threads and processes: as brood_command_join(). Platforms: same
 * everywhere, any number. Like: bash's wait. Example: wait_all.c */
BROOD_API apr_status_t brood_command_wait_all(brood_command_t *const *commands,
                                              size_t count, apr_interval_time_t timeout);

/* Waits until at least one of several commands has ended.
 *
 * @param commands  the commands; NULL entries are passed over: put NULL in the place of one
 *                  that has been dealt with, and wait again
 * @param count     how many
 * @param timeout   as brood_command_wait_all()
 * @param index     receives the first that has ended; `count` when none has
 * @returns APR_SUCCESS; APR_TIMEUP; APR_EOF: there is none to wait for, all entries are NULL;
 *          or as brood_command_join().
 * Blocking: as `timeout` says. Threads and processes: as brood_command_join(). Platforms: same
 * everywhere, any number. Like: bash's wait -n. */
BROOD_API apr_status_t brood_command_wait_any(brood_command_t *const *commands,
                                              size_t count, apr_interval_time_t timeout,
                                              size_t *index);

/* Whether it has been started and has not ended.
 *
 * @param command  may be NULL, unstarted or closed: 0
 * @returns 1 or 0; 0 in a process that did not make it.
 * Blocking: never. Threads and processes: any thread. Platforms: same everywhere.
 * Like: Popen.poll() is None. */
BROOD_API int brood_command_is_alive(brood_command_t *command);

/* How it ended.
 *
 * @param command  a started command
 * @param code     receives the exit code (0 to 255 on POSIX, 32 bits on Windows), or minus the
 *                 number of the signal that killed it; after brood_command_terminate() and
 *                 brood_command_kill() -15 and -9 on every system
 * @returns APR_SUCCESS; APR_EAGAIN: it still runs, *code is 0;
 *          BROOD_ESTATUSLOST: it has ended and somebody else took its status; *code is 255;
 *          BROOD_ENOTSTARTED, BROOD_ECLOSED, BROOD_ENOTCHILD.
 * Blocking: never. Threads and processes: any thread. Platforms: same everywhere. There is no
 * 126 and 127 for what could not be started: that is a status of brood_command_start().
 * Like: Popen.returncode. */
BROOD_API apr_status_t brood_command_exit_code(brood_command_t *command, int *code);

/* Sends SIGTERM, which it may catch; on Windows it is ended, exit code -15.
 *
 * @param command  a started command
 * @returns APR_SUCCESS, also when it has ended; BROOD_ENOTSTARTED, BROOD_ECLOSED,
 *          BROOD_ENOTCHILD; or the system's status (a program of another user).
 * Blocking: never; join to see the end. Threads and processes: any thread; never hits another
 * process that has the number now. Platforms: as said. Like: Popen.terminate(). */
BROOD_API apr_status_t brood_command_terminate(brood_command_t *command);

/* Sends SIGKILL, which it cannot catch; on Windows it is ended, exit code -9.
 *
 * @param command  a started command
 * @returns as brood_command_terminate().
 * Blocking, Threads and processes: as brood_command_terminate(). Platforms: as said.
 * Like: Popen.kill(). */
BROOD_API apr_status_t brood_command_kill(brood_command_t *command);

/* Ends it with all that it has started, and what those have started.
 *
 * @param command  a started command. One that has ended takes the way to those it has left behind
 *                 with it: they are not found.
 * @param how      BROOD_STOP_TERMINATE or BROOD_STOP_KILL
 * @param count    receives how many processes were told to end; may be NULL
 * @returns as brood_process_kill_tree() of family.h; APR_EINVAL: another `how`.
 * Blocking, Threads and processes, Platforms: as brood_process_kill_tree(). Like: killpg(2),
 * which a program that makes a group of its own escapes. */
BROOD_API apr_status_t brood_command_kill_tree(brood_command_t *command,
                                               brood_stop_what_t how, size_t *count);

/* Sends SIGINT, as Ctrl-C in a terminal does.
 *
 * @param command  a started command
 * @returns as brood_command_terminate(); APR_ENOTIMPL on Windows.
 * Blocking, Threads and processes: as brood_command_terminate(). Platforms: POSIX only; closing
 * its input is what many programs understand everywhere. Like: Popen.send_signal(SIGINT). */
BROOD_API apr_status_t brood_command_interrupt(brood_command_t *command);

/* Brings it to its end by a ladder of steps (stop.h). To ask means: its input is closed, if
 * this process has it as a pipe, and it gets a SIGINT on POSIX. Captures go on meanwhile.
 *
 * @param command   a started command
 * @param steps     the ladder; NULL: ask, 5 seconds; terminate, 5 seconds; kill
 * @param count     how many steps; 0 with NULL
 * @param ended_by  receives the step after which it ended, BROOD_STOP_NONE when it had ended
 *                  before; may be NULL
 * @returns APR_SUCCESS: it has ended; APR_TIMEUP: it runs after the last step; APR_EINVAL: a bad
 *          step; or as brood_command_join().
 * Blocking: for the sum of the steps' times. Threads and processes: as brood_command_join().
 * Platforms: on Windows a command without a pipe as its input cannot be asked, and that step
 * takes no time. Like: reproc_stop(). */
BROOD_API apr_status_t brood_command_stop(brood_command_t *command,
                                          const brood_stop_step_t *steps, size_t count,
                                          brood_stop_what_t *ended_by);

/* Releases what the object holds: pipes to this process, captured bytes. A command that still
 * runs goes on and is reaped when it has ended. Later use is BROOD_ECLOSED.
 *
 * @param command  a command that no other thread is using; a second close is harmless
 * @returns APR_SUCCESS; APR_EINVAL: NULL; BROOD_ENOTCHILD.
 * Blocking: never. Threads and processes: as said. Platforms: same everywhere.
 * Like: the end of CPython's Popen object; it does not kill. */
BROOD_API apr_status_t brood_command_close(brood_command_t *command);

/* Its process number.
 *
 * @param command  may be NULL
 * @returns the number, also after it ended; 0 before the start.
 * Blocking: never. Threads and processes: any thread. Platforms: same everywhere. */
BROOD_API int64_t brood_command_pid(const brood_command_t *command);

/* The file that it runs, as the search found it.
 *
 * @param command  may be NULL
 * @returns a string that lives as long as the object; before the start what was asked for.
 * Blocking: never. Threads and processes: as the command. Platforms: same everywhere. */
BROOD_API const char *brood_command_program(const brood_command_t *command);

/* A kernel object that becomes ready when it has ended; it belongs to the command.
 *
 * @param command   a started command
 * @param sentinel  receives it
 * @returns APR_SUCCESS; BROOD_ENOTSTARTED, BROOD_ECLOSED, BROOD_ENOTCHILD; APR_ENOTIMPL where
 *          the system has none.
 * Blocking: never. Threads and processes: valid until the command is closed.
 * Platforms: a descriptor to poll for reading, or a HANDLE. Like: brood_process_sentinel(). */
BROOD_API apr_status_t brood_command_sentinel(brood_command_t *command,
                                              brood_native_t *sentinel);

/* ---- its streams ------------------------------------------------------------------------ */

/* Writes to its input.
 *
 * @param command  a command started with options.input = brood_stdio_pipe()
 * @param data     the bytes; may be NULL when size is 0
 * @param size     how many
 * @param written  receives how many went, all of them on success; may be NULL
 * @param timeout  microseconds to wait for room; negative: for ever; 0: what goes at once
 * @returns APR_SUCCESS: all went; APR_TIMEUP: *written of them; APR_EPIPE: it has ended, or does
 *          not read any more (no SIGPIPE is raised here); BROOD_EDIRECTION: its input is no
 *          pipe, or has been closed; BROOD_ENOTSTARTED, BROOD_ECLOSED, BROOD_ENOTCHILD,
 *          APR_EINVAL; or the system's status.
 * Blocking: as `timeout` says; captures are taken meanwhile, outputs that are pipes are not.
 * Threads and processes: as the command. Platforms: bytes go as they are. On Windows the last
 * 64 KiB that were taken may be on their way for as long as the program does not read; they are
 * lost when the command is closed, or the thread that wrote them ends, before that.
 * Like: Popen.stdin.write(). */
BROOD_API apr_status_t brood_command_write(brood_command_t *command, const void *data,
                                           size_t size, size_t *written,
                                           apr_interval_time_t timeout);

/* Ends its input: it reads what was written, and then the end.
 *
 * @param command  a command started with options.input = brood_stdio_pipe()
 * @returns APR_SUCCESS, also the second time; BROOD_EDIRECTION: its input is no pipe;
 *          BROOD_ENOTSTARTED, BROOD_ECLOSED, BROOD_ENOTCHILD.
 * Blocking: never. Threads and processes: as the command. Platforms: same everywhere.
 * Like: Popen.stdin.close(). */
BROOD_API apr_status_t brood_command_close_input(brood_command_t *command);

/* Reads what its output or error has, at least one byte.
 *
 * @param command   a command started with brood_stdio_pipe() there
 * @param stream    BROOD_STDOUT or BROOD_STDERR
 * @param buffer    where they go
 * @param capacity  its size, at least 1
 * @param size      receives how many came; 0 on failure
 * @param timeout   microseconds to wait for the first; negative: for ever; 0: looks once
 * @returns APR_SUCCESS; APR_TIMEUP: nothing came; APR_EOF: it, and all that have its stream,
 *          have closed it; BROOD_EDIRECTION: the stream is no pipe; BROOD_ENOTSTARTED,
 *          BROOD_ECLOSED, BROOD_ENOTCHILD, APR_EINVAL; or the system's status.
 * Blocking: as `timeout` says; captures are taken meanwhile. Threads and processes: as the
 * command. Platforms: same everywhere, bytes as they are. Like: Popen.stdout.read1(). */
BROOD_API apr_status_t brood_command_read(brood_command_t *command, brood_stream_t stream,
                                          void *buffer, size_t capacity, size_t *size,
                                          apr_interval_time_t timeout);

/* Reads one line of its output or error. The line keeps its "\n" (and "\r", and zero bytes), so
 * that a last line without one can be told; a zero byte is put after it.
 *
 * @param command   a command started with brood_stdio_pipe() there
 * @param stream    BROOD_STDOUT or BROOD_STDERR
 * @param buffer    where it goes
 * @param capacity  its size in bytes, the zero byte included: at least 2
 * @param size      receives the line's length; 0 on failure, but for BROOD_ETOOBIG
 * @param timeout   microseconds; negative: for ever; 0: what is there. What has come of a line
 *                  is kept for the next call.
 * @returns APR_SUCCESS: a whole line, or the rest before the end;
 *          BROOD_ETOOBIG: the line is longer than the buffer: here are its first bytes, the
 *          next call goes on with it;
 *          otherwise as brood_command_read().
 * Blocking, Threads and processes: as brood_command_read(). Platforms: same everywhere; programs
 * of Windows end lines with "\r\n". Like: Popen.stdout.readline(), fgets(). Example:
 * stream_lines.c */
BROOD_API apr_status_t brood_command_read_line(brood_command_t *command,
                                               brood_stream_t stream, char *buffer,
                                               size_t capacity, size_t *size,
                                               apr_interval_time_t timeout);

/* Waits until one of its outputs can be read, or it has ended. For those who read both.
 *
 * @param command  a started command
 * @param output   receives 1 when a read of its output would not wait, else 0; the beginning of
 *                 a line that brood_command_read_line() has kept is something to read
 * @param error    the same of its error
 * @param ended    receives 1 when it has ended; may be NULL: then that is not waited for
 * @param timeout  microseconds; negative: for ever; 0: looks once
 * @returns APR_SUCCESS: one of them is 1; APR_TIMEUP; APR_EOF: neither is a pipe that is still
 *          open, and `ended` is NULL; BROOD_ENOTSTARTED, BROOD_ECLOSED, BROOD_ENOTCHILD; or the
 *          system's status.
 * Blocking: as `timeout` says; captures are taken meanwhile. Threads and processes: as the
 * command. Platforms: same everywhere. Like: reproc_poll(). */
BROOD_API apr_status_t brood_command_poll(brood_command_t *command, int *output,
                                          int *error, int *ended,
                                          apr_interval_time_t timeout);

/* What has been captured so far of its output or error.
 *
 * @param command  a command started with brood_stdio_capture() there, or talked to by
 *                 brood_command_communicate()
 * @param stream   BROOD_STDOUT or BROOD_STDERR
 * @param bytes    receives them, with a zero byte after them. They belong to the command, until
 *                 the next call that moves its streams.
 * @returns APR_SUCCESS; BROOD_EOUTPUT: there was more than the limit, *bytes are the first ones;
 *          BROOD_EDIRECTION: nothing is captured there; BROOD_ECLOSED, BROOD_ENOTCHILD,
 *          APR_EINVAL.
 * Blocking: never. Threads and processes: as the command. Platforms: same everywhere. */
BROOD_API apr_status_t brood_command_captured(brood_command_t *command,
                                              brood_stream_t stream,
                                              brood_bytes_t *bytes);

/* The kernel object behind a pipe to the command, for poll() or WaitForMultipleObjects(). It
 * belongs to the command.
 *
 * @param command  a command started with brood_stdio_pipe() or brood_stdio_capture() there
 * @param stream   any
 * @param native   receives it
 * @returns APR_SUCCESS; BROOD_EDIRECTION: it is no pipe, or closed; BROOD_ENOTSTARTED,
 *          BROOD_ECLOSED, BROOD_ENOTCHILD, APR_EINVAL.
 * Blocking: never. Threads and processes: valid until the pipe's end or the close. After
 * brood_command_read_line() some of the bytes are not in it any more.
 * Platforms: a descriptor, or a HANDLE opened for overlapped operation. */
BROOD_API apr_status_t brood_command_native(brood_command_t *command,
                                            brood_stream_t stream,
                                            brood_native_t *native);

/* Talks to the command to its end: writes the input and closes it, reads output and error to
 * their ends, and waits for it. Whatever the sizes, and whatever the program does first, nobody
 * waits for the other. A program that closes its input early gets no more; that is no failure.
 *
 * @param command  a started command; streams that are neither pipes nor captures are left alone
 * @param input    what it reads; {NULL, 0}: nothing. It must stay until the command is joined.
 *                 With a later call after APR_TIMEUP it is not looked at.
 * @param timeout  microseconds for all; negative: for ever
 * @param output   receives what it printed, with a zero byte after it; may be NULL. After
 *                 APR_TIMEUP what has come so far; a later call gives all of it again.
 * @param error    the same of its error
 * @returns APR_SUCCESS: the streams are at their ends and it has ended;
 *          BROOD_EOUTPUT: the same, but there was more than a capture's limit;
 *          APR_TIMEUP: it goes on: call again, or stop it and call again;
 *          APR_EINVAL: input, and its input is no pipe; otherwise as brood_command_join().
 *          The bytes belong to the command and live until it is closed.
 * Blocking: as `timeout` says. Programs that the command has left behind keep the streams open:
 * their end is waited for, too. Threads and processes: as the command. Platforms: same
 * everywhere. Like: Popen.communicate(input, timeout). */
BROOD_API apr_status_t brood_command_communicate(brood_command_t *command,
                                                 brood_bytes_t input,
                                                 apr_interval_time_t timeout,
                                                 brood_bytes_t *output,
                                                 brood_bytes_t *error);

/* ---- at one go -------------------------------------------------------------------------- */

/* Runs a program to its end.
 *
 * @param result   receives what became of it; all zero where that is not known. Not NULL.
 * @param argv     as brood_command_create()
 * @param options  or NULL: nothing to read, output and error captured up to
 *                 BROOD_CAPTURE_LIMIT each
 * @param timeout  microseconds; negative: for ever. When they are over it is stopped by
 *                 options.steps, and what has come so far is in the result.
 * @param pool     owns the bytes of the result
 * @returns APR_SUCCESS: it ran to its end, whatever its exit code;
 *          BROOD_EOUTPUT: the same, but there was more output than a limit;
 *          APR_TIMEUP: it was stopped, result->ended_by says how;
 *          BROOD_ESTATUSLOST: it ended, how is not known;
 *          the statuses of brood_command_create() and brood_command_start(), with
 *          result->step;
 *          APR_ENOMEM, or the system's status: its streams could not be moved, and it was
 *          stopped.
 * Blocking: as `timeout` says, and the ladder's times. Threads and processes: any thread.
 * Platforms: same everywhere. Like: subprocess.run(), which kills at once. Example:
 * run_command.c */
BROOD_API apr_status_t brood_command_run(brood_command_result_t *result,
                                         const char *const *argv,
                                         const brood_command_options_t *options,
                                         apr_interval_time_t timeout, apr_pool_t *pool);

/* Starts several commands, each reading what the one before it prints ("a | b | c"). The first
 * one's input and the last one's output, and all errors, are as their options say. When one
 * cannot be started those that run are killed and joined.
 *
 * @param commands  made by brood_command_create() and not started
 * @param count     how many, at least 1
 * @param failed    receives the one that could not be started; `count` when there is none; may
 *                  be NULL
 * @returns as brood_command_start(); APR_EINVAL: none, or an output or input between them that
 *          the options say is something else.
 * Blocking: as brood_command_start(). Threads and processes: as the commands. Platforms: same
 * everywhere: a command whose reader is gone gets SIGPIPE or an error, one whose writer is gone
 * reads the end. Wait with brood_command_wait_all(). Example: pipeline.c */
BROOD_API apr_status_t brood_pipeline_start(brood_command_t *const *commands,
                                            size_t count, size_t *failed);

/* How a pipeline ended: the exit code of the last command that did not end with 0, or 0
 * ("pipefail").
 *
 * @param commands  commands that have ended
 * @param count     how many
 * @param code      receives it
 * @param index     receives which one that was; `count` when all ended with 0; may be NULL
 * @returns as brood_command_exit_code().
 * Blocking: never. Threads and processes: as the commands. Platforms: a writer whose reader
 * went first ends by SIGPIPE (-13) on POSIX; on Windows as it likes. Like: bash's pipefail. */
BROOD_API apr_status_t brood_pipeline_exit_code(brood_command_t *const *commands,
                                                size_t count, int *code, size_t *index);

/* Puts another program in the place of this one. Standard C streams are flushed first; this
 * process leaves its session, exit handlers and finalizers do not run, children are not joined
 * and go on, daemons end when the program that follows ends. (On Linux what is tied to this
 * process's life ends now, unless the main thread has started it and calls this, too.) Locks that
 * this process holds are to be released before: to others it has died.
 *
 * @param argv     as brood_command_create()
 * @param options  or NULL. Streams may be inherited, nothing, files, connections or native
 *                 handles; pipes, captures and bytes need somebody on the other side, and are
 *                 APR_EINVAL; so is end_with_parent.
 * @param pool     for memory on the way
 * @returns only on failure, with the statuses of brood_command_start(); this process goes on
 *          then, with a new place in its session if it had got so far.
 * Blocking: on POSIX no longer than the system takes. Threads and processes: other threads end.
 * Platforms: POSIX: the same pid. Windows has no such thing: the program is started, waited for,
 * and this process ends with its exit code, so that whoever waits for it sees no difference but
 * the pid; it is ended when this process is. Like: execvp(3), os.execvp(). */
BROOD_API apr_status_t brood_exec(const char *const *argv,
                                  const brood_command_options_t *options,
                                  apr_pool_t *pool);

BROOD_END_DECLS

#endif
