/* Command: which file is the program.
 *
 * The search is done here and not by the system, so that it is the same everywhere: by the PATH
 * that the command will have, as a shell and CPython on POSIX do it, never in the working
 * directory unless the PATH names it, and with the file known for messages. */
#include "command.h"
#include "os/command.h"
#include "os/module.h"
#include "status.h"
#include <apr_env.h>
#include <apr_file_info.h>
#include <apr_strings.h>
#include <apr_tables.h>

static const char *search_path(const brood__command_start_t *start) {
    const char *path = NULL;
    if (start->os.environment != NULL) {
        path = brood__command_variable(start->os.environment, "PATH");
    } else {
        char *value = NULL;
        (void)apr_env_get(&value, "PATH", start->pool);
        path = value;
    }
    return path != NULL ? path : brood_os_search_path();
}

/* Looks at one file. */
static apr_status_t try_file(brood__command_start_t *start, const char *path) {
    brood_os_program_kind_t kind;
    char *resolved = apr_palloc(start->pool, BROOD_OS_PATH_MAX);
    apr_status_t rv;
    if (resolved == NULL) {
        return APR_ENOMEM;
    }
    rv = brood_os_program_executable(path, resolved, BROOD_OS_PATH_MAX, &kind);
    if (rv == APR_SUCCESS) {
        start->os.image = resolved;
        start->os.batch_file = kind == BROOD_OS_PROGRAM_BATCH;
    }
    return rv;
}

static int is_nothing(apr_status_t rv) {
    return APR_STATUS_IS_ENOENT(rv) || APR_STATUS_IS_ENOTDIR(rv);
}

static apr_status_t search(brood__command_start_t *start, const char *name) {
    const char *path = search_path(start);
    apr_array_header_t *folders;
    apr_status_t worst = APR_SUCCESS;
    apr_status_t rv = apr_filepath_list_split(&folders, path, start->pool);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "PATH");
    }
    for (int i = 0; i < folders->nelts; i++) {
        const char *folder = APR_ARRAY_IDX(folders, i, const char *);
        rv = try_file(start, apr_pstrcat(start->pool, folder, "/", name, NULL));
        if (rv == APR_SUCCESS) {
            return rv;
        }
        /* A file that may not be executed is told of, if there is none that may. */
        worst = worst == APR_SUCCESS && !is_nothing(rv) ? rv : worst;
    }
    return worst != APR_SUCCESS
               ? brood__fail_within(worst, "%s in PATH: ", name)
               : brood__fail(APR_ENOENT, "there is no program %s in PATH (%s)", name,
                             path);
}

apr_status_t brood__command_search(brood__command_start_t *start, const char *name) {
    apr_status_t rv;
    if (!start->options->no_search && !brood_os_program_is_path(name)) {
        rv = search(start, name);
    } else {
        rv = try_file(start, name);
        if (is_nothing(rv)) {
            return brood__fail(rv, "there is no program %s", name);
        }
    }
    if (rv == APR_SUCCESS && start->os.batch_file && !start->options->allow_scripts) {
        return brood__fail(
            BROOD_ESCRIPT,
            "%s is a batch file, of which cmd.exe reads the arguments once "
            "more; options->allow_scripts is 0",
            start->os.image);
    }
    return rv;
}
