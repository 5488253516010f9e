/* Asking for tables of handles, with more and more room until they fit. */
#include "handle_table.h"

#include <stdlib.h>

#define ROOM (1u << 18)
#define ROOM_MAX (1u << 30)
#define TOO_SMALL ((LONG)0xC0000004)

typedef LONG(NTAPI *query_system_t)(int kind, void *buffer, ULONG size, ULONG *needed);

apr_status_t brood__handle_table_read(brood__handle_table_t **table) {
    enum { system_extended_handle_information = 64 };
    ULONG size = ROOM;
    ULONG needed;
    LONG result = TOO_SMALL;
    *table = NULL;
    query_system_t query =
        (query_system_t)(void (*)(void))brood__ntdll("NtQuerySystemInformation");
    if (query == NULL) {
        return APR_ENOTIMPL;
    }
    while (result == TOO_SMALL && size < ROOM_MAX) {
        free(*table);
        *table = malloc(size);
        if (*table == NULL) {
            return APR_ENOMEM;
        }
        result = query(system_extended_handle_information, *table, size, &needed);
        size *= 2;
    }
    if (result < 0) {
        free(*table);
        *table = NULL;
        return APR_EGENERAL;
    }
    return APR_SUCCESS;
}

/* ---- of this process alone ------------------------------------------------------------ */

/* As the system fills it for ProcessHandleInformation. */
typedef struct own_entry_t {
    HANDLE handle;
    ULONG_PTR handle_count;
    ULONG_PTR pointer_count;
    ULONG access;
    ULONG type;
    ULONG attributes;
    ULONG reserved;
} own_entry_t;

typedef struct own_table_t {
    ULONG_PTR count;
    ULONG_PTR reserved;
    own_entry_t entries[1];
} own_table_t;

typedef LONG(NTAPI *query_process_t)(HANDLE process, int kind, void *buffer, ULONG size,
                                     ULONG *needed);

static apr_status_t ask_for_own(brood__handle_each_t *each, void *data) {
    enum { process_handle_information = 51 };
    ULONG size = ROOM;
    ULONG needed;
    LONG result = TOO_SMALL;
    own_table_t *table = NULL;
    query_process_t query =
        (query_process_t)(void (*)(void))brood__ntdll("NtQueryInformationProcess");
    while (query != NULL && result == TOO_SMALL && size < ROOM_MAX) {
        free(table);
        table = malloc(size);
        if (table == NULL) {
            return APR_ENOMEM;
        }
        result =
            query(GetCurrentProcess(), process_handle_information, table, size, &needed);
        size *= 2;
    }
    if (result < 0) {
        free(table);
        return APR_ENOTIMPL;
    }
    for (ULONG_PTR i = 0; i < table->count; ++i) {
        each(data, table->entries[i].handle);
    }
    free(table);
    return APR_SUCCESS;
}

/* Numbers are multiples of 4, and the lowest free one is given: above so many that are free
 * there is none. */
static void try_each_number(brood__handle_each_t *each, void *data) {
    enum { unused_max = 512 };
    int unused = 0;
    for (ULONG_PTR number = 4; unused < unused_max; number += 4) {
        DWORD flags;
        if (GetHandleInformation((HANDLE)number, &flags)) {
            unused = 0;
            each(data, (HANDLE)number);
        } else {
            unused++;
        }
    }
}

/* The table of all processes would tell, too. But Wine 8 cannot be asked for that while any
 * process is just being made: its server reads past the end of an empty table, and dies. */
apr_status_t brood__handle_table_own(brood__handle_each_t *each, void *data) {
    apr_status_t status = ask_for_own(each, data);
    if (status == APR_ENOTIMPL) { /* before Windows 8, and Wine */
        try_each_number(each, data);
        status = APR_SUCCESS;
    }
    return status;
}
