/* Command: the one loop that waits for commands, and moves their streams meanwhile.
 *
 * Whoever waits for a command does its work: writes what it is to read, reads what is captured.
 * All that can happen is waited for at once, so that no pipe can fill up while another is waited
 * for; and no read or write waits by itself. */
#include "command.h"
#include "os/clock.h"
#include "os/stream.h"
#include "status.h"
#include <stdlib.h>
#include <string.h>

/* How much is read at a time: as much as a pipe holds. */
#define PIECE 65536

/* What a program has left in a pipe when it ended is no more than this. More comes from programs
 * that it has left behind, which may go on for ever. */
#define LEFT_MOST ((size_t)16 << 20)

/* How long one sleeps where the system has no handle on a child. */
#define BLIND_NS (5 * 1000000LL)

/* Up to so many commands are waited for without allocating. */
#define FEW 4

/* ---- one stream ------------------------------------------------------------------------- */

apr_status_t brood__flow_grow(brood__flow_t *flow, size_t more) {
    size_t room = flow->room < PIECE ? PIECE : flow->room;
    uint8_t *bytes;
    if (flow->from != 0) { /* what has been taken makes room first */
        memmove(flow->bytes, flow->bytes + flow->from, flow->size - flow->from);
        flow->size -= flow->from;
        flow->scanned -= flow->scanned < flow->from ? flow->scanned : flow->from;
        flow->from = 0;
    }
    while (room - flow->size < more) { /* ends: it doubles */
        if (room > SIZE_MAX / 2 - 1) {
            return brood__fail(APR_ENOMEM, "more output than there are addresses");
        }
        room *= 2;
    }
    if (room == flow->room) {
        return APR_SUCCESS;
    }
    bytes = realloc(flow->bytes, room + 1);
    if (bytes == NULL) {
        return brood__fail(APR_ENOMEM, "output of %llu bytes", (unsigned long long)room);
    }
    flow->bytes = bytes;
    flow->room = room;
    return APR_SUCCESS;
}

brood_bytes_t brood__flow_bytes(brood__flow_t *flow) {
    brood_bytes_t bytes = {"", 0};
    if (flow->bytes != NULL) {
        flow->bytes[flow->size] = 0;
        bytes.data = flow->bytes + flow->from;
        bytes.size = flow->size - flow->from;
    }
    return bytes;
}

/* The limit is reached: what comes is read, so that the program goes on, and dropped. */
static apr_status_t drop(brood__flow_t *flow, size_t *got) {
    char nowhere[4096];
    apr_status_t rv;
    *got = sizeof nowhere;
    rv = brood_os_stream_read(flow->end, nowhere, got, 0);
    flow->cut |= rv == APR_SUCCESS;
    return rv;
}

static apr_status_t keep(brood__flow_t *flow, size_t *got) {
    size_t left = flow->limit - (flow->size - flow->from);
    size_t piece = left < PIECE ? left : PIECE;
    apr_status_t rv = APR_SUCCESS;
    *got = 0;
    if (flow->bytes == NULL || flow->room - flow->size < piece) {
        rv = brood__flow_grow(flow, piece);
    }
    if (rv == APR_SUCCESS) {
        *got = piece;
        rv = brood_os_stream_read(flow->end, flow->bytes + flow->size, got, 0);
        flow->size += *got;
    }
    return rv;
}

/* Reads once, if anything is there. */
static apr_status_t take(brood__flow_t *flow, size_t *got) {
    int is_full = flow->size - flow->from >= flow->limit;
    apr_status_t rv = is_full ? drop(flow, got) : keep(flow, got);
    if (rv == APR_EOF) {
        brood__flow_close(flow);
        return APR_SUCCESS;
    }
    return rv == APR_SUCCESS || rv == APR_TIMEUP || APR_STATUS_IS_ENOMEM(rv)
               ? rv
               : brood__fail(rv, "reading what the command prints");
}

apr_status_t brood__flow_take(brood__flow_t *flow) {
    size_t got;
    return take(flow, &got);
}

static apr_status_t take_all(brood__flow_t *flow) {
    size_t total = 0;
    apr_status_t rv = APR_SUCCESS;
    while (rv == APR_SUCCESS && flow->end != BROOD_OS_NO_HANDLE && total < LEFT_MOST) {
        size_t got; /* ends when nothing is there, or at the end of the stream */
        rv = take(flow, &got);
        total += got;
    }
    return rv == APR_TIMEUP ? APR_SUCCESS : rv;
}

