/* Converting, quoting and duplicating for the start of one process. */
#include "launch.h"
#include "batch.h"
#include "quote.h"
#include "status.h"
#include "utf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What CreateProcessW takes at the most, with the terminator. A longer line is cut silently
 * by some systems. */
#define LINE_MOST 32767

static apr_status_t make_image(brood__launch_t *launch, const char *image)
{
    if (brood__is_batch_file(image)) {
        return brood__fail(APR_EINVAL, "%s: arguments cannot be passed safely to a batch file",
                           image);
    }
    apr_status_t status = brood__wide(&launch->image, image);
    return status == APR_EINVAL ? brood__fail(status, "the program's path is not valid UTF-8")
                                : status;
}

/* All arguments in UTF-8, quoted, with room for one more: of malloc(). */
static char *join(const char *const *argv, const char *more)
{
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

static apr_status_t make_line(brood__launch_t *launch, const char *const *argv,
                              const char *more)
{
    if (argv == NULL || argv[0] == NULL) {
        return brood__fail(APR_EINVAL, "no argument 0");
    }
    if (strchr(argv[0], '"') != NULL) {
        return brood__fail(APR_EINVAL, "argument 0 has a quote in it");
    }
    char *line = join(argv, more);
    if (line == NULL) {
        return APR_ENOMEM;
    }
    apr_status_t status = brood__wide(&launch->command_line, line);
    free(line);
    if (status == APR_EINVAL) {
        return brood__fail(status, "an argument is not valid UTF-8");
    }
    if (status == APR_SUCCESS && wcslen(launch->command_line) >= LINE_MOST) {
        return brood__fail(E2BIG, "the command line has %lu UTF-16 units of at most %d",
                           (unsigned long)wcslen(launch->command_line), LINE_MOST - 1);
    }
    return status;
}

/* The block of "NAME=value" strings, each terminated, and a terminator after all; two where
 * there is none. */
static apr_status_t make_environment(brood__launch_t *launch, const char *const *environment)
{
    size_t room = 2;
    if (environment == NULL) {
        return APR_SUCCESS;
    }
    for (size_t i = 0; environment[i] != NULL; ++i) {
        room += strlen(environment[i]) + 1; /* no byte becomes more than one unit */
    }
    launch->environment = calloc(room, sizeof *launch->environment);
    if (launch->environment == NULL) {
        return APR_ENOMEM;
    }
    wchar_t *end = launch->environment;
    for (size_t i = 0; environment[i] != NULL; ++i) {
        wchar_t *wide;
        apr_status_t status = brood__wide(&wide, environment[i]);
        if (status != APR_SUCCESS) {
            return status == APR_EINVAL
                       ? brood__fail(status, "the environment's entry %lu is not valid UTF-8",
                                     (unsigned long)i)
                       : status;
        }
        size_t units = wcslen(wide) + 1;
        if (units > 1) { /* an empty entry would end the block */
            memcpy(end, wide, units * sizeof *end);
            end += units;
        }
        free(wide);
    }
    return APR_SUCCESS;
}

static apr_status_t inheritable_copy(HANDLE handle, HANDLE *copy)
{
    HANDLE self = GetCurrentProcess();
    if (!DuplicateHandle(self, handle, self, copy, 0, TRUE, DUPLICATE_SAME_ACCESS)) {
        *copy = NULL;
        return brood__status_from_os(GetLastError());
    }
    return APR_SUCCESS;
}

/* A standard stream that this process has not got, or has a stale number for, is one that
 * the child has not got either. */
static apr_status_t standard_copy(DWORD name, HANDLE *copy)
{
    DWORD flags;
    HANDLE handle = GetStdHandle(name);
    if (handle == NULL || handle == INVALID_HANDLE_VALUE ||
        !GetHandleInformation(handle, &flags)) {
        return APR_SUCCESS;
    }
    return inheritable_copy(handle, copy);
}

static apr_status_t open_null(HANDLE *input)
{
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    HANDLE file = CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                              &inherited, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        return brood__status_from_os(GetLastError());
    }
    *input = file;
    return APR_SUCCESS;
}

