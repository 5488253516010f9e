/* Other programs: which file is one, and what is in the environment they are given. */
#include "system.h"
#include "os/command.h"
#include "batch.h"
#include "status.h"
#include "utf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int is_separator(char c) {
    return c == '/' || c == '\\';
}

int brood_os_program_is_path(const char *name) {
    return strpbrk(name, "/\\:") != NULL;
}

static int has_extension(const char *path) {
    for (const char *end = path + strlen(path); end > path && !is_separator(end[-1]);
         --end) {
        if (end[-1] == '.') {
            return 1;
        }
    }
    return 0;
}

/* Attributes of the path with the extension; *resolved has it. */
static apr_status_t look(const char *path, const char *extension, char *resolved,
                         size_t size, DWORD *attributes) {
    wchar_t *wide;
    size_t length = strlen(path);
    size_t more = strlen(extension);
    if (length + more >= size) {
        return APR_ENOSPC;
    }
    memcpy(resolved, path, length);
    memcpy(resolved + length, extension, more + 1);
    apr_status_t status = brood__wide(&wide, resolved);
    if (status != APR_SUCCESS) {
        return status == APR_EINVAL
                   ? brood__fail(status, "the program's path is not UTF-8")
                   : status;
    }
    *attributes = GetFileAttributesW(wide);
    DWORD error = *attributes == INVALID_FILE_ATTRIBUTES ? GetLastError() : 0;
    free(wide);
    return error == 0 ? APR_SUCCESS : brood__status_from_os(error);
}

apr_status_t brood_os_program_executable(const char *path, char *resolved, size_t size,
                                         brood_os_program_kind_t *kind) {
    static const char *const with[] = {"", ".exe"};
    static const char *const without[] = {".exe", ".com", ".bat", ".cmd", ""};
    int extended = has_extension(path);
    const char *const *extensions = extended ? with : without;
    size_t count =
        extended ? sizeof with / sizeof *with : sizeof without / sizeof *without;
    int is_directory = 0;
    apr_status_t missing = APR_SUCCESS;
    *kind = BROOD_OS_PROGRAM_IMAGE;
    if (size > 0) {
        resolved[0] = '\0';
    }
    BROOD_FAULT("os.program_executable");
    for (size_t i = 0; i < count; ++i) {
        DWORD attributes;
        apr_status_t status = look(path, extensions[i], resolved, size, &attributes);
        if (status == APR_SUCCESS && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
            *kind = brood__is_batch_file(resolved) ? BROOD_OS_PROGRAM_BATCH
                                                   : BROOD_OS_PROGRAM_IMAGE;
            return APR_SUCCESS;
        }
        is_directory |= status == APR_SUCCESS;
        if (status != APR_SUCCESS && missing == APR_SUCCESS) {
            missing = status;
        }
    }
    if (size > 0) {
        resolved[0] = '\0';
    }
    return is_directory ? brood__fail(EACCES, "%s is a directory", path) : missing;
}

const char *brood_os_search_path(void) {
    return "";
}

/* How many entries the block has. */
static size_t count_entries(const wchar_t *block) {
    size_t count = 0;
    for (; *block != L'\0'; block += wcslen(block) + 1) {
        ++count;
    }
    return count;
}

/* The whole block in UTF-8: first the pointers, then the text. A unit becomes three bytes at
 * the most (a pair of them four). */
static apr_status_t copy_entries(const wchar_t *block, char ***entries) {
    size_t count = count_entries(block);
    const wchar_t *last = block;
    while (*last != L'\0') {
        last += wcslen(last) + 1;
    }
    size_t room = 3 * (size_t)(last - block) + 1;
    char **copy = malloc((count + 1) * sizeof *copy + room);
    if (copy == NULL) {
        return APR_ENOMEM;
    }
    char *end = (char *)&copy[count + 1];
    size_t used = 0;
    for (; *block != L'\0'; block += wcslen(block) + 1) {
        size_t most = 3 * wcslen(block) + 1;
        if (brood__narrow(end, most, block) == APR_SUCCESS) {
            copy[used++] = end;
            end += strlen(end) + 1;
        }
    }
    copy[used] = NULL;
    *entries = copy;
    return APR_SUCCESS;
}

apr_status_t brood_os_environment(char ***entries) {
    *entries = NULL;
    BROOD_FAULT("os.environment");
    wchar_t *block = GetEnvironmentStringsW();
    if (block == NULL) {
        return brood__status_from_os(GetLastError());
    }
    apr_status_t status = copy_entries(block, entries);
    FreeEnvironmentStringsW(block);
    return status;
}

size_t brood_os_environment_name(const char *entry) {
    const char *end = *entry == '\0' ? NULL : strchr(entry + 1, '=');
    return end == NULL ? 0 : (size_t)(end - entry);
}

/* A copy of so many bytes as UTF-16, or NULL. */
static wchar_t *wide_name(const char *name, size_t length) {
    wchar_t *wide = NULL;
    char *copy = malloc(length + 1);
    if (copy != NULL) {
        memcpy(copy, name, length);
        copy[length] = '\0';
        (void)brood__wide(&wide, copy);
        free(copy);
    }
    return wide;
}

/* Compared as the system does, by its own table of upper case, whatever the locale. */
int brood_os_environment_same(const char *one, size_t one_length, const char *other,
                              size_t other_length) {
    if (one_length == other_length && memcmp(one, other, one_length) == 0) {
        return 1;
    }
    wchar_t *wide = wide_name(one, one_length);
    wchar_t *wide_other = wide_name(other, other_length);
    int same = wide != NULL && wide_other != NULL &&
               CompareStringOrdinal(wide, -1, wide_other, -1, TRUE) == CSTR_EQUAL;
    free(wide);
    free(wide_other);
    return same;
}
