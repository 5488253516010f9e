/* Command: what the files of the concept share. Internal.
 *
 *     command.c          the object and its options; signals, codes, close
 *     command_search.c   which file is the program
 *     command_variables.c the environment that it gets
 *     command_streams.c  its standard streams, opened
 *     command_start.c    the start; brood_exec()
 *     command_turn.c     the one loop that waits for commands and moves their streams
 *     command_io.c       write, read, read_line, poll
 *     command_wait.c     join, wait for all or any, stop
 *     command_run.c      communicate, run
 *     pipeline.c         several in a row
 *
 * An object belongs to the process that made it, and to one thread at a time: that which is in a
 * use of it, between brood__command_use() and brood__command_unuse(). What other threads may do
 * (signal it, ask whether it is alive) goes to the child, which has a guard. */
#ifndef BROOD_COMMON_COMMAND_H
#define BROOD_COMMON_COMMAND_H

#include "brood/command.h"
#include "child.h"
#include "os/outlet.h"
#include "os/process.h"

/* A pipe between two commands. It belongs to both, and goes with the second of them. Each end is
 * this process's until its command has been started. The two may be started by two threads: all
 * of this is under the guard of command_streams.c. */
typedef struct brood__joint_t {
    brood_os_handle_t reader;
    brood_os_handle_t writer;
    int made;
    int taken[2]; /* that side is being started, or has been: the reader, the writer */
    int holders;
} brood__joint_t;

/* This process's end of one of a command's streams, and what has been read from it. */
typedef struct brood__flow_t {
    brood_os_handle_t end;    /* BROOD_OS_NO_HANDLE: none, or closed */
    brood_os_outlet_t outlet; /* of its input: the same handle, for writing */
    int is_ours; /* the stream is a pipe of which this process has, or had, an end */
    /* outputs: */
    int moved;      /* whoever waits for the command reads it into `bytes` */
    int watched;    /* somebody wants to know when it can be read */
    int ready;      /* it can */
    uint8_t *bytes; /* of malloc(); with room for a zero byte after `room` */
    size_t from;    /* what lies before has been taken */
    size_t size;
    size_t scanned; /* no line ends before this */
    size_t room;
    size_t limit;
    int cut; /* more than `limit` came */
} brood__flow_t;

struct brood_command_t {
    brood_command_t *next; /* of all commands of this process that may hold something */
    apr_pool_t *pool;
    const char *const *argv;
    brood_command_options_t options; /* copied, with what it points to */
    const char *program;
    int64_t creator;
    int closed;
    const void *_Atomic user; /* the thread that uses it, or NULL */
    unsigned uses;            /* how often: its calls may call one another */
    int is_awaited;           /* by this program's end: under the list's guard */
    _Atomic int64_t pid; /* of this and of the child any thread may ask */
    brood_command_step_t failed;
    brood__child_t *_Atomic child; /* NULL before the start and after the close */
    brood__flow_t flows[BROOD_OS_STANDARD];
    /* As the reader, by BROOD_STDIN; as the writer, by BROOD_STDOUT. */
    brood__joint_t *joints[2];
    /* What is to be written to its input by whoever waits. */
    const uint8_t *input;
    size_t input_size;
    size_t input_done;
    int input_closes; /* the end follows */
    apr_status_t input_status;
};

/* A start on its way. */
typedef struct brood__command_start_t {
    struct brood__command_start_t *next; /* of those that have opened something */
    const brood_command_options_t *options;
    brood_os_start_t os;
    brood_os_handle_t standard[BROOD_OS_STANDARD];
    brood_os_handle_t mine[BROOD_OS_STANDARD];   /* ends of pipes that stay here */
    brood_os_handle_t theirs[BROOD_OS_STANDARD]; /* opened for it, to be closed here */
    brood_command_step_t step;
    apr_pool_t *pool; /* lives as long as the start */
} brood__command_start_t;

/* ---- command.c -------------------------------------------------------------------------- */

/* A copy of the options in the pool, checked. */
apr_status_t brood__command_options_take(brood_command_options_t *chosen,
                                         const brood_command_options_t *options,
                                         apr_pool_t *pool);

/* A copy of a list that is ended by NULL. */
const char *const *brood__command_list_copy(const char *const *list, apr_pool_t *pool);

/* APR_SUCCESS: open and made by this process. */
apr_status_t brood__command_check(const brood_command_t *command);

/* The same, and started. */
apr_status_t brood__command_check_started(const brood_command_t *command);

/* From now on it is this thread's, until as many brood__command_unuse(). Checked before.
 * BROOD_EBUSY: another thread uses it. */
apr_status_t brood__command_use(brood_command_t *command);
void brood__command_unuse(brood_command_t *command);

/* The same for one that has to be started. */
apr_status_t brood__command_use_started(brood_command_t *command);

/* The child behind it: as brood__process_child(). */
apr_status_t brood__command_child(const brood_command_t *command, brood__child_t **child);

