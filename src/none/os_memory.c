/* Shared memory on a system without any. */
#include "os/memory.h"

apr_status_t brood_os_memory_create(brood_os_handle_t *memory, uint64_t size,
                                    uint64_t committed) {
    (void)size;
    (void)committed;
    *memory = BROOD_OS_NO_HANDLE;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_memory_size(brood_os_handle_t memory, uint64_t *size) {
    (void)memory;
    *size = 0;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_memory_map(brood_os_handle_t memory, uint64_t offset, size_t length,
                                 void **address) {
    (void)memory;
    (void)offset;
    (void)length;
    *address = NULL;
    return APR_ENOTIMPL;
}

void brood_os_memory_unmap(void *address, size_t length) {
    (void)address;
    (void)length;
}

apr_status_t brood_os_memory_commit(brood_os_handle_t memory, uint64_t offset,
                                    size_t length, void *address) {
    (void)memory;
    (void)offset;
    (void)length;
    (void)address;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_memory_decommit(brood_os_handle_t memory, uint64_t offset,
                                      size_t length) {
    (void)memory;
    (void)offset;
    (void)length;
    return APR_ENOTIMPL;
}

size_t brood_os_memory_granularity(void) {
    return 4096;
}

uint64_t brood_os_memory_sparse_limit(void) {
    return 0;
}
