/* What a block's handle and its views share. Internal to the block. */
#ifndef BROOD_COMMON_BLOCK_BODY_H
#define BROOD_COMMON_BLOCK_BODY_H

#include "block_name.h"
#include "handle.h"
#include <stdatomic.h>

/* A name as it travels: in whole numbers, filled up with zeros. */
#define BROOD__NAME_NUMBERS ((BROOD_BLOCK_NAME_MAX + 1 + 7) / 8)

/* The mapping and what keeps it alive, in this process. In a forked child it is a copy, which
 * counts the child's users. All but the count is constant. */
typedef struct brood__block_body_t {
    _Atomic uint32_t users; /* the handle and its views */
    brood__named_t named;
    void *base;
    size_t size;
    char name[BROOD__NAME_NUMBERS * 8]; /* "": none */
} brood__block_body_t;

struct brood_block_t {
    brood_handle_t handle;
    brood__block_body_t *body;
};

/* Whether a block of that size can be, in a process like this one. */
apr_status_t brood__block_size_check(uint64_t size);

/* Maps the object, with one user. What is in `named` belongs to the body from here on; it is
 * closed on failure. */
apr_status_t brood__block_body_new(brood__block_body_t **body, brood__named_t *named,
                                   uint64_t size, const char *name);

/* One user more; one less: the last one unmaps and lets go. */
void brood__block_body_retain(brood__block_body_t *body);
void brood__block_body_release(brood__block_body_t *body);

#endif
