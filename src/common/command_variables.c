/* Command: the environment that it gets. */
#include "command.h"
#include "os/command.h"
#include "status.h"
#include <apr_pools.h>
#include <stdlib.h>
#include <string.h>

static size_t count_of(const char *const *list) {
    size_t count = 0;
    while (list != NULL && list[count] != NULL) {
        count++;
    }
    return count;
}

/* Where the name of a change ends: "NAME=value", or "NAME" alone. */
static size_t name_length(const char *entry) {
    size_t length = brood_os_environment_name(entry);
    return length != 0 ? length : strlen(entry);
}

/* Where the list has that variable; `count` when it has not. */
static size_t find(const char *const *list, size_t count, const char *name,
                   size_t length) {
    size_t i = 0;
    while (i < count && !brood_os_environment_same(
                            list[i], brood_os_environment_name(list[i]), name, length)) {
        i++;
    }
    return i;
}

/* One change; the list has room for one more. */
static void apply(const char **list, size_t *count, const char *change) {
    size_t length = name_length(change);
    size_t at = find(list, *count, change, length);
    if (change[length] == '=') {
        list[at] = change;
        *count += at == *count;
        return;
    }
    while (at < *count) { /* there may be more than one of a name */
        list[at] = list[--*count];
        at = find(list, *count, change, length);
    }
}

static apr_status_t free_entries(void *entries) {
    free(entries);
    return APR_SUCCESS;
}

apr_status_t brood__command_variables(brood__command_start_t *start) {
    const brood_command_options_t *options = start->options;
    char **own = NULL;
    const char **list;
    size_t count = 0;
    if (options->variables == NULL) {
        return APR_SUCCESS;
    }
    if (options->environment == BROOD_ENVIRONMENT_EDIT) {
        apr_status_t rv = brood_os_environment(&own);
        if (rv != APR_SUCCESS) {
            return brood__fail_within(rv, "the environment of this process: ");
        }
        apr_pool_cleanup_register(start->pool, own, free_entries, apr_pool_cleanup_null);
        count = count_of((const char *const *)own);
    }
    list = apr_pcalloc(start->pool,
                       (count + count_of(options->variables) + 1) * sizeof *list);
    if (list == NULL) {
        return APR_ENOMEM;
    }
    if (count != 0) {
        memcpy(list, own, count * sizeof *list);
    }
    for (size_t i = 0; options->variables[i] != NULL; i++) {
        apply(list, &count, options->variables[i]);
    }
    list[count] = NULL;
    start->os.environment = list;
    return APR_SUCCESS;
}

const char *brood__command_variable(const char *const *environment, const char *name) {
    size_t length = strlen(name);
    size_t count = count_of(environment);
    size_t at = find(environment, count, name, length);
    return at < count ? environment[at] + length + 1 : NULL;
}