/* Closes this process's end of a stream. */
void brood__flow_close(brood__flow_t *flow);

/* At the program's end: those that have to be joined are. */
void brood__command_at_exit(void);

/* In a forked child: these are another's, and none of their pipes is to stay open here. */
void brood__command_after_fork(void);

/* ---- on the way to a start -------------------------------------------------------------- */

/* Finds the program's file: start->os.image, batch_file. The environment is there already. */
apr_status_t brood__command_search(brood__command_start_t *start, const char *name);

/* start->os.environment. */
apr_status_t brood__command_variables(brood__command_start_t *start);

/* The value of a variable in a list, or NULL. */
const char *brood__command_variable(const char *const *environment, const char *name);

/* Opens its streams: start->standard, mine, theirs. `command` may be NULL (brood_exec). */
apr_status_t brood__command_streams(brood__command_start_t *start,
                                    brood_command_t *command);

/* The command has its ends of the pipes from now on. */
void brood__command_streams_take(brood__command_start_t *start, brood_command_t *command);

/* Closes what the start has opened and nobody took. */
void brood__command_streams_close(brood__command_start_t *start);

/* brood_os_process_fork(), while no other thread's start is just making or handing over a pipe. */
apr_status_t brood__command_fork(brood_os_process_t *process);

/* In a forked child: closes what other threads of the parent had opened for their starts. */
void brood__command_streams_after_fork(void);

/* ---- pipes between commands ------------------------------------------------------------- */

apr_status_t brood__joint_create(brood_command_t *reader, brood_command_t *writer);
/* The end for one side; the pipe is made when neither has asked before. */
apr_status_t brood__joint_end(brood__joint_t *joint, int is_writer,
                              brood_os_handle_t *end);
/* That side has been started, or never will be. */
void brood__joint_used(brood__joint_t *joint, int is_writer);
/* The start of that side has failed. What nobody else needs is closed, to be made anew. */
void brood__joint_unused(brood__joint_t *joint, int is_writer);
/* Lets go of it. Returns NULL. */
brood__joint_t *brood__joint_release(brood__joint_t *joint);

/* ---- command_turn.c --------------------------------------------------------------------- */

/* Moves the streams of several commands until what is wanted has come about. */
typedef struct brood__turn_t {
    brood_command_t *const *commands; /* NULL entries are passed over; all are started */
    size_t count;
    int any; /* 1: one of them is enough */
    int (*is_done)(const brood_command_t *command);
    brood_os_deadline_t deadline;
} brood__turn_t;

/* APR_SUCCESS, APR_TIMEUP (after one look at least), APR_ENOMEM or the system's status. */
apr_status_t brood__command_turn(const brood__turn_t *turn);

/* The same for one. */
apr_status_t brood__command_turn_one(brood_command_t *command,
                                     int (*is_done)(const brood_command_t *command),
                                     brood_os_deadline_t deadline);

/* How many entries brood__command_waitables() fills at the most. */
#define BROOD__COMMAND_WAITABLES 4

/* What can happen to a command: its end, and what its streams that are to be moved can take or
 * give. */
void brood__command_waitables(const brood_command_t *command,
                              brood_os_waitable_t set[BROOD__COMMAND_WAITABLES]);

/* Does what these entries, as the system has marked them, call for. */
apr_status_t brood__command_act(brood_command_t *command,
                                const brood_os_waitable_t set[BROOD__COMMAND_WAITABLES]);

/* Writes once, if there is something to write and room, and closes the input if that is to follow.
 * To be called before the first wait: until then a system may have nothing to wait for. A reader
 * that is gone is no failure of whoever waits: APR_SUCCESS, and the input is closed. */
apr_status_t brood__command_feed(brood_command_t *command);

/* Whether its streams need somebody to move them. */
int brood__command_has_streams(const brood_command_t *command);

/* It has ended: takes what it has left in its captures, gives up what it has not read. */
apr_status_t brood__command_settle(brood_command_t *command);

/* For brood__turn_t.is_done. */
int brood__command_is_over(const brood_command_t *command); /* it has ended */
int brood__command_is_finished(
    const brood_command_t *command); /* and its streams have, too */
int brood__command_is_written(const brood_command_t *command); /* its input has gone */

/* Reads once into a flow's bytes, without waiting. APR_SUCCESS, also at the end, when the flow
 * is closed; APR_TIMEUP: nothing is there. */
apr_status_t brood__flow_take(brood__flow_t *flow);

/* Makes room for `more` bytes. */
apr_status_t brood__flow_grow(brood__flow_t *flow, size_t more);

/* What it has, a zero byte behind it. */
brood_bytes_t brood__flow_bytes(brood__flow_t *flow);

/* ---- command_wait.c --------------------------------------------------------------------- */

/* Joins it until a deadline. */
apr_status_t brood__command_join_until(brood_command_t *command,
                                       brood_os_deadline_t deadline);

#endif
