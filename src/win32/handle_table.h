/* All handles of all processes, and those of this one, as the system lists them. */
#ifndef BROOD_WIN32_HANDLE_TABLE_H
#define BROOD_WIN32_HANDLE_TABLE_H

#include "system.h"

/* As the system fills it for SystemExtendedHandleInformation. */
typedef struct brood__handle_entry_t {
    void *object;
    ULONG_PTR process;
    ULONG_PTR handle;
    ULONG access;
    USHORT creator;
    USHORT type;
    ULONG attributes;
    ULONG reserved;
} brood__handle_entry_t;

typedef struct brood__handle_table_t {
    ULONG_PTR count;
    ULONG_PTR reserved;
    brood__handle_entry_t entries[1];
} brood__handle_table_t;

/* The table at one moment, in memory of malloc(). */
apr_status_t brood__handle_table_read(brood__handle_table_t **table);

/* Calls `each` with every handle of this process. It must not close or open any. */
typedef void brood__handle_each_t(void *data, HANDLE handle);
apr_status_t brood__handle_table_own(brood__handle_each_t *each, void *data);

#endif
