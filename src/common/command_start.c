/* Command: the start, and a program in the place of this one. */
#include "command.h"

#include "boot_child.h"
#include "current.h"
#include "os/handle.h"
#include "session.h"
#include "status.h"
#include <apr_pools.h>
#include <apr_strings.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- what a start needs ----------------------------------------------------------------- */

static void start_init(brood__command_start_t *start,
                       const brood_command_options_t *options, const char *const *argv,
                       apr_pool_t *pool) {
    const brood__command_start_t none = {0};
    *start = none;
    start->options = options;
    start->pool = pool;
    start->step = BROOD_STEP_PREPARE;
    start->os.argv = argv;
    start->os.command_line = options->command_line;
    start->os.directory = options->directory;
    start->os.new_group = options->new_group;
    start->os.end_with_parent = options->end_with_parent;
    start->os.boot = BROOD_OS_NO_HANDLE;
    for (int i = 0; i < BROOD_OS_STANDARD; i++) {
        start->mine[i] = start->theirs[i] = BROOD_OS_NO_HANDLE;
    }
}

/* Everything but the process. */
static apr_status_t prepare(brood__command_start_t *start, brood_command_t *command) {
    const brood_command_options_t *options = start->options;
    apr_status_t rv = brood__command_variables(start);
    if (rv == APR_SUCCESS) {
        start->step = BROOD_STEP_SEARCH;
        rv = brood__command_search(start, options->program != NULL ? options->program
                                                                   : start->os.argv[0]);
    }
    if (rv == APR_SUCCESS) {
        start->step = BROOD_STEP_STREAMS;
        rv = brood__command_streams(start, command);
    }
    return rv;
}

/* ---- what went wrong -------------------------------------------------------------------- */

static brood_command_step_t step_of(brood_os_start_step_t step) {
    switch (step) {
    case BROOD_OS_START_DIRECTORY: return BROOD_STEP_DIRECTORY;
    case BROOD_OS_START_STREAMS: return BROOD_STEP_STREAMS;
    case BROOD_OS_START_GROUP: return BROOD_STEP_GROUP;
    case BROOD_OS_START_EXECUTE: return BROOD_STEP_EXECUTE;
    default: return BROOD_STEP_PREPARE;
    }
}

static size_t measure(const char *const *list, size_t *count) {
    size_t bytes = 0;
    *count = 0;
    for (; list != NULL && list[*count] != NULL; ++*count) {
        bytes += strlen(list[*count]) + 1;
    }
    return bytes;
}

static apr_status_t too_big(const brood__command_start_t *start) {
    size_t arguments, variables;
    size_t argument_bytes = measure(start->os.argv, &arguments);
    size_t variable_bytes = measure(start->os.environment, &variables);
    if (start->os.environment == NULL) {
        return brood__fail_within(
            BROOD_EARGUMENTS,
            "%llu arguments of %llu bytes and the inherited environment: ",
            (unsigned long long)arguments, (unsigned long long)argument_bytes);
    }
    return brood__fail_within(
        BROOD_EARGUMENTS,
        "%llu arguments of %llu bytes and %llu variables of %llu bytes: ",
        (unsigned long long)arguments, (unsigned long long)argument_bytes,
        (unsigned long long)variables, (unsigned long long)variable_bytes);
}

/* The system's failure in our words. */
static apr_status_t system_failed(const brood__command_start_t *start, apr_status_t rv) {
    if (rv == E2BIG || rv == APR_FROM_OS_ERROR(E2BIG)) {
        return too_big(start);
    }
    if (rv == APR_EINVAL && start->os.batch_file) {
        /* The one thing that is refused of it. */
        return brood__fail_within(BROOD_ESCRIPT, "an argument for %s: ", start->os.image);
    }
    switch (start->step) {
    case BROOD_STEP_DIRECTORY:
        return brood__fail_within(rv, "the directory %s: ", start->os.directory);
    case BROOD_STEP_EXECUTE:
        return brood__fail_within(rv, "executing %s: ", start->os.image);
    case BROOD_STEP_GROUP:
        return brood__fail_within(rv, "%s: ",
                                  start->os.end_with_parent
                                      ? "tying it to the end of this process"
                                      : "a process group of its own");
    default: return rv;
    }
}

static apr_status_t failed(const brood__command_start_t *start, apr_status_t rv) {
    return brood__fail_within(rv, "start of %s (%s): ", start->os.argv[0],
                              brood_command_step_name(start->step));
}

/* ---- the start -------------------------------------------------------------------------- */

/* Makes the process. In a tree that ends as a whole it is tied, too, if the kernel can do that. */
static apr_status_t launch(brood__command_start_t *start, brood__child_t *child) {
    int inherits = !start->os.end_with_parent && brood__current.end_with_parent > 1;
    brood_os_start_step_t step = BROOD_OS_START_NONE;
    apr_status_t rv;
    start->os.end_with_parent = inherits ? 2 : start->os.end_with_parent;
    rv = brood_os_process_start(&child->os, &start->os, &step);
    if (inherits && APR_STATUS_IS_ENOTIMPL(rv)) {
        start->os.end_with_parent = 0;
        rv = brood_os_process_start(&child->os, &start->os, &step);
    }
    if (rv != APR_SUCCESS) {
        start->step = step_of(step);
        rv = system_failed(start, rv);
    }
    return rv;
}

