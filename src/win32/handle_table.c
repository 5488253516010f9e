/* Asking for the table of handles, with more and more room until it fits. */
#include "handle_table.h"

#include <stdlib.h>

typedef LONG(NTAPI *query_system_t)(int kind, void *buffer, ULONG size, ULONG *needed);

apr_status_t brood__handle_table_read(brood__handle_table_t **table) {
    enum { system_extended_handle_information = 64 };
    const LONG too_small = (LONG)0xC0000004;
    ULONG size = 1u << 18;
    ULONG needed;
    LONG result = too_small;
    *table = NULL;
    query_system_t query =
        (query_system_t)(void (*)(void))brood__ntdll("NtQuerySystemInformation");
    if (query == NULL) {
        return APR_ENOTIMPL;
    }
    while (result == too_small && size < (1u << 30)) {
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
