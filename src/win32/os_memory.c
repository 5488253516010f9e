/* Shared memory: sections on the page file. What is not committed at creation is reserved
 * address space (SEC_RESERVE) and is committed through a mapped view; a page that has been
 * committed stays so, and zero-filled for whoever comes first, until the section goes. */
#include "system.h"
#include "owner.h"
#include "os/memory.h"

/* A larger one costs the system's own tables more than 32 MiB (8 bytes a page). */
#define SPARSE_LIMIT_64 (UINT64_C(16) << 30)
#define SPARSE_LIMIT_32 (UINT64_C(256) << 20)

/* As NtQuerySection fills it for class 0. */
typedef struct section_basic_t {
    void *base;
    ULONG attributes;
    LARGE_INTEGER size;
} section_basic_t;

typedef LONG(NTAPI *query_section_t)(HANDLE section, int kind, void *buffer, SIZE_T size,
                                     SIZE_T *returned);

static apr_status_t memory_error(DWORD error) {
    /* The page file is full: to callers the same as no memory. */
    return error == ERROR_COMMITMENT_LIMIT ? APR_ENOMEM : brood__status_from_os(error);
}

static apr_status_t commit_view(void *view, size_t length) {
    if (VirtualAlloc(view, length, MEM_COMMIT, PAGE_READWRITE) == NULL) {
        return memory_error(GetLastError());
    }
    return APR_SUCCESS;
}

static apr_status_t commit_start(HANDLE section, uint64_t committed) {
    size_t length = (size_t)committed;
    if (committed == 0) {
        return APR_SUCCESS;
    }
    if (length != committed) {
        return APR_ENOMEM;
    }
    void *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, length);
    if (view == NULL) {
        return memory_error(GetLastError());
    }
    apr_status_t status = commit_view(view, length);
    UnmapViewOfFile(view);
    return status;
}

apr_status_t brood_os_memory_create(brood_os_handle_t *memory, uint64_t size,
                                    uint64_t committed) {
    apr_status_t status;
    *memory = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.memory_create");
    if (size == 0 || committed > size) {
        return APR_EINVAL;
    }
    SECURITY_ATTRIBUTES *attributes = brood__owner_only(&status);
    if (attributes == NULL) {
        return status;
    }
    DWORD protection = PAGE_READWRITE | (committed < size ? SEC_RESERVE : SEC_COMMIT);
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, attributes, protection,
                                        (DWORD)(size >> 32), (DWORD)size, NULL);
    if (section == NULL) {
        return memory_error(GetLastError());
    }
    if (committed < size) {
        status = commit_start(section, committed);
        if (status != APR_SUCCESS) {
            CloseHandle(section);
            return status;
        }
    }
    *memory = brood__handle(section);
    return APR_SUCCESS;
}

apr_status_t brood_os_memory_size(brood_os_handle_t memory, uint64_t *size) {
    section_basic_t basic;
    *size = 0;
    BROOD_FAULT("os.memory_size");
    /* The documented interface tells the size of a mapped view at best, never a section's. */
    query_section_t query =
        (query_section_t)(void (*)(void))brood__ntdll("NtQuerySection");
    if (query == NULL) {
        return APR_ENOTIMPL;
    }
    if (query(brood__native(memory), 0, &basic, sizeof basic, NULL) < 0) {
        return brood__status_from_os(ERROR_INVALID_HANDLE);
    }
    *size = (uint64_t)basic.size.QuadPart;
    return APR_SUCCESS;
}

apr_status_t brood_os_memory_map(brood_os_handle_t memory, uint64_t offset, size_t length,
                                 void **address) {
    *address = NULL;
    BROOD_FAULT("os.memory_map");
    if (length == 0) { /* which would mean: all of it */
        return APR_EINVAL;
    }
    *address = MapViewOfFile(brood__native(memory), FILE_MAP_READ | FILE_MAP_WRITE,
                             (DWORD)(offset >> 32), (DWORD)offset, length);
    if (*address == NULL) {
        return memory_error(GetLastError());
    }
    return APR_SUCCESS;
}

void brood_os_memory_unmap(void *address, size_t length) {
    (void)length;
    if (address != NULL) {
        UnmapViewOfFile(address);
    }
}

apr_status_t brood_os_memory_commit(brood_os_handle_t memory, uint64_t offset,
                                    size_t length, void *address) {
    (void)memory;
    (void)offset;
    BROOD_FAULT("os.memory_commit");
    return commit_view(address, length);
}

apr_status_t brood_os_memory_decommit(brood_os_handle_t memory, uint64_t offset,
                                      size_t length) {
    (void)memory;
    (void)offset;
    (void)length;
    BROOD_FAULT("os.memory_decommit");
    return APR_ENOTIMPL; /* pages of a section are given back only with the section */
}

size_t brood_os_memory_granularity(void) {
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwAllocationGranularity;
}

uint64_t brood_os_memory_sparse_limit(void) {
    return sizeof(void *) >= 8 ? SPARSE_LIMIT_64 : SPARSE_LIMIT_32;
}