/* It runs: our ends are the command's now, and its own are not ours any more. */
static void take_over(brood_command_t *command, brood__command_start_t *start,
                      brood__child_t *child) {
    const brood_stdio_t *input = &command->options.input;
    const brood_stdio_t *outputs[] = {&command->options.output, &command->options.error};
    brood__command_streams_take(start, command);
    for (int i = 0; i < BROOD_OS_STANDARD; i++) {
        brood__flow_t *flow = &command->flows[i];
        flow->is_ours = flow->end != BROOD_OS_NO_HANDLE;
        if (i != BROOD_STDIN && outputs[i - 1]->kind == BROOD_STDIO_CAPTURE) {
            flow->moved = 1;
            flow->limit = outputs[i - 1]->size;
        }
    }
    for (int i = 0; i < 2; i++) {
        if (command->joints[i] != NULL) {
            brood__joint_used(command->joints[i], i);
        }
    }
    if (input->kind == BROOD_STDIO_BYTES) {
        command->input = input->data;
        command->input_size = input->size;
        command->input_closes = 1;
    }
    command->flows[BROOD_STDIN].outlet.stream = command->flows[BROOD_STDIN].end;
    command->program = apr_pstrdup(command->pool, start->os.image);
    command->pid = child->os.pid;
    /* Last, for other threads may ask for it from now on; pairs with brood__command_child(). */
    command->child = child;
}

static apr_status_t may_start(const brood_command_t *command) {
    apr_status_t rv = brood__command_check(command);
    if (rv == APR_SUCCESS && command->child != NULL) {
        rv = brood__fail(BROOD_ESTARTED, "%s", command->argv[0]);
    }
    return rv;
}

static apr_status_t start_in(brood_command_t *command, apr_pool_t *pool) {
    brood__command_start_t start;
    brood__child_t *child = brood__child_new(command->argv[0], 0, BROOD_START_SPAWN);
    apr_status_t rv;
    if (child == NULL) {
        command->failed = BROOD_STEP_PREPARE;
        return brood__fail(APR_ENOMEM, "start of %s", command->argv[0]);
    }
    start_init(&start, &command->options, command->argv, pool);
    /* Where brood_init() has not seen to that: forks of the program's own. */
    rv = brood_os_at_fork_child(brood__command_after_fork);
    if (rv == APR_SUCCESS && command->options.join_at_exit) {
        rv = brood__boot_register();
    }
    if (rv == APR_SUCCESS) {
        rv = prepare(&start, command);
    }
    if (rv == APR_SUCCESS) {
        rv = launch(&start, child);
    }
    if (rv == APR_SUCCESS) {
        take_over(command, &start, child);
        command->failed = BROOD_STEP_NONE;
    } else {
        brood__child_discard(child);
        for (int i = 0; i < 2; i++) {
            if (command->joints[i] != NULL) {
                brood__joint_unused(command->joints[i], i);
            }
        }
        command->failed = start.step;
        rv = failed(&start, rv);
    }
    brood__command_streams_close(&start);
    return rv;
}

apr_status_t brood_command_start(brood_command_t *command) {
    apr_pool_t *pool;
    apr_status_t rv = may_start(command);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    brood__detail_clear(); /* so that a failure without words gets no older one's */
    brood__child_reap_detached();
    rv = apr_pool_create(&pool, NULL);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood__command_use(command);
    if (rv == APR_SUCCESS) {
        rv = start_in(command, pool);
        brood__command_unuse(command);
    }
    apr_pool_destroy(pool);
    return rv;
}

/* ---- in the place of this program ------------------------------------------------------- */

static apr_status_t check_exec(const brood_command_options_t *options) {
    const brood_stdio_t *stdio[] = {&options->input, &options->output, &options->error};
    for (int i = 0; i < BROOD_OS_STANDARD; i++) {
        switch (stdio[i]->kind) {
        case BROOD_STDIO_PIPE:
        case BROOD_STDIO_CAPTURE:
        case BROOD_STDIO_BYTES:
        case BROOD_STDIO_OUTPUT_OF:
            return brood__fail(APR_EINVAL,
                               "a stream of a program in the place of this one cannot be "
                               "of kind %d: nobody is left on the other side",
                               (int)stdio[i]->kind);
        default: break;
        }
    }
    return options->end_with_parent
               ? brood__fail(APR_EINVAL, "options->end_with_parent: it is this process")
               : APR_SUCCESS;
}

/* From here on this process is no part of its session: the program that follows knows nothing
 * of it, and what this one holds shall not wait for that program's end. */
static apr_status_t replace(brood__command_start_t *start) {
    brood_os_start_step_t step = BROOD_OS_START_NONE;
    int had_session = brood__self_id != 0;
    apr_status_t rv;
    (void)fflush(NULL);
    brood__session_leave();
    rv = brood_os_process_replace(&start->os, &step);
    start->step = step_of(step);
    rv = system_failed(start, rv);
    if (had_session) {
        (void)brood__session_return();
    }
    return rv;
}

apr_status_t brood_exec(const char *const *argv, const brood_command_options_t *options,
                        apr_pool_t *pool) {
    brood_command_options_t chosen;
    brood__command_start_t start;
    apr_status_t rv;
    if (argv == NULL || argv[0] == NULL || argv[0][0] == '\0') {
        return brood__fail(APR_EINVAL, "argv has no argv[0]");
    }
    brood__detail_clear();
    rv = brood__command_options_take(&chosen, options, pool);
    if (rv == APR_SUCCESS) {
        rv = check_exec(&chosen);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    start_init(&start, &chosen, argv, pool);
    rv = prepare(&start, NULL);
    if (rv == APR_SUCCESS) {
        rv = replace(&start);
    }
    brood__command_streams_close(&start);
    return failed(&start, rv);
}
