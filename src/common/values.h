/* Values from the inside: the encoded bytes and the table of handles beside them. */
#ifndef BROOD_COMMON_VALUES_H
#define BROOD_COMMON_VALUES_H

#include "brood/values.h"
#include "handle.h"

/* Encoded size of a sequence of arguments, in bytes, and its encoding. Nothing is
 * allocated: these two are the hot path of put and send. Handles are refused with
 * BROOD_ENOTRAVEL (the detail names the argument), as are strings that are not UTF-8
 * (BROOD_ETYPE). The buffer must have the measured size. */
apr_status_t brood__args_measure(brood_args_t args, size_t *size);
void brood__args_encode(brood_args_t args, uint8_t *buffer);

/* Values over a copy of received bytes; the bytes are validated completely first. With
 * copy 0 the bytes are used where they lie and must live as long as the pool. `handles` may
 * be NULL when handle_count is 0; an index beyond it is BROOD_EENCODING. */
apr_status_t brood__values_decode(brood_values_t **values, const void *data, size_t size,
                                  brood_handle_t *const *handles, size_t handle_count,
                                  int copy, apr_pool_t *pool);

/* What values consist of: the encoded bytes (a sequence of top-level objects), and the
 * handles in the order of their indexes. */
brood_bytes_t brood__values_bytes(const brood_values_t *values);
size_t brood__values_handles(const brood_values_t *values,
                             brood_handle_t *const **handles);

#endif
