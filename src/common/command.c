/* Command: the object, what it is made of, and its end. */
#include "command.h"

#include "brood/boot.h"
#include "connection_parts.h"
#include "os/clock.h"
#include "os/handle.h"
#include "status.h"
#include "stop.h"
#include <apr_pools.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

/* How often one looks whether another thread still uses a command. */
#define LOOK_NS (1 * 1000000LL)

static brood__guard_t list_guard = BROOD__GUARD_INIT;
static brood_command_t *first; /* newest first */

static const char *const stream_names[] = {"input", "output", "error"};
static const char *const step_names[] = {"none",      "prepare", "search", "streams",
                                         "directory", "group",   "execute"};

const char *brood_command_step_name(brood_command_step_t step) {
    return step >= BROOD_STEP_NONE && step <= BROOD_STEP_EXECUTE ? step_names[step]
                                                                 : NULL;
}

/* ---- the list --------------------------------------------------------------------------- */

static void list_add(brood_command_t *command) {
    brood__guard_take(&list_guard);
    command->next = first;
    first = command;
    brood__guard_give(&list_guard);
}

/* 0: this program's end waits for it in another thread. */
static int list_try_remove(const brood_command_t *command) {
    brood_command_t **link = &first;
    int is_free;
    brood__guard_take(&list_guard);
    is_free = !command->is_awaited;
    while (*link != NULL && *link != command) {
        link = &(*link)->next;
    }
    if (is_free && *link != NULL) {
        *link = command->next;
    }
    brood__guard_give(&list_guard);
    return is_free;
}

static void list_remove(const brood_command_t *command) {
    while (!list_try_remove(command)) { /* ends with the command */
        brood_os_sleep_until(brood_os_now_ns() + LOOK_NS);
    }
}

void brood__command_after_fork(void) {
    brood__guard_reset(&list_guard);
    brood__command_streams_after_fork();
    for (brood_command_t *command = first; command != NULL; command = command->next) {
        command->user = NULL; /* who may not be here */
        command->uses = 0;
        command->is_awaited = 0;
        for (int i = 0; i < BROOD_OS_STANDARD; i++) {
            brood__flow_close(&command->flows[i]);
        }
        for (int i = 0; i < 2; i++) {
            if (command->joints[i] != NULL) {
                brood__joint_used(command->joints[i], 0);
                brood__joint_used(command->joints[i], 1);
            }
        }
        if (command->child != NULL) {
            brood_os_process_close(&command->child->os);
        }
    }
    first = NULL;
}

/* One that runs and has to be joined, in this thread's use. NULL: there is none; *is_used: but for
 * some that another thread uses. */
static brood_command_t *take_joined_at_exit(int *is_used) {
    brood_command_t *command;
    *is_used = 0;
    brood__guard_take(&list_guard);
    for (command = first; command != NULL; command = command->next) {
        brood__child_t *child = command->child;
        if (!command->options.join_at_exit || child == NULL ||
            brood__child_wait(child, 0) != APR_TIMEUP) {
            continue;
        }
        if (brood__command_use(command) == APR_SUCCESS) {
            command->is_awaited = 1;
            break;
        }
        *is_used = 1;
    }
    brood__guard_give(&list_guard);
    return command;
}

/* Nobody will use its pipes any more, and the command shall not wait for that. */
static void join_at_exit(brood_command_t *command) {
    command->input_closes = 1;
    for (int i = BROOD_STDOUT; i <= BROOD_STDERR; i++) {
        brood__flow_t *flow = &command->flows[i];
        if (!flow->moved) {
            flow->moved = 1;
            flow->limit = 0;
        }
    }
    if (brood__command_join_until(command, BROOD_OS_FOREVER) != APR_SUCCESS) {
        command->options.join_at_exit = 0; /* not again */
    }
}

/* Whoever uses one in another thread goes on with that, and moves its streams meanwhile. */
void brood__command_at_exit(void) {
    brood_command_t *command;
    int is_used = 1;
    while (is_used) { /* ends when they have ended, or nobody uses them */
        while ((command = take_joined_at_exit(&is_used)) != NULL) {
            join_at_exit(command);
            brood__command_unuse(command);
            brood__guard_take(&list_guard);
            command->is_awaited = 0;
            brood__guard_give(&list_guard);
        }
        if (is_used) {
            brood_os_sleep_until(brood_os_now_ns() + LOOK_NS);
        }
    }
}

/* ---- options ---------------------------------------------------------------------------- */

const char *const *brood__command_list_copy(const char *const *list, apr_pool_t *pool) {
    size_t count = 0;
    const char **copy;
    while (list[count] != NULL) {
        count++;
    }
    copy = apr_pcalloc(pool, (count + 1) * sizeof *copy);
    for (size_t i = 0; copy != NULL && i < count; i++) {
        copy[i] = apr_pstrdup(pool, list[i]);
    }
    return copy;
}