/* Bytes for its input, or its end. */
static int has_input(const brood_command_t *command) {
    return command->flows[BROOD_STDIN].end != BROOD_OS_NO_HANDLE &&
           (command->input_done < command->input_size || command->input_closes);
}

apr_status_t brood__command_feed(brood_command_t *command) {
    brood__flow_t *flow = &command->flows[BROOD_STDIN];
    size_t piece = command->input_size - command->input_done;
    apr_status_t rv = APR_SUCCESS;
    if (!has_input(command)) {
        return rv;
    }
    if (piece != 0) {
        rv = brood_os_outlet_write(&flow->outlet, command->input + command->input_done,
                                   &piece);
        command->input_done += rv == APR_SUCCESS ? piece : 0;
    }
    if (rv == APR_SUCCESS && command->input_closes &&
        command->input_done == command->input_size) {
        rv = brood_os_outlet_idle(&flow->outlet);
        if (rv == APR_SUCCESS) {
            brood__flow_close(flow);
        }
    }
    if (rv == APR_SUCCESS || rv == APR_TIMEUP || APR_STATUS_IS_EINTR(rv)) {
        return APR_SUCCESS;
    }
    command->input_status = rv;
    brood__flow_close(flow);
    return APR_STATUS_IS_EPIPE(rv)
               ? APR_SUCCESS
               : brood__fail(rv, "writing what the command is to read");
}

/* ---- one command ------------------------------------------------------------------------ */

static int is_wanted(const brood__flow_t *flow) {
    return flow->end != BROOD_OS_NO_HANDLE &&
           (flow->moved || (flow->watched && !flow->ready));
}

int brood__command_has_streams(const brood_command_t *command) {
    return has_input(command) || is_wanted(&command->flows[BROOD_STDOUT]) ||
           is_wanted(&command->flows[BROOD_STDERR]);
}

void brood__command_waitables(const brood_command_t *command,
                              brood_os_waitable_t set[BROOD__COMMAND_WAITABLES]) {
    const brood_os_waitable_t nothing = {BROOD_OS_NO_HANDLE, BROOD_OS_WAIT_STREAM, 0};
    for (int i = 0; i < BROOD__COMMAND_WAITABLES; i++) {
        set[i] = nothing;
    }
    if (!command->child->ended) {
        set[3].handle = brood__child_waited_at(command->child, &set[3].kind);
    }
    if (has_input(
            command)) { /* also when it has ended: what it has started may read on */
        brood_os_outlet_waitable(&command->flows[BROOD_STDIN].outlet, &set[BROOD_STDIN]);
    }
    for (int i = BROOD_STDOUT; i <= BROOD_STDERR; i++) {
        if (is_wanted(&command->flows[i])) {
            set[i].handle = command->flows[i].end;
        }
    }
}

apr_status_t brood__command_act(brood_command_t *command,
                                const brood_os_waitable_t set[BROOD__COMMAND_WAITABLES]) {
    apr_status_t rv = APR_SUCCESS;
    if (set[BROOD_STDIN].ready) {
        rv = brood__command_feed(command);
    }
    for (int i = BROOD_STDOUT; i <= BROOD_STDERR && rv == APR_SUCCESS; i++) {
        brood__flow_t *flow = &command->flows[i];
        if (!set[i].ready || flow->end == BROOD_OS_NO_HANDLE) {
            continue; /* its end may have come just now: a command may be there twice */
        }
        if (flow->moved) {
            rv = brood__flow_take(flow);
            rv = rv == APR_TIMEUP || APR_STATUS_IS_EINTR(rv) ? APR_SUCCESS : rv;
        } else {
            flow->ready = 1;
        }
    }
    if (rv == APR_SUCCESS && !command->child->ended &&
        (set[3].ready || set[3].handle == BROOD_OS_NO_HANDLE)) {
        rv = brood__child_wait(command->child, 0);
        rv = rv == APR_TIMEUP ? APR_SUCCESS : rv;
    }
    return rv;
}

apr_status_t brood__command_settle(brood_command_t *command) {
    apr_status_t rv = APR_SUCCESS;
    if (command->input_size != 0 || command->input_closes) {
        brood__flow_close(&command->flows[BROOD_STDIN]);
    }
    for (int i = BROOD_STDOUT; i <= BROOD_STDERR && rv == APR_SUCCESS; i++) {
        if (command->flows[i].moved) {
            rv = take_all(&command->flows[i]);
        }
    }
    return rv;
}

