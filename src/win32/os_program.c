/* The program: its image, its command line, its directory, its standard streams. */
#include "system.h"
#include "os/program.h"
#include "utf.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <shellapi.h>
#include <stdlib.h>

/* The longest path that the system knows, in UTF-16 units. */
#define LONGEST_PATH 32768

static apr_status_t empty(char *buffer, size_t size) {
    if (size == 0) {
        return APR_ENOSPC;
    }
    buffer[0] = '\0';
    return APR_SUCCESS;
}

/* Calls `read` with room for any path and converts what it gives. */
static apr_status_t read_path(char *buffer, size_t size,
                              DWORD (*read)(wchar_t *, DWORD)) {
    wchar_t *wide = malloc(LONGEST_PATH * sizeof *wide);
    if (wide == NULL) {
        return APR_ENOMEM;
    }
    DWORD length = read(wide, LONGEST_PATH);
    DWORD error = length == 0 ? GetLastError() : ERROR_FILENAME_EXCED_RANGE;
    apr_status_t status = length == 0 || length >= LONGEST_PATH
                              ? brood__status_from_os(error)
                              : brood__narrow(buffer, size, wide);
    free(wide);
    return status;
}

static DWORD read_program(wchar_t *wide, DWORD units) {
    return GetModuleFileNameW(NULL, wide, units);
}

static DWORD read_directory(wchar_t *wide, DWORD units) {
    return GetCurrentDirectoryW(units, wide);
}

apr_status_t brood_os_program_path(char *buffer, size_t size) {
    apr_status_t status = empty(buffer, size);
    BROOD_FAULT("os.program_path");
    return status != APR_SUCCESS ? status : read_path(buffer, size, read_program);
}

apr_status_t brood_os_program_last_argument(char *buffer, size_t size) {
    int count;
    apr_status_t status = empty(buffer, size);
    BROOD_FAULT("os.program_last_argument");
    if (status != APR_SUCCESS) {
        return status;
    }
    wchar_t **arguments = CommandLineToArgvW(GetCommandLineW(), &count);
    if (arguments == NULL) {
        return brood__status_from_os(GetLastError());
    }
    if (count > 0) {
        status = brood__narrow(buffer, size, arguments[count - 1]);
    }
    LocalFree(arguments);
    return status;
}

apr_status_t brood_os_directory_set(const char *path) {
    wchar_t *wide;
    BROOD_FAULT("os.directory_set");
    apr_status_t status = brood__wide(&wide, path);
    if (status != APR_SUCCESS) {
        return status;
    }
    if (!SetCurrentDirectoryW(wide)) {
        status = brood__status_from_os(GetLastError());
    }
    free(wide);
    return status;
}

apr_status_t brood_os_directory_get(char *buffer, size_t size) {
    apr_status_t status = empty(buffer, size);
    BROOD_FAULT("os.directory_get");
    return status != APR_SUCCESS ? status : read_path(buffer, size, read_directory);
}

/* Both the C runtime's descriptor 0 and the system's standard handle: programs read through
 * either. */
apr_status_t brood_os_null_stdin(void) {
    BROOD_FAULT("os.null_stdin");
    int nul = _wopen(L"NUL", _O_RDONLY | _O_BINARY | _O_NOINHERIT);
    if (nul < 0) {
        return errno;
    }
    if (nul != 0) {
        int failed = _dup2(nul, 0) != 0 ? errno : 0;
        _close(nul);
        if (failed != 0) {
            return failed;
        }
    }
    if (!SetStdHandle(STD_INPUT_HANDLE, (HANDLE)_get_osfhandle(0))) {
        return brood__status_from_os(GetLastError());
    }
    return APR_SUCCESS;
}

apr_status_t brood_os_standard_set(int number, brood_os_handle_t handle) {
    (void)number;
    (void)handle;
    BROOD_FAULT("os.standard_set");
    return APR_ENOTIMPL;
}

apr_status_t brood_os_standard_write(int number, const void *data, size_t size) {
    DWORD written;
    BROOD_FAULT("os.standard_write");
    HANDLE stream = GetStdHandle(number == 1 ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE);
    if (stream == NULL || stream == INVALID_HANDLE_VALUE) {
        return brood__status_from_os(ERROR_INVALID_HANDLE);
    }
    if (!WriteFile(stream, data, (DWORD)size, &written, NULL)) {
        return brood__status_from_os(GetLastError());
    }
    return APR_SUCCESS;
}

brood_os_handle_t brood_os_standard_get(int number) {
    static const DWORD names[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    if (number < 0 || number > 2) {
        return BROOD_OS_NO_HANDLE;
    }
    return brood__handle(GetStdHandle(names[number]));
}