/* Which kinds each stream may be. */
static int is_possible(brood_stdio_kind_t kind, int stream) {
    switch (kind) {
    case BROOD_STDIO_INHERIT:
    case BROOD_STDIO_NULL:
    case BROOD_STDIO_PIPE:
    case BROOD_STDIO_CONNECTION:
    case BROOD_STDIO_NATIVE: return 1;
    case BROOD_STDIO_READ:
    case BROOD_STDIO_BYTES:
    case BROOD_STDIO_OUTPUT_OF: return stream == BROOD_STDIN;
    case BROOD_STDIO_CREATE:
    case BROOD_STDIO_APPEND:
    case BROOD_STDIO_CAPTURE: return stream != BROOD_STDIN;
    case BROOD_STDIO_AS_OUTPUT: return stream == BROOD_STDERR;
    default: return 0;
    }
}

static apr_status_t check_writer(const brood_command_t *writer) {
    apr_status_t rv = brood__command_check(writer);
    if (rv != APR_SUCCESS) {
        return brood__fail_within(rv, "options->input: ");
    }
    if (writer->child != NULL) {
        return brood__fail(
            BROOD_ESTARTED,
            "options->input: %s runs already; what reads its output has to "
            "be made before it is started",
            writer->argv[0]);
    }
    if (writer->options.output.kind != BROOD_STDIO_PIPE || writer->joints[1] != NULL) {
        return brood__fail(
            APR_EINVAL, "options->input: the output of %s is %s", writer->argv[0],
            writer->joints[1] != NULL ? "another command's input already" : "no pipe");
    }
    return APR_SUCCESS;
}

static apr_status_t check_stdio(brood_stdio_t *stdio, int stream, apr_pool_t *pool) {
    const char *name = stream_names[stream];
    if (!is_possible(stdio->kind, stream)) {
        return brood__fail(APR_EINVAL, "options->%s.kind is %d", name, (int)stdio->kind);
    }
    switch (stdio->kind) {
    case BROOD_STDIO_READ:
    case BROOD_STDIO_CREATE:
    case BROOD_STDIO_APPEND:
        if (stdio->path == NULL || stdio->path[0] == '\0') {
            return brood__fail(APR_EINVAL, "options->%s is a file without a path", name);
        }
        stdio->path = apr_pstrdup(pool, stdio->path);
        return APR_SUCCESS;
    case BROOD_STDIO_BYTES:
        if (stdio->data == NULL && stdio->size != 0) {
            return brood__fail(APR_EINVAL, "options->%s: data is NULL and size is %llu",
                               name, (unsigned long long)stdio->size);
        }
        stdio->data =
            stdio->size == 0 ? NULL : apr_pmemdup(pool, stdio->data, stdio->size);
        return APR_SUCCESS;
    case BROOD_STDIO_CAPTURE:
        stdio->size = stdio->size == 0 ? BROOD_CAPTURE_LIMIT : stdio->size;
        return APR_SUCCESS;
    case BROOD_STDIO_CONNECTION:
        return brood__connection_check(
            stdio->connection, stream == BROOD_STDIN ? BROOD__READABLE : BROOD__WRITABLE);
    case BROOD_STDIO_NATIVE:
        return stdio->native != BROOD_OS_NO_HANDLE
                   ? APR_SUCCESS
                   : brood__fail(APR_EINVAL, "options->%s: the handle is none", name);
    case BROOD_STDIO_OUTPUT_OF: return check_writer(stdio->command);
    default: return APR_SUCCESS;
    }
}

static apr_status_t check_variables(const brood_command_options_t *options) {
    for (size_t i = 0; options->variables != NULL && options->variables[i] != NULL; i++) {
        const char *entry = options->variables[i];
        const char *equals = entry[0] == '\0' ? entry : strchr(entry + 1, '=');
        if (entry[0] == '\0' || entry[0] == '=') {
            return brood__fail(APR_EINVAL, "options->variables[%llu] has no name: \"%s\"",
                               (unsigned long long)i, entry);
        }
        if (options->environment == BROOD_ENVIRONMENT_REPLACE && equals == NULL) {
            return brood__fail(APR_EINVAL,
                               "options->variables[%llu] has no value: \"%s\"",
                               (unsigned long long)i, entry);
        }
    }
    return APR_SUCCESS;
}

static apr_status_t check_options(const brood_command_options_t *options) {
    if (options->struct_size != sizeof *options) {
        return brood__fail(APR_EINVAL, "options->struct_size is %llu, not %llu",
                           (unsigned long long)options->struct_size,
                           (unsigned long long)sizeof *options);
    }
    if (options->environment != BROOD_ENVIRONMENT_EDIT &&
        options->environment != BROOD_ENVIRONMENT_REPLACE) {
        return brood__fail(APR_EINVAL, "options->environment is %d",
                           (int)options->environment);
    }
    if (options->program != NULL && options->program[0] == '\0') {
        return brood__fail(APR_EINVAL, "options->program is empty");
    }
    if (options->environment == BROOD_ENVIRONMENT_REPLACE && options->variables == NULL) {
        return brood__fail(APR_EINVAL, "options->variables is NULL and is to replace the "
                                       "environment");
    }
    if (options->steps != NULL || options->step_count != 0) {
        apr_status_t rv = brood__stop_check(options->steps, options->step_count);
        if (rv != APR_SUCCESS) {
            return brood__fail_within(rv, "options->steps: ");
        }
    }
    return check_variables(options);
}

