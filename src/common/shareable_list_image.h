/* Image: a shareable list as it lies in memory. Internal to it.
 *
 *     offset  size
 *     0       4, 2, 2   magic, written last; version; byte order 0x0102
 *     8       8, 8      how many items; size of all of it
 *     24      40        reserved, 0
 *     64      32 each   an item: turn (8), offset of its slots (8), capacity (8), reserved (8)
 *             each      two slots: mark (8), kind (8), length (8), and capacity bytes
 *
 * All numbers are little-endian on all systems so far. The slots follow the items and each
 * other without a gap, so there is one layout for given capacities, and an attach demands it. */
#ifndef BROOD_COMMON_SHAREABLE_LIST_IMAGE_H
#define BROOD_COMMON_SHAREABLE_LIST_IMAGE_H

#include "brood/values.h"
#include <stdatomic.h>

/* The kinds of items, as they lie in memory. */
typedef enum brood__image_kind_t {
    BROOD__IMAGE_NIL = 0,
    BROOD__IMAGE_BOOL = 1,
    BROOD__IMAGE_INT = 2,
    BROOD__IMAGE_DOUBLE = 3,
    BROOD__IMAGE_STRING = 4,
    BROOD__IMAGE_BYTES = 5
} brood__image_kind_t;

/* An item on its way: `data` is the bytes as they lie in memory, 8 of a scalar. */
typedef struct brood__image_item_t {
    brood__image_kind_t kind;
    uint64_t scalar;
    const void *data; /* NULL: the scalar's */
    size_t length;
} brood__image_item_t;

/* Where an item lies, checked: a process keeps its own table of these. */
typedef struct brood__image_place_t {
    _Atomic uint64_t *turn;
    _Atomic uint64_t *slots[2];
    size_t capacity;
} brood__image_place_t;

/* An argument as an item; the bytes stay the argument's. BROOD_ETYPE, BROOD_ERANGE,
 * APR_EINVAL. */
apr_status_t brood__image_item(brood__image_item_t *item, const brood_arg_t *arg);

/* What an image of these items takes; 0: no process can map it. */
uint64_t brood__image_size(const brood__image_item_t *items, size_t count);

/* Writes it into zeros; the magic comes last. */
void brood__image_write(void *base, const brood__image_item_t *items, size_t count,
                        uint64_t size);

/* How many items an image has. BROOD_EBUSY: it is being written; BROOD_EMISMATCH,
 * BROOD_EFORGED. */
apr_status_t brood__image_count(const void *base, size_t size, size_t *count);

/* Checks the table of an image and fills in the places. BROOD_EFORGED. */
apr_status_t brood__image_places(void *base, size_t size, brood__image_place_t *places,
                                 size_t count);

/* Reads the present item: kind, length, and the first bytes into `buffer`, or all of a scalar
 * into item->scalar. BROOD_ETOOBIG: it has more bytes than `size`, kind and length are right;
 * BROOD_EFORGED, BROOD_EBUSY. `item->data` is the buffer. */
apr_status_t brood__image_get(const brood__image_place_t *place,
                              brood__image_item_t *item, void *buffer, size_t size);

/* Replaces it. BROOD_ETOOBIG, BROOD_EBUSY. */
apr_status_t brood__image_set(const brood__image_place_t *place,
                              const brood__image_item_t *item);

#endif
