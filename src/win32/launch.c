/* Converting and duplicating for the start of one process. */
#include "launch.h"
#include "batch.h"
#include "job.h"
#include "status.h"
#include "utf.h"

#include <stdlib.h>
#include <string.h>

static apr_status_t wide_or_fail(wchar_t **wide, const char *text, const char *what) {
    apr_status_t status = brood__wide(wide, text);
    return status == APR_EINVAL ? brood__fail(status, "%s is not valid UTF-8", what)
                                : status;
}

/* The path made full, as the system wants a directory, and cmd.exe a file. */
static apr_status_t full_path(wchar_t **full, const char *path, const char *what) {
    wchar_t *given;
    *full = NULL;
    apr_status_t status = wide_or_fail(&given, path, what);
    if (status != APR_SUCCESS) {
        return status;
    }
    DWORD room = GetFullPathNameW(given, 0, NULL, NULL);
    *full = room == 0 ? NULL : malloc(room * sizeof **full);
    DWORD length = *full == NULL ? 0 : GetFullPathNameW(given, room, *full, NULL);
    free(given);
    if (length == 0 || length >= room) {
        free(*full);
        *full = NULL;
        return room == 0 ? brood__fail(APR_EINVAL, "%s is no path", what) : APR_ENOMEM;
    }
    return APR_SUCCESS;
}

static apr_status_t make_image(brood__launch_t *launch, const brood_os_start_t *start) {
    if (start->image == NULL) {
        return APR_EINVAL;
    }
    if (!brood__is_batch_file(start->image)) {
        return wide_or_fail(&launch->image, start->image, "the program's path");
    }
    if (!start->batch_file) {
        return brood__fail(APR_EINVAL,
                           "%s: arguments cannot be passed safely to a batch file",
                           start->image);
    }
    return brood__batch_shell(&launch->image);
}

/* cmd.exe says itself that there is no such file, too late for us. A relative path means a
 * file here, whatever the child's directory is. */
static apr_status_t batch_path(char **path, const char *image) {
    wchar_t *full;
    *path = NULL;
    apr_status_t status = full_path(&full, image, "the program's path");
    if (status != APR_SUCCESS) {
        return status;
    }
    if (GetFileAttributesW(full) == INVALID_FILE_ATTRIBUTES) {
        status = brood__status_from_os(GetLastError());
    } else {
        size_t room = 3 * wcslen(full) + 1;
        *path = malloc(room);
        status = *path == NULL ? APR_ENOMEM : brood__narrow(*path, room, full);
    }
    free(full);
    return status;
}

static apr_status_t make_line(brood__launch_t *launch, const brood_os_start_t *start) {
    brood_os_start_t meant = *start;
    char *path = NULL;
    char *line;
    int is_batch = brood__is_batch_file(start->image);
    apr_status_t status = is_batch ? batch_path(&path, start->image) : APR_SUCCESS;
    if (status != APR_SUCCESS) {
        free(path);
        return status;
    }
    meant.image = is_batch ? path : start->image;
    status = brood__line_make(&line, &meant, launch->handles[BROOD__LAUNCH_BOOT]);
    free(path);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = wide_or_fail(&launch->command_line, line, "an argument");
    free(line);
    return status == APR_SUCCESS ? brood__line_check(launch->command_line, is_batch)
                                 : status;
}

/* Checked before the start: the system's own error for it is the same as for other things. */
static apr_status_t make_directory(brood__launch_t *launch, const char *directory) {
    BROOD_FAULT("os.start_directory");
    apr_status_t status = full_path(&launch->directory, directory, "the directory");
    if (status != APR_SUCCESS) {
        return status;
    }
    DWORD attributes = GetFileAttributesW(launch->directory);
    if (attributes == INVALID_FILE_ATTRIBUTES) {
        return brood__status_from_os(GetLastError());
    }
    return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0
               ? APR_SUCCESS
               : brood__status_from_os(ERROR_DIRECTORY);
}

static apr_status_t inheritable_copy(HANDLE handle, HANDLE *copy) {
    HANDLE self = GetCurrentProcess();
    if (!DuplicateHandle(self, handle, self, copy, 0, TRUE, DUPLICATE_SAME_ACCESS)) {
        *copy = NULL;
        return brood__status_from_os(GetLastError());
    }
    return APR_SUCCESS;
}

/* A standard stream that this process has not got, or has a stale number for, is one that
 * the child has not got either. */