apr_status_t brood__command_options_take(brood_command_options_t *chosen,
                                         const brood_command_options_t *options,
                                         apr_pool_t *pool) {
    const brood_command_options_t defaults = BROOD_COMMAND_OPTIONS_INIT;
    apr_status_t rv = options == NULL ? APR_SUCCESS : check_options(options);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    *chosen = options != NULL ? *options : defaults;
    chosen->program = apr_pstrdup(pool, chosen->program);
    chosen->directory = apr_pstrdup(pool, chosen->directory);
    chosen->command_line = apr_pstrdup(pool, chosen->command_line);
    if (chosen->variables != NULL) {
        chosen->variables = brood__command_list_copy(chosen->variables, pool);
    }
    if (chosen->steps != NULL) {
        chosen->steps =
            apr_pmemdup(pool, chosen->steps, chosen->step_count * sizeof *chosen->steps);
    }
    rv = check_stdio(&chosen->input, BROOD_STDIN, pool);
    if (rv == APR_SUCCESS) {
        rv = check_stdio(&chosen->output, BROOD_STDOUT, pool);
    }
    return rv == APR_SUCCESS ? check_stdio(&chosen->error, BROOD_STDERR, pool) : rv;
}

/* ---- the object ------------------------------------------------------------------------- */

void brood__flow_close(brood__flow_t *flow) {
    if (flow->outlet.stream != BROOD_OS_NO_HANDLE) {
        brood_os_outlet_close(&flow->outlet);
        flow->end = BROOD_OS_NO_HANDLE;
    }
    flow->end = brood_os_handle_close(flow->end);
}

static apr_status_t command_cleanup(void *data) {
    brood_command_t *command = data;
    if (command->closed) {
        return APR_SUCCESS;
    }
    list_remove(command);
    command->closed = 1;
    for (int i = 0; i < BROOD_OS_STANDARD; i++) {
        brood__flow_close(&command->flows[i]);
        free(command->flows[i].bytes);
        command->flows[i].bytes = NULL;
    }
    for (int i = 0; i < 2; i++) {
        if (command->joints[i] != NULL) {
            brood__joint_used(command->joints[i], i);
            command->joints[i] = brood__joint_release(command->joints[i]);
        }
    }
    if (command->child != NULL) {
        brood__child_t *child = command->child;
        command->child = NULL;
        if (command->creator == brood_current_pid()) {
            brood__child_leave(child, command->options.join_at_exit);
        } else {
            brood__child_discard(child);
        }
    }
    return APR_SUCCESS;
}

apr_status_t brood_command_create(brood_command_t **command, const char *const *argv,
                                  const brood_command_options_t *options,
                                  apr_pool_t *pool) {
    brood_command_t *fresh;
    apr_status_t rv;
    *command = NULL;
    if (argv == NULL || argv[0] == NULL || argv[0][0] == '\0') {
        return brood__fail(APR_EINVAL, "%s",
                           argv == NULL ? "argv is NULL"
                                        : "argv[0] is not there, or empty");
    }
    fresh = apr_pcalloc(pool, sizeof *fresh);
    if (fresh == NULL) {
        return APR_ENOMEM;
    }
    rv = brood__command_options_take(&fresh->options, options, pool);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    fresh->pool = pool;
    fresh->argv = brood__command_list_copy(argv, pool);
    fresh->program =
        fresh->options.program != NULL ? fresh->options.program : fresh->argv[0];
    fresh->creator = brood_current_pid();
    for (int i = 0; i < BROOD_OS_STANDARD; i++) {
        fresh->flows[i].end = fresh->flows[i].outlet.stream = BROOD_OS_NO_HANDLE;
    }
    if (fresh->options.input.kind == BROOD_STDIO_OUTPUT_OF) {
        rv = brood__joint_create(fresh, fresh->options.input.command);
    }
    if (rv == APR_SUCCESS) {
        list_add(fresh);
        apr_pool_cleanup_register(pool, fresh, command_cleanup, apr_pool_cleanup_null);
        *command = fresh;
    }
    return rv;
}

apr_status_t brood_command_close(brood_command_t *command) {
    apr_status_t rv = brood__command_check(command);
    if (rv == BROOD_ECLOSED) {
        return APR_SUCCESS;
    }
    if (rv == APR_SUCCESS) {
        rv = brood__command_use(command);
    }
    return rv == APR_SUCCESS ? command_cleanup(command) : rv;
}
