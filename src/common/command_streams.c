/* Command: its standard streams, opened for the start.
 *
 * What a start has opened is on a list until the command has it, so that a process that another
 * thread forks meanwhile can let go of it: the end of a pipe that it kept would be one that is
 * never seen. While pipes are made, handed over and closed no fork is let through; `guard` is
 * of the list and of all joints. Files are opened outside, which may take long. */
#include "command.h"
#include "connection_parts.h"
#include "gate.h"
#include "guard.h"
#include "os/handle.h"
#include "os/program.h"
#include "os/stream.h"
#include "status.h"
#include <stdlib.h>

static const char *const names[] = {"standard input", "standard output",
                                    "standard error"};

static brood__gate_t gate = BROOD__GATE_INIT;
static brood__guard_t guard = BROOD__GUARD_INIT;
static brood__command_start_t *first; /* of the starts that have opened something */

static void enter(void) {
    brood__gate_enter(&gate);
    brood__guard_take(&guard);
}

static void leave(void) {
    brood__guard_give(&guard);
    brood__gate_leave(&gate);
}

/* ---- pipes between commands ------------------------------------------------------------- */

apr_status_t brood__joint_create(brood_command_t *reader, brood_command_t *writer) {
    brood__joint_t *joint = calloc(1, sizeof *joint);
    if (joint == NULL) {
        return brood__fail(APR_ENOMEM, "a pipe between commands");
    }
    joint->reader = joint->writer = BROOD_OS_NO_HANDLE;
    joint->holders = 2;
    reader->joints[0] = writer->joints[1] = joint;
    return APR_SUCCESS;
}

apr_status_t brood__joint_end(brood__joint_t *joint, int is_writer,
                              brood_os_handle_t *end) {
    apr_status_t rv = APR_SUCCESS;
    enter();
    if (!joint->made) {
        rv = brood_os_stream_pipe_for(&joint->reader, &joint->writer,
                                      BROOD_OS_STRANGER_READS | BROOD_OS_STRANGER_WRITES);
        joint->made = rv == APR_SUCCESS;
    }
    *end = is_writer ? joint->writer : joint->reader;
    joint->taken[is_writer] = 1;
    leave();
    if (rv == APR_SUCCESS && *end == BROOD_OS_NO_HANDLE) {
        rv = brood__fail(BROOD_ECLOSED, "the pipe between the two commands is gone");
    }
    return rv;
}

void brood__joint_used(brood__joint_t *joint, int is_writer) {
    brood_os_handle_t *end = is_writer ? &joint->writer : &joint->reader;
    enter();
    *end = brood_os_handle_close(*end);
    joint->made = 1; /* also when it never was: there is nobody to talk to */
    leave();
}

void brood__joint_unused(brood__joint_t *joint, int is_writer) {
    enter();
    joint->taken[is_writer] = 0;
    if (!joint->taken[!is_writer] && joint->reader != BROOD_OS_NO_HANDLE &&
        joint->writer != BROOD_OS_NO_HANDLE) {
        joint->reader = brood_os_handle_close(joint->reader);
        joint->writer = brood_os_handle_close(joint->writer);
        joint->made = 0;
    }
    leave();
}

brood__joint_t *brood__joint_release(brood__joint_t *joint) {
    int holders;
    enter();
    holders = --joint->holders;
    leave();
    if (holders == 0) {
        free(joint);
    }
    return NULL;
}

/* ---- one stream ------------------------------------------------------------------------- */

static apr_status_t open_file(brood__command_start_t *start, int stream,
                              const brood_stdio_t *stdio) {
    brood_os_file_how_t how = stdio->kind == BROOD_STDIO_READ     ? BROOD_OS_FILE_READ
                              : stdio->kind == BROOD_STDIO_CREATE ? BROOD_OS_FILE_CREATE
                                                                  : BROOD_OS_FILE_APPEND;
    apr_status_t rv = brood_os_file_open(&start->theirs[stream], stdio->path, how);
    start->standard[stream] = start->theirs[stream];
    return rv == APR_SUCCESS ? rv : brood__fail_within(rv, "%s: ", stdio->path);
}

static apr_status_t open_pipe(brood__command_start_t *start, int stream) {
    brood_os_handle_t reader, writer;
    apr_status_t rv;
    enter();
    rv = brood_os_stream_pipe_for(&reader, &writer,
                                  stream == BROOD_STDIN ? BROOD_OS_STRANGER_READS
                                                        : BROOD_OS_STRANGER_WRITES);
    start->theirs[stream] = stream == BROOD_STDIN ? reader : writer;
    start->mine[stream] = stream == BROOD_STDIN ? writer : reader;
    start->standard[stream] = start->theirs[stream];
    leave();
    return rv;
}

