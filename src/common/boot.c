/* Boot: brood_init(), and how an image knows that it is a child. */
#include "brood/boot.h"

#include "boot_child.h"
#include "current.h"
#include "exit.h"
#include "guard.h"
#include "os/identity.h"
#include "os/program.h"
#include "parent.h"
#include "session.h"
#include "status.h"
#include <stdlib.h>
#include <string.h>

brood__current_t brood__current;

int64_t brood_current_pid(void) {
    brood_os_identity_t self;
    return brood_os_identity_self(&self) == APR_SUCCESS ? self.pid : 0;
}

int brood_current_daemon(void) {
    return brood__current.daemon;
}

/* Counted here: the C library's strtoll() is two page faults away, in each child. */
static int is_boot_option(const char *argument, brood_os_handle_t *stream) {
    const size_t length = sizeof BROOD__BOOT_OPTION - 1;
    const char *digit = argument + length;
    int64_t number = 0;
    if (strncmp(argument, BROOD__BOOT_OPTION, length) != 0) {
        return 0;
    }
    while (*digit >= '0' && *digit <= '9' && number < INT64_MAX / 10 - 9) {
        number = number * 10 + (*digit++ - '0');
    }
    *stream = (brood_os_handle_t)number;
    return *digit == '\0' && number > 0;
}

/* Whether this image was started as a child. Most often the last of main's own arguments says so;
 * whatever main has done with them, the kernel knows the last one. */
static apr_status_t boot_stream(int argc, char **argv, int *is_child,
                                brood_os_handle_t *stream) {
    char argument[64];
    apr_status_t rv;
    *is_child = argc > 0 && is_boot_option(argv[argc - 1], stream);
    if (*is_child) {
        return APR_SUCCESS;
    }
    rv = brood_os_program_last_argument(argument, sizeof argument);
    *stream = BROOD_OS_NO_HANDLE;
    *is_child = rv == APR_SUCCESS && is_boot_option(argument, stream);
    return APR_STATUS_IS_ENOSPC(rv) ? APR_SUCCESS : rv; /* longer than ours ever is */
}

int brood__boot_stream(brood_os_handle_t *stream) {
    int is_child;
    (void)boot_stream(0, NULL, &is_child, stream);
    return is_child;
}

static apr_status_t copy_arguments(int argc, char **argv) {
    char **copy = calloc((size_t)argc + 1, sizeof *copy);
    for (int i = 0; copy != NULL && i < argc; i++) {
        size_t size = strlen(argv[i]) + 1;
        copy[i] = malloc(size);
        if (copy[i] == NULL) {
            return APR_ENOMEM;
        }
        memcpy(copy[i], argv[i], size);
    }
    brood__current.arguments = copy;
    return copy == NULL ? APR_ENOMEM : APR_SUCCESS;
}

/* The child's own list of arguments has one more, which its main need not see again. */
static int arguments_without_boot(int argc, char **argv) {
    const size_t length = sizeof BROOD__BOOT_OPTION - 1;
    return argc > 0 && strncmp(argv[argc - 1], BROOD__BOOT_OPTION, length) == 0 ? argc - 1
                                                                                : argc;
}

static void at_raw_fork(void) {
    brood__boot_let_go();
    brood__parent_set_name(brood_current_name()); /* which is the parent's, too */
    brood__current.children = 0;
}

/* The pool comes first: it registers apr_terminate(), which must run after the exit sequence. A
 * forked child has its parent's exit handlers. */
apr_status_t brood__boot_register(void) {
    static brood__guard_t guard = BROOD__GUARD_INIT;
    static int is_registered;
    apr_status_t rv = brood_os_at_fork_child(at_raw_fork);
    if (rv == APR_SUCCESS && brood__session_pool() == NULL) {
        rv = APR_ENOMEM;
    }
    brood__guard_take(&guard);
    if (rv == APR_SUCCESS && !is_registered) {
        is_registered = atexit(brood__exit_sequence) == 0;
        rv = is_registered ? APR_SUCCESS : APR_ENOMEM;
    }
    brood__guard_give(&guard);
    return rv;
}

static apr_status_t find_program(void) {
    char path[BROOD_OS_PATH_MAX];
    apr_status_t rv = brood_os_program_path(path, sizeof path);
    if (rv == APR_SUCCESS) {
        size_t size = strlen(path) + 1;
        brood__current.program = malloc(size);
        if (brood__current.program == NULL) {
            return APR_ENOMEM;
        }
        memcpy(brood__current.program, path, size);
    }
    return rv;
}

static apr_status_t prepare(int argc, char **argv, int is_child) {
    apr_status_t rv = brood__boot_register();
    if (rv == APR_SUCCESS && argv != NULL) {
        rv = copy_arguments(arguments_without_boot(argc, argv), argv);
        if (rv == APR_SUCCESS && !is_child) { /* many a child never starts another */
            rv = find_program();
        }
        brood__current.guarded = rv == APR_SUCCESS;
    }
    return rv == APR_SUCCESS ? rv : brood__fail(rv, "brood_init");
}

apr_status_t brood_init(int *argc, char ***argv) {
    char **words = argc != NULL && argv != NULL ? *argv : NULL;
    int count = words != NULL ? *argc : 0;
    brood_os_handle_t stream;
    int is_child;
    apr_status_t rv;
    brood__current.entered = 1;
    if (brood__current.initialized) {
        return APR_SUCCESS;
    }
    rv = boot_stream(count, words, &is_child, &stream);
    if (rv != APR_SUCCESS && !APR_STATUS_IS_ENOTIMPL(rv) && count == 0) {
        return brood__fail(rv, "the arguments of this process");
    }
    rv = prepare(count, words, is_child);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    brood__current.initialized = 1;
    if (is_child) {
        brood__boot_from_image(stream);
    }
    return brood__session_ensure();
}
