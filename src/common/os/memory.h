/* Shared memory without a name, living as long as somebody holds it. */
#ifndef BROOD_OS_MEMORY_H
#define BROOD_OS_MEMORY_H

#include "os/types.h"

/* Makes an object of `size` bytes, zero-filled, that only this user can open and nobody can
 * resize. `committed` bytes at its start are reserved now, so that touching them cannot
 * fail later; the rest is address space that must be committed before it is touched.
 * APR_ENOSPC or APR_ENOMEM when the system cannot reserve that much. */
apr_status_t brood_os_memory_create(brood_os_handle_t *memory, uint64_t size,
                                    uint64_t committed);

/* The object's size in bytes, as the system says it (Windows may round up to a page). */
apr_status_t brood_os_memory_size(brood_os_handle_t memory, uint64_t *size);

/* Maps `length` bytes at `offset` (a multiple of brood_os_memory_granularity()) for reading
 * and writing, shared. */
apr_status_t brood_os_memory_map(brood_os_handle_t memory, uint64_t offset, size_t length,
                                 void **address);

/* Unmaps what brood_os_memory_map() mapped. */
void brood_os_memory_unmap(void *address, size_t length);

/* Reserves the pages of a range that is mapped at `address`, so that touching them cannot
 * fail. offset and length are multiples of the granularity. */
apr_status_t brood_os_memory_commit(brood_os_handle_t memory, uint64_t offset, size_t length,
                                    void *address);

/* Gives the pages of a range back; their contents are lost. APR_ENOTIMPL where the system
 * cannot: they are then reused when the range is committed again. */
apr_status_t brood_os_memory_decommit(brood_os_handle_t memory, uint64_t offset,
                                      size_t length);

/* What offsets of a mapping must be multiples of. */
size_t brood_os_memory_granularity(void);

/* Largest object worth asking for when only a little of it will be committed. */
uint64_t brood_os_memory_sparse_limit(void);

#endif
