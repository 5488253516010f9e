/* Arguments into encoded bytes. Internal. */
#ifndef BROOD_COMMON_VALUES_ENCODE_H
#define BROOD_COMMON_VALUES_ENCODE_H

#include "values_node.h"
#include <apr_tables.h>

/* One thing to be written: an argument, or the beginning of a list or map, which is a
 * BROOD_LIST without values, or a BROOD_MAP. */
typedef struct brood__item_t {
    brood_arg_t arg; /* of a string only the kind and the pointer count */
    size_t size; /* a string's bytes; the items of a list or pairs of a map begun here */
} brood__item_t;

/* The item of an argument. */
brood__item_t brood__item_of(const brood_arg_t *arg);

/* Whether it can be written, `depth` lists and maps deep. The detail line says what is
 * wrong; the caller puts before it where. */
apr_status_t brood__item_check(const brood__item_t *item, size_t depth);

/* How many bytes checked items take. */
apr_status_t brood__items_measure(const brood__item_t *items, size_t count, size_t *size);

/* Writes checked items into a buffer of the measured size. Handles are looked up in the
 * table (brood_handle_t *) and added to it. */
void brood__items_encode(const brood__item_t *items, size_t count, uint8_t *buffer,
                         apr_array_header_t *handles);

/* Values out of checked items. */
apr_status_t brood__items_pack(brood_values_t **values, const brood__item_t *items,
                               size_t count, apr_pool_t *pool);

#endif
