/* Other processes' shared memory: the system lists all handles of the machine, and a section's
 * handle can be duplicated out of a process of the same user. Only sections on the page file
 * are looked at; a handle of another kind that a listed number has become meanwhile is closed
 * again unused. */
#include "system.h"
#include "handle_table.h"
#include "os/handle.h"
#include "os/outside.h"

#include <stdlib.h>

#define READING (SECTION_MAP_READ | SECTION_QUERY)
#define WRITING (READING | SECTION_MAP_WRITE)
#define OF_A_FILE 0x01800000u /* SEC_IMAGE | SEC_FILE */

typedef struct section_basic_t {
    void *base;
    ULONG attributes;
    LARGE_INTEGER size;
} section_basic_t;

typedef LONG(NTAPI *query_section_t)(HANDLE section, int kind, void *buffer, SIZE_T size,
                                     SIZE_T *returned);

/* Whose process it is, as a buffer that begins with TOKEN_USER. 0: not to be told. */
typedef union user_t {
    TOKEN_USER token;
    BYTE room[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
} user_t;

static int read_user(HANDLE process, user_t *user) {
    HANDLE token;
    DWORD size;
    int known = 0;
    if (OpenProcessToken(process, TOKEN_QUERY, &token)) {
        known = GetTokenInformation(token, TokenUser, user, sizeof *user, &size) != 0;
        CloseHandle(token);
    }
    return known;
}

/* A process of this user, for taking copies of its handles; NULL: it is not, or is gone. */
static HANDLE open_owner(ULONG_PTR pid) {
    user_t own;
    user_t others;
    HANDLE process =
        OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_INFORMATION, FALSE, (DWORD)pid);
    if (process != NULL &&
        (!read_user(GetCurrentProcess(), &own) || !read_user(process, &others) ||
         !EqualSid(own.token.User.Sid, others.token.User.Sid))) {
        CloseHandle(process);
        process = NULL;
    }
    return process;
}

static int is_memory(HANDLE section) {
    section_basic_t basic;
    query_section_t query =
        (query_section_t)(void (*)(void))brood__ntdll("NtQuerySection");
    return query != NULL && query(section, 0, &basic, sizeof basic, NULL) >= 0 &&
           (basic.attributes & OF_A_FILE) == 0;
}

/* Copies one handle, if it is of a section as ours are. */
static HANDLE copy_section(HANDLE process, ULONG_PTR number, DWORD access) {
    HANDLE copy;
    if (!DuplicateHandle(process, (HANDLE)number, GetCurrentProcess(), &copy, access,
                         FALSE, 0)) {
        return NULL;
    }
    if (!is_memory(copy)) {
        CloseHandle(copy);
        return NULL;
    }
    return copy;
}

/* The type number of sections in this table: that of one which is surely there. */
static int type_of(const brood__handle_table_t *table, HANDLE section, USHORT *type) {
    for (ULONG_PTR i = 0; i < table->count; ++i) {
        if (table->entries[i].process == GetCurrentProcessId() &&
            (HANDLE)table->entries[i].handle == section) {
            *type = table->entries[i].type;
            return 1;
        }
    }
    return 0;
}

static apr_status_t look(const brood__handle_table_t *table, USHORT type,
                         brood_os_outside_each_t *each, void *data, DWORD access) {
    apr_status_t status = APR_SUCCESS;
    ULONG_PTR pid = 0;
    HANDLE process = NULL;
    for (ULONG_PTR i = 0; i < table->count && status == APR_SUCCESS; ++i) {
        const brood__handle_entry_t *entry = &table->entries[i];
        if (entry->type != type || (entry->access & access) != access) {
            continue;
        }
        if (entry->process != pid) {
            if (process != NULL) {
                CloseHandle(process);
            }
            pid = entry->process;
            process = open_owner(pid);
        }
        HANDLE copy =
            process == NULL ? NULL : copy_section(process, entry->handle, access);
        if (copy != NULL) {
            status = each(data, (int64_t)pid, brood__handle(copy));
        }
    }
    if (process != NULL) {
        CloseHandle(process);
    }
    return status;
}

apr_status_t brood_os_outside_find(brood_os_outside_each_t *each, void *data, int write) {
    brood__handle_table_t *table;
    USHORT type = 0;
    BROOD_FAULT("os.outside_find");
    HANDLE sample =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 1, NULL);
    if (sample == NULL) {
        return brood__status_from_os(GetLastError());
    }
    apr_status_t status = brood__handle_table_read(&table);
    int known = status == APR_SUCCESS && type_of(table, sample, &type);
    CloseHandle(sample);
    if (status == APR_SUCCESS && !known) {
        status = APR_ENOTIMPL;
    }
    if (status == APR_SUCCESS) {
        status = look(table, type, each, data, write ? WRITING : READING);
    }
    free(table);
    return status;
}

apr_status_t brood_os_outside_read(brood_os_handle_t memory, uint64_t offset, void *bytes,
                                   size_t size) {
    SYSTEM_INFO info;
    SIZE_T got = 0;
    BROOD_FAULT("os.outside_read");
    GetSystemInfo(&info);
    uint64_t start = offset - offset % info.dwAllocationGranularity;
    size_t within = (size_t)(offset - start);
    if (size > SIZE_MAX - within) {
        return APR_EINVAL;
    }
    BYTE *view = MapViewOfFile(brood__native(memory), FILE_MAP_READ, (DWORD)(start >> 32),
                               (DWORD)start, within + size);
    if (view == NULL) {
        return brood__status_from_os(GetLastError());
    }
    /* The system copies, and says so where a page is not there: a section of another program
     * may be reserved and not committed. */
    BOOL copied =
        ReadProcessMemory(GetCurrentProcess(), view + within, bytes, size, &got);
    UnmapViewOfFile(view);
    return copied && got == size ? APR_SUCCESS : APR_EOF;
}