static apr_status_t make_handles(brood__launch_t *launch, const brood_os_start_t *start)
{
    apr_status_t status = start->null_stdin ? open_null(&launch->input)
                                            : standard_copy(STD_INPUT_HANDLE, &launch->input);
    if (status == APR_SUCCESS) {
        status = standard_copy(STD_OUTPUT_HANDLE, &launch->output);
    }
    if (status == APR_SUCCESS) {
        status = standard_copy(STD_ERROR_HANDLE, &launch->error);
    }
    if (status == APR_SUCCESS && start->boot != BROOD_OS_NO_HANDLE) {
        status = inheritable_copy(brood__native(start->boot), &launch->boot);
    }
    const HANDLE all[BROOD__LAUNCH_HANDLES] = {launch->input, launch->output, launch->error,
                                               launch->boot};
    for (size_t i = 0; i < BROOD__LAUNCH_HANDLES; ++i) {
        if (all[i] != NULL) {
            launch->list[launch->list_count++] = all[i];
        }
    }
    return status;
}

/* The list is given even when it is empty: without one, everything inheritable in this
 * process would go to the child. An empty list is refused by the system, so it names one NULL
 * handle, which is nothing. */
static apr_status_t make_attributes(brood__launch_t *launch)
{
    SIZE_T size = 0;
    DWORD count = launch->list_count == 0 ? 1 : launch->list_count;
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    launch->attributes = malloc(size);
    if (launch->attributes == NULL) {
        return APR_ENOMEM;
    }
    if (!InitializeProcThreadAttributeList(launch->attributes, 1, 0, &size)) {
        return brood__status_from_os(GetLastError());
    }
    launch->has_attributes = 1;
    if (!UpdateProcThreadAttribute(launch->attributes, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
                                   launch->list, count * sizeof launch->list[0], NULL, NULL)) {
        return brood__status_from_os(GetLastError());
    }
    return APR_SUCCESS;
}

/* "<boot_option><number>": "" where there is no boot stream. Of malloc(). */
static char *boot_argument(const brood__launch_t *launch, const char *option)
{
    size_t room = (option == NULL ? 0 : strlen(option)) + 24;
    char *argument = malloc(room);
    if (argument != NULL) {
        argument[0] = '\0';
        if (launch->boot != NULL) {
            snprintf(argument, room, "%s%llu", option == NULL ? "" : option,
                     (unsigned long long)(uintptr_t)launch->boot);
        }
    }
    return argument;
}

apr_status_t brood__launch_prepare(brood__launch_t *launch, const brood_os_start_t *start)
{
    apr_status_t status = make_image(launch, start->image);
    if (status == APR_SUCCESS) {
        status = make_environment(launch, start->environment);
    }
    if (status == APR_SUCCESS) {
        status = make_handles(launch, start);
    }
    if (status == APR_SUCCESS) {
        status = make_attributes(launch);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    char *more = boot_argument(launch, start->boot_option);
    if (more == NULL) {
        return APR_ENOMEM;
    }
    status = make_line(launch, start->argv, more);
    free(more);
    return status;
}

void brood__launch_clear(brood__launch_t *launch)
{
    if (launch->has_attributes) {
        DeleteProcThreadAttributeList(launch->attributes);
    }
    free(launch->attributes);
    const HANDLE all[BROOD__LAUNCH_HANDLES] = {launch->input, launch->output, launch->error,
                                               launch->boot};
    for (size_t i = 0; i < BROOD__LAUNCH_HANDLES; ++i) {
        if (all[i] != NULL) {
            CloseHandle(all[i]);
        }
    }
    free(launch->directory);
    free(launch->environment);
    free(launch->command_line);
    free(launch->image);
    memset(launch, 0, sizeof *launch);
}
