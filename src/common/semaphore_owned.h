/* Permits that know their holders: a semaphore made with BROOD_SEM_OWNED. Internal.
 *
 * There is a slot for each permit, which says who holds it: in the semaphore's cell while there
 * are few, else in a segment of their own that travels with the cell. */
#ifndef BROOD_COMMON_SEMAPHORE_OWNED_H
#define BROOD_COMMON_SEMAPHORE_OWNED_H

#include "arena.h"

/* So many slots lie in the cell, from its own.longs[1] on. When there are more, that word is the
 * number of the segment in which they lie, behind its head. */
#define BROOD__PERMITS_INLINE 4u

/* The slots as a process uses them. */
typedef struct brood__permits_t {
    _Atomic uint64_t *slots;
    uint32_t count;
    _Atomic uint32_t hint;     /* where it is worth looking first */
    brood__segment_t *payload; /* of this use; NULL: the slots lie in the cell */
} brood__permits_t;

/* What was true at one moment when it is exact. */
typedef struct brood__permits_seen_t {
    uint32_t free;
    uint32_t mine; /* held by this process */
    int exact;     /* 0: permits changed hands all the while */
} brood__permits_seen_t;

/* Makes `count` free permits for a fresh cell, or uses those of one that has arrived; takes
 * from the parcel what brood__permits_pack() put in. BROOD_EFORGED: they are not the cell's. */
apr_status_t brood__permits_create(brood__permits_t *permits, brood__cell_t *cell,
                                   uint32_t count);
apr_status_t brood__permits_arrived(brood__permits_t *permits, brood__cell_t *cell,
                                    uint32_t count, brood__parcel_t *parcel);
void brood__permits_pack(const brood__permits_t *permits, brood__parcel_t *parcel);

/* Lets go of the slots' segment, if there is one. */
void brood__permits_close(brood__permits_t *permits);

/* Takes one for this process; 0: none was free at one moment during the call. */
int brood__permits_take(brood__permits_t *permits);

/* Frees `count` that this process holds; 0: it did not hold so many at one moment, and nothing
 * has changed. */
int brood__permits_give(brood__permits_t *permits, uint32_t count);

/* Whether one may be free: a quick look. */
int brood__permits_may_be_free(const brood__permits_t *permits);

/* Counts until nothing has changed meanwhile, a hundred times at the most. */
brood__permits_seen_t brood__permits_count(const brood__permits_t *permits);

/* Frees those of a dead participant or, when `dead` is 0, of all holders who are. Returns how
 * many. */
uint32_t brood__permits_reclaim(const brood__permits_t *permits, uint32_t dead);

#endif
