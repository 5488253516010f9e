/* Pipelines: several commands in a row, each reading what the one before it prints. */
#include "command.h"
#include "status.h"

static apr_status_t link_two(brood_command_t *writer, brood_command_t *reader) {
    brood_stdio_t *output = &writer->options.output;
    brood_stdio_t *input = &reader->options.input;
    apr_status_t rv;
    if (input->kind == BROOD_STDIO_OUTPUT_OF && input->command == writer) {
        return APR_SUCCESS; /* they are joined already */
    }
    if ((output->kind != BROOD_STDIO_INHERIT && output->kind != BROOD_STDIO_PIPE) ||
        writer->joints[1] != NULL) {
        return brood__fail(APR_EINVAL, "the output of %s goes elsewhere already",
                           writer->argv[0]);
    }
    if (input->kind != BROOD_STDIO_INHERIT) {
        return brood__fail(APR_EINVAL, "the input of %s comes from elsewhere already",
                           reader->argv[0]);
    }
    rv = brood__joint_create(reader, writer);
    if (rv == APR_SUCCESS) {
        *output = brood_stdio_pipe();
        *input = brood_stdio_output_of(writer);
    }
    return rv;
}

static apr_status_t link_all(brood_command_t *const *commands, size_t count) {
    apr_status_t rv = APR_SUCCESS;
    if (commands == NULL || count == 0) {
        return brood__fail(APR_EINVAL, "there are no commands");
    }
    for (size_t i = 0; i < count && rv == APR_SUCCESS; i++) {
        rv = brood__command_check(commands[i]);
        if (rv == APR_SUCCESS && commands[i]->child != NULL) {
            rv = brood__fail(BROOD_ESTARTED, "%s", commands[i]->argv[0]);
        }
        if (rv == APR_SUCCESS && i > 0) {
            rv = link_two(commands[i - 1], commands[i]);
        }
        if (rv != APR_SUCCESS) {
            return brood__fail_within(rv, "commands[%llu]: ", (unsigned long long)i);
        }
    }
    return rv;
}

/* One could not be started: the others have nobody to talk to. The detail line stays. */
static void undo(brood_command_t *const *commands, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (int side = 0; side < 2; side++) {
            if (commands[i]->joints[side] != NULL) {
                brood__joint_used(commands[i]->joints[side], side);
            }
        }
        if (commands[i]->child != NULL) {
            (void)brood__child_signal(commands[i]->child, BROOD_OS_KILL);
        }
    }
    for (size_t i = 0; i < count; i++) { /* but for another user's: that goes on */
        if (commands[i]->child != NULL &&
            brood__child_signal(commands[i]->child, BROOD_OS_KILL) == APR_SUCCESS) {
            (void)brood__child_wait(commands[i]->child, BROOD_OS_FOREVER);
        }
    }
}

apr_status_t brood_pipeline_start(brood_command_t *const *commands, size_t count,
                                  size_t *failed) {
    apr_status_t rv = link_all(commands, count);
    if (failed != NULL) {
        *failed = count;
    }
    for (size_t i = 0; i < count && rv == APR_SUCCESS; i++) {
        rv = brood_command_start(commands[i]);
        if (rv != APR_SUCCESS) {
            if (failed != NULL) {
                *failed = i;
            }
            undo(commands, count);
        }
    }
    return rv;
}

apr_status_t brood_pipeline_exit_code(brood_command_t *const *commands, size_t count,
                                      int *code, size_t *index) {
    *code = 0;
    if (index != NULL) {
        *index = count;
    }
    for (size_t i = count; i > 0; i--) {
        apr_status_t rv = brood_command_exit_code(commands[i - 1], code);
        if (rv != APR_SUCCESS || *code != 0) {
            if (index != NULL) {
                *index = i - 1;
            }
            return rv;
        }
    }
    return APR_SUCCESS;
}
