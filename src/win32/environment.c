/* The environment of a child, as CreateProcessW wants it.
 *
 * The system looks variables up in the block as it was given, some of its own code by bisection:
 * so the block is sorted by names, in the order that the system compares them. */
#include "launch.h"
#include "os/command.h"
#include "status.h"
#include "utf.h"

#include <stdlib.h>
#include <string.h>

#define NEEDED L"SystemRoot"

static int name_length(const wchar_t *entry) {
    const wchar_t *end = *entry == L'\0' ? NULL : wcschr(entry + 1, L'=');
    return (int)(end == NULL ? wcslen(entry) : (size_t)(end - entry));
}

static int by_name(const void *one, const void *other) {
    const wchar_t *a = *(wchar_t *const *)one;
    const wchar_t *b = *(wchar_t *const *)other;
    return CompareStringOrdinal(a, name_length(a), b, name_length(b), TRUE) - CSTR_EQUAL;
}

/* This process's value of the variable that hardly a program starts without: "NAME=value" of
 * malloc(), or NULL. */
static wchar_t *needed_entry(void) {
    const size_t prefix = wcslen(NEEDED) + 1;
    DWORD room = GetEnvironmentVariableW(NEEDED, NULL, 0);
    wchar_t *entry = room == 0 ? NULL : malloc((prefix + room) * sizeof *entry);
    if (entry != NULL) {
        memcpy(entry, NEEDED L"=", prefix * sizeof *entry);
        DWORD length = GetEnvironmentVariableW(NEEDED, entry + prefix, room);
        if (length == 0 || length >= room) {
            free(entry);
            return NULL;
        }
    }
    return entry;
}

/* Converts the entries into `wide`, all of malloc(), *count of them. Those without a name are
 * left out: an empty one would end the block. */
static apr_status_t widen(wchar_t **wide, size_t *count, const char *const *environment) {
    int has_needed = 0;
    for (size_t i = 0; environment[i] != NULL; ++i) {
        size_t name = brood_os_environment_name(environment[i]);
        if (name == 0) {
            continue;
        }
        apr_status_t status = brood__wide(&wide[*count], environment[i]);
        if (status != APR_SUCCESS) {
            return status == APR_EINVAL
                       ? brood__fail(status,
                                     "the environment's entry %lu is not valid UTF-8",
                                     (unsigned long)i)
                       : status;
        }
        has_needed |= brood_os_environment_same(environment[i], name, "SystemRoot",
                                                strlen("SystemRoot"));
        ++*count;
    }
    if (!has_needed) {
        wide[*count] = needed_entry();
        *count += wide[*count] != NULL;
    }
    return APR_SUCCESS;
}

static apr_status_t pack(wchar_t **block, wchar_t *const *wide, size_t count) {
    size_t room = 2; /* an empty block has two terminators */
    for (size_t i = 0; i < count; ++i) {
        room += wcslen(wide[i]) + 1;
    }
    *block = calloc(room, sizeof **block);
    if (*block == NULL) {
        return APR_ENOMEM;
    }
    wchar_t *end = *block;
    for (size_t i = 0; i < count; ++i) {
        size_t units = wcslen(wide[i]) + 1;
        memcpy(end, wide[i], units * sizeof *end);
        end += units;
    }
    return APR_SUCCESS;
}

apr_status_t brood__environment_make(wchar_t **block, const char *const *environment) {
    size_t room = 1; /* for what is needed */
    size_t count = 0;
    *block = NULL;
    while (environment[room - 1] != NULL) {
        ++room;
    }
    wchar_t **wide = calloc(room, sizeof *wide);
    if (wide == NULL) {
        return APR_ENOMEM;
    }
    apr_status_t status = widen(wide, &count, environment);
    if (status == APR_SUCCESS) {
        qsort(wide, count, sizeof *wide, by_name);
        status = pack(block, wide, count);
    }
    for (size_t i = 0; i < count; ++i) {
        free(wide[i]);
    }
    free(wide);
    return status;
}
