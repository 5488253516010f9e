/* Statuses: their texts and names, and the detail line that each thread keeps. */
#include "status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DETAIL_SIZE 512

static _Thread_local char detail_line[DETAIL_SIZE];

typedef struct status_row_t {
    apr_status_t status;
    const char *name;
    const char *text;
} status_row_t;

static const status_row_t own_rows[] = {
#define STATUS_ROW(name, number, text) {name, #name, text},
    BROOD_STATUS_TABLE(STATUS_ROW)
#undef STATUS_ROW
};

/* The APR statuses whose meaning the manual defines. */
static const status_row_t apr_rows[] = {
#define APR_ROW(name) \
    { name, #name, NULL }
    APR_ROW(APR_SUCCESS), APR_ROW(APR_TIMEUP),   APR_ROW(APR_EOF),
    APR_ROW(APR_EAGAIN),  APR_ROW(APR_EINVAL),   APR_ROW(APR_ENOTIMPL),
    APR_ROW(APR_ENOMEM),  APR_ROW(APR_EGENERAL), APR_ROW(APR_ENOENT),
    APR_ROW(APR_EEXIST),  APR_ROW(APR_EACCES),
#undef APR_ROW
};

static const status_row_t *find_row(const status_row_t *rows, size_t count,
                                    apr_status_t status) {
    for (size_t i = 0; i < count; i++)
        if (rows[i].status == status)
            return &rows[i];
    return NULL;
}

static const status_row_t *find_own(apr_status_t status) {
    return find_row(own_rows, sizeof own_rows / sizeof own_rows[0], status);
}

char *brood_strerror(apr_status_t status, char *buffer, size_t size) {
    const status_row_t *row = find_own(status);
    if (row == NULL)
        return apr_strerror(status, buffer, size);
    (void)snprintf(buffer, size, "%s", row->text);
    return buffer;
}

const char *brood_status_name(apr_status_t status) {
    const status_row_t *row = find_own(status);
    if (row == NULL)
        row = find_row(apr_rows, sizeof apr_rows / sizeof apr_rows[0], status);
    return row == NULL ? NULL : row->name;
}

const char *brood_error_detail(void) {
    return detail_line;
}

/* The new line is made aside: its arguments may point into the present one. */
static void set_detail(const char *format, va_list arguments, const char *after) {
    char line[DETAIL_SIZE];
    int length = vsnprintf(line, sizeof line, format, arguments);
    if (length < 0)
        line[length = 0] = '\0';
    if ((size_t)length < sizeof line)
        (void)snprintf(line + length, sizeof line - (size_t)length, "%s", after);
    memcpy(detail_line, line, sizeof line);
}

apr_status_t brood__fail(apr_status_t status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    set_detail(format, arguments, "");
    va_end(arguments);
    return status;
}

apr_status_t brood__fail_within(apr_status_t status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    set_detail(format, arguments, detail_line);
    va_end(arguments);
    /* "start of worker: " with nothing to come after it */
    size_t length = strlen(detail_line);
    if (length > 2 && strcmp(detail_line + length - 2, ": ") == 0) {
        detail_line[length - 2] = '\0';
    }
    return status;
}

void brood__detail_clear(void) {
    detail_line[0] = '\0';
}