int brood__command_is_over(const brood_command_t *command) {
    return command->child->ended;
}

int brood__command_is_finished(const brood_command_t *command) {
    return command->child->ended && !is_wanted(&command->flows[BROOD_STDOUT]) &&
           !is_wanted(&command->flows[BROOD_STDERR]);
}

int brood__command_is_written(const brood_command_t *command) {
    return command->input_done == command->input_size ||
           command->flows[BROOD_STDIN].end == BROOD_OS_NO_HANDLE;
}

/* ---- several ---------------------------------------------------------------------------- */

static int is_reached(const brood__turn_t *turn) {
    int every = 1;
    for (size_t i = 0; i < turn->count; i++) {
        if (turn->commands[i] == NULL) {
            continue;
        }
        if (!turn->is_done(turn->commands[i])) {
            every = 0;
        } else if (turn->any) {
            return 1;
        }
    }
    return every;
}

/* Input goes at once as far as there is room; what is left waits for its turn. */
static apr_status_t feed_all(const brood__turn_t *turn) {
    apr_status_t rv = APR_SUCCESS;
    for (size_t i = 0; i < turn->count && rv == APR_SUCCESS; i++) {
        if (turn->commands[i] != NULL) {
            rv = brood__command_feed(turn->commands[i]);
        }
    }
    return rv;
}

/* Waits once for whatever may happen. */
static apr_status_t wait_once(const brood__turn_t *turn, brood_os_waitable_t *set,
                              brood_os_deadline_t deadline) {
    static const brood_os_waitable_t nothing = {BROOD_OS_NO_HANDLE, BROOD_OS_WAIT_STREAM,
                                                0};
    brood_os_deadline_t soon = brood_os_now_ns() + BLIND_NS;
    apr_status_t rv;
    for (size_t i = 0; i < turn->count; i++) {
        brood_os_waitable_t *own = set + i * BROOD__COMMAND_WAITABLES;
        if (turn->commands[i] == NULL) {
            for (int j = 0; j < BROOD__COMMAND_WAITABLES; j++) {
                own[j] = nothing;
            }
            continue;
        }
        brood__command_waitables(turn->commands[i], own);
        if (!turn->commands[i]->child->ended && own[3].handle == BROOD_OS_NO_HANDLE &&
            soon < deadline) {
            deadline = soon;
        }
    }
    rv = brood_os_wait_any(set, turn->count * BROOD__COMMAND_WAITABLES, deadline);
    if (rv != APR_SUCCESS && rv != APR_TIMEUP && !APR_STATUS_IS_EINTR(rv)) {
        return brood__fail(rv, "waiting for commands");
    }
    for (size_t i = 0; i < turn->count; i++) {
        if (turn->commands[i] != NULL) {
            rv =
                brood__command_act(turn->commands[i], set + i * BROOD__COMMAND_WAITABLES);
            if (rv != APR_SUCCESS) {
                return rv;
            }
        }
    }
    return APR_SUCCESS;
}

static apr_status_t take_turn(const brood__turn_t *turn, brood_os_waitable_t *set) {
    int looked = 0;
    apr_status_t rv = feed_all(turn);
    while (rv == APR_SUCCESS) { /* or it is done, or at the deadline */
        int late = looked && brood_os_now_ns() >= turn->deadline;
        if (is_reached(turn)) {
            return APR_SUCCESS;
        }
        if (late) {
            return brood__fail_plainly(APR_TIMEUP);
        }
        rv = wait_once(turn, set, turn->deadline);
        looked = 1;
    }
    return rv;
}

apr_status_t brood__command_turn(const brood__turn_t *turn) {
    brood_os_waitable_t few[FEW * BROOD__COMMAND_WAITABLES];
    brood_os_waitable_t *set = few;
    apr_status_t rv;
    if (turn->count > FEW) {
        set = turn->count > SIZE_MAX / sizeof few ? NULL
                                                  : calloc(turn->count, sizeof few / FEW);
    }
    if (set == NULL) {
        return brood__fail(APR_ENOMEM, "waiting for %llu commands",
                           (unsigned long long)turn->count);
    }
    rv = take_turn(turn, set);
    if (set != few) {
        free(set);
    }
    return rv;
}

apr_status_t brood__command_turn_one(brood_command_t *command,
                                     int (*is_done)(const brood_command_t *command),
                                     brood_os_deadline_t deadline) {
    brood__turn_t turn = {&command, 1, 0, is_done, deadline};
    return brood__command_turn(&turn);
}
