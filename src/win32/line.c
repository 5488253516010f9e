/* The command line: all arguments in one string, since that is what a program is given. */
#include "launch.h"
#include "batch.h"
#include "quote.h"
#include "status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What CreateProcessW takes at the most, with the terminator. A longer line is cut silently
 * by some systems. */
#define LINE_MOST 32767
/* And cmd.exe. */
#define BATCH_LINE_MOST 8192

/* All arguments, quoted, with room for one more: of malloc(). */
static char *join(const char *const *argv, const char *more) {
    size_t room = 1 + brood__quote_room(more) + 1;
    for (size_t i = 0; argv[i] != NULL; ++i) {
        room += brood__quote_room(argv[i]) + 1;
    }
    char *line = malloc(room);
    if (line == NULL) {
        return NULL;
    }
    char *end = brood__quote_name(line, argv[0]);
    for (size_t i = 1; argv[i] != NULL; ++i) {
        *end++ = ' ';
        end = brood__quote(end, argv[i]);
    }
    if (more[0] != '\0') {
        *end++ = ' ';
        end = brood__quote(end, more);
    }
    *end = '\0';
    return line;
}

/* "<boot_option><number>": "" where there is no boot stream. Of malloc(). */
static char *boot_argument(const char *option, HANDLE boot) {
    size_t room = (option == NULL ? 0 : strlen(option)) + 24;
    char *argument = malloc(room);
    if (argument != NULL) {
        argument[0] = '\0';
        if (boot != NULL) {
            snprintf(argument, room, "%s%llu", option == NULL ? "" : option,
                     (unsigned long long)(uintptr_t)boot);
        }
    }
    return argument;
}

apr_status_t brood__line_make(char **line, const brood_os_start_t *start, HANDLE boot) {
    *line = NULL;
    if (start->command_line != NULL) {
        if (boot != NULL || brood__is_batch_file(start->image)) {
            return brood__fail(APR_EINVAL,
                               "a command line as it is, for what adds to it");
        }
        *line = _strdup(start->command_line);
        return *line == NULL ? APR_ENOMEM : APR_SUCCESS;
    }
    if (start->argv == NULL || start->argv[0] == NULL) {
        return brood__fail(APR_EINVAL, "no argument 0");
    }
    if (brood__is_batch_file(start->image)) {
        return brood__batch_line(line, start->image, start->argv);
    }
    if (strchr(start->argv[0], '"') != NULL) {
        return brood__fail(APR_EINVAL, "argument 0 has a quote in it");
    }
    char *more = boot_argument(start->boot_option, boot);
    if (more != NULL) {
        *line = join(start->argv, more);
        free(more);
    }
    return *line == NULL ? APR_ENOMEM : APR_SUCCESS;
}

apr_status_t brood__line_check(const wchar_t *line, int is_batch) {
    size_t units = wcslen(line);
    size_t most = is_batch ? BATCH_LINE_MOST : LINE_MOST;
    if (units < most) {
        return APR_SUCCESS;
    }
    return brood__fail(E2BIG, "the command line has %lu UTF-16 units of at most %lu",
                       (unsigned long)units, (unsigned long)most - 1);
}