static apr_status_t own_stream(int number, HANDLE *copy) {
    static const DWORD names[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    DWORD flags;
    HANDLE handle = GetStdHandle(names[number]);
    if (handle == NULL || handle == INVALID_HANDLE_VALUE ||
        !GetHandleInformation(handle, &flags)) {
        return APR_SUCCESS;
    }
    return inheritable_copy(handle, copy);
}

static apr_status_t open_empty(int number, HANDLE *stream) {
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    HANDLE file = CreateFileW(L"NUL", number == 0 ? GENERIC_READ : GENERIC_WRITE,
                              FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
                              OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        return brood__status_from_os(GetLastError());
    }
    *stream = file;
    return APR_SUCCESS;
}

static apr_status_t make_stream(brood__launch_t *launch, const brood_os_start_t *start,
                                int number) {
    HANDLE *stream = &launch->handles[number];
    brood_os_handle_t given = BROOD_OS_OWN_STREAM;
    if (start->standard != NULL) {
        given = start->standard[number];
    } else if (number == 0 && start->null_stdin) {
        given = BROOD_OS_NO_HANDLE;
    }
    if (given == BROOD_OS_NO_HANDLE) {
        return open_empty(number, stream);
    }
    return given == BROOD_OS_OWN_STREAM ? own_stream(number, stream)
                                        : inheritable_copy(brood__native(given), stream);
}

static apr_status_t make_handles(brood__launch_t *launch, const brood_os_start_t *start) {
    apr_status_t status = APR_SUCCESS;
    BROOD_FAULT("os.start_streams");
    for (int i = 0; status == APR_SUCCESS && i < BROOD_OS_STANDARD; ++i) {
        status = make_stream(launch, start, i);
    }
    if (status == APR_SUCCESS && start->boot != BROOD_OS_NO_HANDLE) {
        status = inheritable_copy(brood__native(start->boot),
                                  &launch->handles[BROOD__LAUNCH_BOOT]);
    }
    for (size_t i = 0; i < BROOD__LAUNCH_HANDLES; ++i) {
        if (launch->handles[i] != NULL) {
            launch->list[launch->list_count++] = launch->handles[i];
        }
    }
    return status;
}

static apr_status_t make_group(brood__launch_t *launch, const brood_os_start_t *start) {
    apr_status_t status = APR_SUCCESS;
    if (start->new_group || start->end_with_parent) {
        BROOD_FAULT("os.start_group");
    }
    launch->flags = start->new_group ? CREATE_NEW_PROCESS_GROUP : 0;
    if (start->end_with_parent) {
        launch->job = brood__tied_job(start->end_with_parent > 1, &status);
    }
    return status;
}

/* The list of handles is given even when it is empty: without one, everything inheritable in
 * this process would go to the child. An empty list is refused by the system, so it names one
 * NULL handle, which is nothing. */
static apr_status_t make_attributes(brood__launch_t *launch) {
    SIZE_T size = 0;
    DWORD kinds = launch->job == NULL ? 1 : 2;
    DWORD count = launch->list_count == 0 ? 1 : launch->list_count;
    InitializeProcThreadAttributeList(NULL, kinds, 0, &size);
    launch->attributes = malloc(size);
    if (launch->attributes == NULL) {
        return APR_ENOMEM;
    }
    if (!InitializeProcThreadAttributeList(launch->attributes, kinds, 0, &size)) {
        return brood__status_from_os(GetLastError());
    }
    launch->has_attributes = 1;
    if (!UpdateProcThreadAttribute(launch->attributes, 0,
                                   PROC_THREAD_ATTRIBUTE_HANDLE_LIST, launch->list,
                                   count * sizeof launch->list[0], NULL, NULL)) {
        return brood__status_from_os(GetLastError());
    }
    if (launch->job != NULL &&
        !UpdateProcThreadAttribute(launch->attributes, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST,
                                   &launch->job, sizeof launch->job, NULL, NULL)) {
        return brood__status_from_os(GetLastError());
    }
    return APR_SUCCESS;
}

apr_status_t brood__launch_prepare(brood__launch_t *launch, const brood_os_start_t *start,
                                   brood_os_start_step_t *step) {
    *step = BROOD_OS_START_PREPARE;
    apr_status_t status = make_image(launch, start);
    if (status == APR_SUCCESS && start->environment != NULL) {
        status = brood__environment_make(&launch->environment, start->environment);
    }
    if (status == APR_SUCCESS) {
        *step = BROOD_OS_START_STREAMS;
        status = make_handles(launch, start);
    }
    if (status == APR_SUCCESS) {
        *step = BROOD_OS_START_GROUP;
        status = make_group(launch, start);
    }
    if (status == APR_SUCCESS) {
        *step =
            BROOD_OS_START_EXECUTE; /* where POSIX notices what is too long or not there */
        status = make_line(launch, start);
    }
    if (status == APR_SUCCESS) {
        *step = BROOD_OS_START_PREPARE;
        status = make_attributes(launch);
    }
    if (status == APR_SUCCESS && start->directory != NULL) {
        *step = BROOD_OS_START_DIRECTORY;
        status = make_directory(launch, start->directory);
    }
    return status;
}

void brood__launch_clear(brood__launch_t *launch) {
    if (launch->has_attributes) {
        DeleteProcThreadAttributeList(launch->attributes);
    }
    free(launch->attributes);
    for (size_t i = 0; i < BROOD__LAUNCH_HANDLES; ++i) {
        if (launch->handles[i] != NULL) {
            CloseHandle(launch->handles[i]);
        }
    }
    free(launch->directory);
    free(launch->environment);
    free(launch->command_line);
    free(launch->image);
    memset(launch, 0, sizeof *launch);
}
