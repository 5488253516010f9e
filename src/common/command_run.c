/* Command: a whole conversation at one go. */
#include "command.h"
#include "pace.h"
#include "status.h"
#include <apr_pools.h>
#include <stdlib.h>
#include <string.h>

/* What becomes of a program whose time is over, unless the options say something else. */
static const brood_stop_step_t default_steps[] = {{BROOD_STOP_TERMINATE, 2 * 1000000},
                                                  {BROOD_STOP_KILL, BROOD_FOREVER}};

/* From now on its pipes are moved by whoever waits. */
static void take_pipes(brood_command_t *command, brood_bytes_t input) {
    if (command->options.input.kind == BROOD_STDIO_PIPE && !command->input_closes) {
        command->input = input.data;
        command->input_size = input.size;
        command->input_done = 0;
        command->input_closes = 1;
    }
    for (int i = BROOD_STDOUT; i <= BROOD_STDERR; i++) {
        brood__flow_t *flow = &command->flows[i];
        if (flow->is_ours && !flow->moved) {
            flow->moved = 1;
            flow->limit = SIZE_MAX;
        }
    }
}

static void give(brood_command_t *command, brood_stream_t stream, brood_bytes_t *bytes) {
    if (bytes != NULL && command->flows[stream].moved) {
        *bytes = brood__flow_bytes(&command->flows[stream]);
    }
}

/* Until the streams are at their ends and it has ended. */
static apr_status_t converse(brood_command_t *command, brood_os_deadline_t deadline) {
    apr_status_t rv =
        brood__command_turn_one(command, brood__command_is_finished, deadline);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood__command_settle(command);
    return rv == APR_SUCCESS &&
                   (command->flows[BROOD_STDOUT].cut || command->flows[BROOD_STDERR].cut)
               ? brood__fail(BROOD_EOUTPUT, "%s printed more than was to be captured",
                             command->argv[0])
               : rv;
}

static apr_status_t check_given(const brood_command_t *command, brood_bytes_t input) {
    if (input.size == 0 ||
        (input.data != NULL && command->options.input.kind == BROOD_STDIO_PIPE)) {
        return APR_SUCCESS;
    }
    return brood__fail(
        APR_EINVAL, "input of %llu bytes, but %s", (unsigned long long)input.size,
        input.data == NULL ? "input.data is NULL" : "the command's input is no pipe");
}

apr_status_t brood_command_communicate(brood_command_t *command, brood_bytes_t input,
                                       apr_interval_time_t timeout, brood_bytes_t *output,
                                       brood_bytes_t *error) {
    const brood_bytes_t nothing = {"", 0};
    brood_os_deadline_t deadline = brood__deadline(timeout);
    apr_status_t rv = brood__command_use_started(command);
    if (output != NULL) {
        *output = nothing;
    }
    if (error != NULL) {
        *error = nothing;
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = check_given(command, input);
    if (rv == APR_SUCCESS) {
        take_pipes(command, input);
        rv = converse(command, deadline);
        give(command, BROOD_STDOUT, output);
        give(command, BROOD_STDERR, error);
    }
    brood__command_unuse(command);
    return rv;
}

/* ---- run -------------------------------------------------------------------------------- */

static apr_status_t free_bytes(void *bytes) {
    free(bytes);
    return APR_SUCCESS;
}

/* The bytes are the pool's from now on. */
static void hand_over(brood__flow_t *flow, brood_bytes_t *bytes, int *cut,
                      apr_pool_t *pool) {
    *bytes = brood__flow_bytes(flow);
    *cut = flow->cut;
    if (flow->bytes != NULL) {
        apr_pool_cleanup_register(pool, flow->bytes, free_bytes, apr_pool_cleanup_null);
        flow->bytes = NULL;
    }
}

/* Its time is over, or it cannot be waited for: then nothing of its streams is tried again, and
 * it is killed at last whatever happens. */
static apr_status_t give_up(brood_command_t *command, apr_status_t why,
                            brood_stop_what_t *ended_by) {
    const brood_command_options_t *options = &command->options;
    apr_status_t rv;
    for (int i = 0; why != APR_TIMEUP && i < BROOD_OS_STANDARD; i++) {
        brood__flow_close(&command->flows[i]);
    }
    rv =
        options->steps == NULL
            ? brood_command_stop(command, default_steps,
                                 sizeof default_steps / sizeof default_steps[0], ended_by)
            : brood_command_stop(command, options->steps, options->step_count, ended_by);
    if (rv == APR_TIMEUP) { /* as far as its ladder goes */
        return brood__fail_within(
            why, "%s: its time was over, and it goes on: ", command->argv[0]);
    }
    if (rv != APR_SUCCESS) {
        (void)brood__child_signal(command->child, BROOD_OS_KILL);
        return brood__fail_within(why,
                                  "%s: it could not be waited for: ", command->argv[0]);
    }
    return why != APR_TIMEUP ? why
                             : brood__fail(why, "%s was stopped when its time was over",
                                           command->argv[0]);
}

static apr_status_t run_to_end(brood_command_result_t *result, brood_command_t *command,
                               brood_os_deadline_t deadline, apr_pool_t *pool) {
    const brood_bytes_t nothing = {NULL, 0};
    apr_status_t rv = brood_command_start(command), ended;
    result->step = command->failed;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    result->pid = command->pid;
    take_pipes(command, nothing);
    rv = converse(command, deadline);
    if (rv != APR_SUCCESS && rv != BROOD_EOUTPUT) {
        rv = give_up(command, rv, &result->ended_by);
    }
    if (rv == APR_SUCCESS || command->child->ended) {
        ended = brood_command_exit_code(command, &result->code);
        rv = rv == APR_SUCCESS ? ended : rv;
    }
    hand_over(&command->flows[BROOD_STDOUT], &result->output, &result->output_cut, pool);
    hand_over(&command->flows[BROOD_STDERR], &result->error, &result->error_cut, pool);
    return rv;
}

apr_status_t brood_command_run(brood_command_result_t *result, const char *const *argv,
                               const brood_command_options_t *options,
                               apr_interval_time_t timeout, apr_pool_t *pool) {
    brood_command_options_t captured = BROOD_COMMAND_OPTIONS_INIT;
    brood_os_deadline_t deadline = brood__deadline(timeout);
    brood_command_t *command;
    apr_pool_t *own;
    apr_status_t rv;
    memset(result, 0, sizeof *result);
    result->output.data = result->error.data = "";
    captured.input = brood_stdio_null();
    captured.output = captured.error = brood_stdio_capture(0);
    rv = apr_pool_create(&own, NULL);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood_command_create(&command, argv, options != NULL ? options : &captured, own);
    if (rv == APR_SUCCESS) {
        (void)brood__command_use(
            command); /* nobody else knows it, but this program's end */
        rv = run_to_end(result, command, deadline, pool);
        brood__command_unuse(command);
    }
    apr_pool_destroy(own);
    return rv;
}
