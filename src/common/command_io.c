/* Command: writing to it and reading from it, piece by piece and line by line. */
#include "command.h"
#include "pace.h"
#include "status.h"
#include "stream.h"
#include <string.h>

#define PIECE 65536

static const char *const names[] = {"input", "output", "error"};

/* ---- writing ---------------------------------------------------------------------------- */

static apr_status_t check_input(const brood_command_t *command) {
    return command->options.input.kind != BROOD_STDIO_PIPE
               ? brood__fail(BROOD_EDIRECTION, "the input of %s is no pipe",
                             command->argv[0])
               : APR_SUCCESS;
}

/* Why it did not all go. */
static apr_status_t unwritten(const brood_command_t *command, apr_status_t rv) {
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = command->input_status != APR_SUCCESS ? command->input_status : APR_EPIPE;
    return brood__fail(rv, "%s reads no more", command->argv[0]);
}

static apr_status_t write_all(brood_command_t *command, brood_bytes_t bytes,
                              size_t *written, brood_os_deadline_t deadline) {
    apr_status_t rv = check_input(command);
    if (rv == APR_SUCCESS && bytes.data == NULL && bytes.size != 0) {
        rv = brood__fail(APR_EINVAL, "data is NULL and size is %llu",
                         (unsigned long long)bytes.size);
    }
    if (rv == APR_SUCCESS && (command->input_closes ||
                              command->flows[BROOD_STDIN].end == BROOD_OS_NO_HANDLE)) {
        return command->input_status != APR_SUCCESS
                   ? unwritten(command, APR_SUCCESS)
                   : brood__fail(BROOD_EDIRECTION, "the input of %s has been closed",
                                 command->argv[0]);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    command->input = bytes.data;
    command->input_size = bytes.size;
    command->input_done = 0;
    rv = brood__command_turn_one(command, brood__command_is_written, deadline);
    *written = command->input_done;
    command->input = NULL; /* the bytes are the caller's again */
    command->input_size = command->input_done = 0;
    return *written == bytes.size ? APR_SUCCESS : unwritten(command, rv);
}

apr_status_t brood_command_write(brood_command_t *command, const void *data, size_t size,
                                 size_t *written, apr_interval_time_t timeout) {
    const brood_bytes_t bytes = {data, size};
    brood_os_deadline_t deadline = brood__deadline(timeout);
    apr_status_t rv = brood__command_use_started(command);
    size_t done = 0;
    if (rv == APR_SUCCESS) {
        rv = write_all(command, bytes, &done, deadline);
        brood__command_unuse(command);
    }
    if (written != NULL) {
        *written = done;
    }
    return rv;
}

apr_status_t brood_command_close_input(brood_command_t *command) {
    apr_status_t rv = brood__command_use_started(command);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = check_input(command);
    if (rv == APR_SUCCESS && command->flows[BROOD_STDIN].end != BROOD_OS_NO_HANDLE) {
        command->input_closes = 1; /* after what is still on its way */
        rv = brood__command_feed(command);
    }
    brood__command_unuse(command);
    return rv;
}

/* ---- reading ---------------------------------------------------------------------------- */

/* The beginning of a use for one of its outputs. */
static apr_status_t use_stream(brood_command_t *command, brood_stream_t stream) {
    if (stream != BROOD_STDOUT && stream != BROOD_STDERR) {
        return brood__fail(APR_EINVAL, "stream is %d", (int)stream);
    }
    return brood__command_use_started(command);
}

static apr_status_t check_output(const brood_command_t *command, brood_stream_t stream) {
    return command->flows[stream].is_ours && !command->flows[stream].moved
               ? APR_SUCCESS
               : brood__fail(BROOD_EDIRECTION, "the %s of %s is %s", names[stream],
                             command->argv[0],
                             command->flows[stream].moved ? "captured"
                                                          : "no pipe to here");
}

static int is_output_ready(const brood__flow_t *flow) {
    return flow->watched &&
           (flow->ready || flow->end == BROOD_OS_NO_HANDLE || flow->size > flow->from);
}

static int is_readable(const brood_command_t *command) {
    return is_output_ready(&command->flows[BROOD_STDOUT]) ||
           is_output_ready(&command->flows[BROOD_STDERR]);
}

static void watch(brood_command_t *command, int output, int error) {
    command->flows[BROOD_STDOUT].watched = output;
    command->flows[BROOD_STDERR].watched = error;
    command->flows[BROOD_STDOUT].ready = command->flows[BROOD_STDERR].ready = 0;
}

/* What is in the flow's own bytes does not count here: it was not enough. */
static int is_watched_ready(const brood_command_t *command) {
    return command->flows[BROOD_STDOUT].ready || command->flows[BROOD_STDERR].ready;
}

/* Waits until a stream can be read. */
static apr_status_t await(brood_command_t *command, brood_stream_t stream,
                          brood_os_deadline_t deadline) {
    apr_status_t rv;
    watch(command, stream == BROOD_STDOUT, stream == BROOD_STDERR);
    rv = brood__command_turn_one(command, is_watched_ready, deadline);
    watch(command, 0, 0);
    return rv;
}

/* Reads once into somebody's memory. Where nothing else has to be moved, the kernel's wait is
 * all it takes. */
static apr_status_t read_some(brood_command_t *command, brood_stream_t stream,
                              void *buffer, size_t *size, brood_os_deadline_t deadline) {
    brood__flow_t *flow = &command->flows[stream];
    const size_t capacity = *size;
    apr_status_t rv;
    *size = 0;
    if (flow->end == BROOD_OS_NO_HANDLE) {
        return brood__fail_plainly(APR_EOF);
    }
    do { /* ends with bytes, the end, or the deadline; interrupted reads go on */
        rv = APR_SUCCESS;
        if (brood__command_has_streams(command)) {
            rv = await(command, stream, deadline);
        }
        if (rv == APR_SUCCESS) {
            *size = capacity;
            rv = brood_os_stream_read(flow->end, buffer, size, deadline);
        }
    } while (APR_STATUS_IS_EINTR(rv));
    if (rv == APR_EOF) {
        brood__flow_close(flow);
    }
    return rv == APR_TIMEUP || rv == APR_EOF ? brood__fail_plainly(rv) : rv;
}

static apr_status_t read_piece(brood_command_t *command, brood_stream_t stream,
                               void *buffer, size_t *size, brood_os_deadline_t deadline) {
    brood__flow_t *flow = &command->flows[stream];
    size_t left = flow->size - flow->from;
    apr_status_t rv = check_output(command, stream);
    if (rv != APR_SUCCESS) {
        *size = 0;
        return rv;
    }
    if (left == 0) {
        return read_some(command, stream, buffer, size, deadline);
    }
    *size = left < *size ? left : *size; /* left over from a line */
    memcpy(buffer, flow->bytes + flow->from, *size);
    flow->from += *size;
    return APR_SUCCESS;
}

apr_status_t brood_command_read(brood_command_t *command, brood_stream_t stream,
                                void *buffer, size_t capacity, size_t *size,
                                apr_interval_time_t timeout) {
    brood_os_deadline_t deadline = brood__deadline(timeout);
    apr_status_t rv = use_stream(command, stream);
    *size = 0;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (buffer == NULL || capacity == 0) {
        rv = brood__fail(APR_EINVAL, "there is no room to read into");
    } else {
        *size = capacity;
        rv = read_piece(command, stream, buffer, size, deadline);
    }
    brood__command_unuse(command);
    return rv;
}

/* ---- lines ------------------------------------------------------------------------------ */

/* How many bytes of what is there make a line: 0: none yet. */
static size_t line_length(brood__flow_t *flow, size_t most) {
    const uint8_t *end;
    size_t there = flow->size - flow->from;
    size_t seen = flow->scanned > flow->from ? flow->scanned - flow->from : 0;
    size_t look = there < most ? there : most;
    seen = seen < look ? seen : 0;
    end = look == 0 ? NULL : memchr(flow->bytes + flow->from + seen, '\n', look - seen);
    if (end != NULL) {
        return (size_t)(end - (flow->bytes + flow->from)) + 1;
    }
    flow->scanned = flow->from + look;
    return 0;
}

static void hand_out(brood__flow_t *flow, char *buffer, size_t length, size_t *size) {
    memcpy(buffer, flow->bytes + flow->from, length);
    buffer[length] = '\0';
    flow->from += length;
    *size = length;
}

/* Reads more of a line into the flow's own bytes. */
static apr_status_t read_more(brood_command_t *command, brood_stream_t stream,
                              brood_os_deadline_t deadline) {
    brood__flow_t *flow = &command->flows[stream];
    size_t piece = PIECE;
    apr_status_t rv = APR_SUCCESS;
    if (flow->bytes == NULL || flow->room - flow->size < PIECE / 2) {
        rv = brood__flow_grow(flow, PIECE / 2);
    }
    if (rv == APR_SUCCESS) {
        piece = flow->room - flow->size;
        rv = read_some(command, stream, flow->bytes + flow->size, &piece, deadline);
        flow->size += rv == APR_SUCCESS ? piece : 0;
    }
    return rv;
}

static apr_status_t read_line(brood_command_t *command, brood_stream_t stream,
                              char *buffer, size_t capacity, size_t *size,
                              brood_os_deadline_t deadline) {
    brood__flow_t *flow = &command->flows[stream];
    apr_status_t rv = check_output(command, stream);
    while (rv == APR_SUCCESS) { /* or a line, a full buffer, the end or the deadline */
        size_t length = line_length(flow, capacity - 1);
        if (length == 0 && flow->size - flow->from >= capacity - 1) {
            hand_out(flow, buffer, capacity - 1, size);
            return brood__fail(BROOD_ETOOBIG, "a line of more than %llu bytes",
                               (unsigned long long)capacity - 1);
        }
        if (length == 0) {
            rv = read_more(command, stream, deadline);
            length = rv == APR_EOF ? flow->size - flow->from : 0;
        }
        if (length != 0) {
            hand_out(flow, buffer, length, size);
            return APR_SUCCESS;
        }
    }
    return rv;
}

apr_status_t brood_command_read_line(brood_command_t *command, brood_stream_t stream,
                                     char *buffer, size_t capacity, size_t *size,
                                     apr_interval_time_t timeout) {
    brood_os_deadline_t deadline = brood__deadline(timeout);
    apr_status_t rv = use_stream(command, stream);
    *size = 0;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = buffer != NULL && capacity >= 2
             ? read_line(command, stream, buffer, capacity, size, deadline)
             : brood__fail(APR_EINVAL, "a line needs room for two bytes at least");
    brood__command_unuse(command);
    return rv;
}

/* ---- both at once ----------------------------------------------------------------------- */

static int is_readable_or_over(const brood_command_t *command) {
    return is_readable(command) || brood__command_is_over(command);
}

static apr_status_t poll_outputs(brood_command_t *command, int *output, int *error,
                                 int *ended, brood_os_deadline_t deadline) {
    int open[BROOD_OS_STANDARD] = {0, 0, 0};
    apr_status_t rv;
    for (int i = BROOD_STDOUT; i <= BROOD_STDERR; i++) {
        const brood__flow_t *flow = &command->flows[i];
        open[i] =
            !flow->moved && (flow->end != BROOD_OS_NO_HANDLE || flow->size > flow->from);
    }
    if (!open[BROOD_STDOUT] && !open[BROOD_STDERR] && ended == NULL) {
        return brood__fail_plainly(APR_EOF);
    }
    watch(command, open[BROOD_STDOUT], open[BROOD_STDERR]);
    rv = brood__command_turn_one(
        command, ended == NULL ? is_readable : is_readable_or_over, deadline);
    if (rv == APR_SUCCESS) {
        *output = is_output_ready(&command->flows[BROOD_STDOUT]);
        *error = is_output_ready(&command->flows[BROOD_STDERR]);
        if (ended != NULL) {
            *ended = brood__command_is_over(command);
        }
    }
    watch(command, 0, 0);
    return rv;
}

apr_status_t brood_command_poll(brood_command_t *command, int *output, int *error,
                                int *ended, apr_interval_time_t timeout) {
    brood_os_deadline_t deadline = brood__deadline(timeout);
    apr_status_t rv = brood__command_use_started(command);
    *output = *error = 0;
    if (ended != NULL) {
        *ended = 0;
    }
    if (rv == APR_SUCCESS) {
        rv = poll_outputs(command, output, error, ended, deadline);
        brood__command_unuse(command);
    }
    return rv;
}

/* ---- what there is ---------------------------------------------------------------------- */

static apr_status_t captured(brood_command_t *command, brood_stream_t stream,
                             brood_bytes_t *bytes) {
    if (!command->flows[stream].moved) {
        return brood__fail(BROOD_EDIRECTION, "the %s of %s is not captured",
                           names[stream], command->argv[0]);
    }
    *bytes = brood__flow_bytes(&command->flows[stream]);
    return command->flows[stream].cut
               ? brood__fail(BROOD_EOUTPUT, "the %s of %s: the first %llu bytes",
                             names[stream], command->argv[0],
                             (unsigned long long)bytes->size)
               : APR_SUCCESS;
}

apr_status_t brood_command_captured(brood_command_t *command, brood_stream_t stream,
                                    brood_bytes_t *bytes) {
    apr_status_t rv = use_stream(command, stream);
    bytes->data = NULL;
    bytes->size = 0;
    if (rv == APR_SUCCESS) {
        rv = captured(command, stream, bytes);
        brood__command_unuse(command);
    }
    return rv;
}

static apr_status_t native_of(const brood_command_t *command, brood_stream_t stream,
                              brood_native_t *native) {
    if (stream < BROOD_STDIN || stream > BROOD_STDERR) {
        return brood__fail(APR_EINVAL, "stream is %d", (int)stream);
    }
    *native = command->flows[stream].end;
    return *native != BROOD_OS_NO_HANDLE
               ? APR_SUCCESS
               : brood__fail(BROOD_EDIRECTION, "the %s of %s is no pipe, or closed",
                             names[stream], command->argv[0]);
}

apr_status_t brood_command_native(brood_command_t *command, brood_stream_t stream,
                                  brood_native_t *native) {
    apr_status_t rv = brood__command_use_started(command);
    *native = BROOD_OS_NO_HANDLE;
    if (rv == APR_SUCCESS) {
        rv = native_of(command, stream, native);
        brood__command_unuse(command);
    }
    return rv;
}