static apr_status_t lend_connection(brood__command_start_t *start, int stream,
                                    const brood_stdio_t *stdio) {
    apr_status_t rv = brood__connection_check(
        stdio->connection, stream == BROOD_STDIN ? BROOD__READABLE : BROOD__WRITABLE);
    if (rv == APR_SUCCESS) {
        start->standard[stream] = stdio->connection->stream;
    }
    return rv;
}

static apr_status_t open_stream(brood__command_start_t *start, brood_command_t *command,
                                int stream, const brood_stdio_t *stdio) {
    brood_os_handle_t *standard = &start->standard[stream];
    switch (stdio->kind) {
    case BROOD_STDIO_NULL: *standard = BROOD_OS_NO_HANDLE; return APR_SUCCESS;
    case BROOD_STDIO_READ:
    case BROOD_STDIO_CREATE:
    case BROOD_STDIO_APPEND: return open_file(start, stream, stdio);
    case BROOD_STDIO_OUTPUT_OF: return brood__joint_end(command->joints[0], 0, standard);
    case BROOD_STDIO_PIPE:
        return stream == BROOD_STDOUT && command->joints[1] != NULL
                   ? brood__joint_end(command->joints[1], 1, standard)
                   : open_pipe(start, stream);
    case BROOD_STDIO_CAPTURE:
    case BROOD_STDIO_BYTES: return open_pipe(start, stream);
    case BROOD_STDIO_AS_OUTPUT:
        *standard = start->standard[BROOD_STDOUT] != BROOD_OS_OWN_STREAM
                        ? start->standard[BROOD_STDOUT]
                        : brood_os_standard_get(BROOD_STDOUT);
        return APR_SUCCESS;
    case BROOD_STDIO_CONNECTION: return lend_connection(start, stream, stdio);
    case BROOD_STDIO_NATIVE: *standard = stdio->native; return APR_SUCCESS;
    default: *standard = BROOD_OS_OWN_STREAM; return APR_SUCCESS;
    }
}

apr_status_t brood__command_streams(brood__command_start_t *start,
                                    brood_command_t *command) {
    const brood_stdio_t *const stdio[BROOD_OS_STANDARD] = {
        &start->options->input, &start->options->output, &start->options->error};
    int own = 1;
    enter();
    start->next = first;
    first = start;
    leave();
    for (int i = 0; i < BROOD_OS_STANDARD; i++) {
        apr_status_t rv = open_stream(start, command, i, stdio[i]);
        if (rv != APR_SUCCESS) {
            return brood__fail_within(rv, "%s: ", names[i]);
        }
        own &= start->standard[i] == BROOD_OS_OWN_STREAM;
    }
    start->os.standard = own ? NULL : start->standard;
    return APR_SUCCESS;
}

void brood__command_streams_take(brood__command_start_t *start,
                                 brood_command_t *command) {
    enter();
    for (int i = 0; i < BROOD_OS_STANDARD; i++) {
        command->flows[i].end = start->mine[i];
        start->mine[i] = BROOD_OS_NO_HANDLE;
    }
    leave();
}

static void close_all(brood__command_start_t *start) {
    for (int i = 0; i < BROOD_OS_STANDARD; i++) {
        start->mine[i] = brood_os_handle_close(start->mine[i]);
        start->theirs[i] = brood_os_handle_close(start->theirs[i]);
    }
}

void brood__command_streams_close(brood__command_start_t *start) {
    brood__command_start_t **link;
    enter();
    for (link = &first; *link != NULL && *link != start; link = &(*link)->next) {}
    if (*link != NULL) { /* or it came to its end before it opened anything */
        *link = start->next;
    }
    close_all(start);
    leave();
}

/* ---- forks ------------------------------------------------------------------------------ */

apr_status_t brood__command_fork(brood_os_process_t *process) {
    apr_status_t rv;
    brood__gate_fork(&gate);
    rv = brood_os_process_fork(process);
    if (rv != APR_SUCCESS || process->pid != 0) { /* the child does it when it lets go */
        brood__gate_forked(&gate);
    }
    return rv;
}

void brood__command_streams_after_fork(void) {
    brood__gate_reset(&gate);
    brood__guard_reset(&guard);
    for (; first != NULL; first = first->next) {
        close_all(first);
    }
}
