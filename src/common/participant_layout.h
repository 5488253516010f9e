/* How the participant table lies in shared memory. Internal to the table, and to whoever reads
 * it from outside. participant.c says who may write what. */
#ifndef BROOD_COMMON_PARTICIPANT_LAYOUT_H
#define BROOD_COMMON_PARTICIPANT_LAYOUT_H

#include "participant.h"
#include <stdatomic.h>

enum { BROOD__SLOT_FREE = 0, BROOD__SLOT_RESERVED = 1, BROOD__SLOT_LIVE = 2 };

#define BROOD__PARTICIPANT_NAME_WORDS (BROOD__PARTICIPANT_NAME / 8)

typedef struct brood__slot_t {
    _Atomic uint32_t word;
    _Atomic uint32_t
        stop; /* the tenant's id when it has been asked to end: stop_request.c */
    _Atomic int64_t pid;
    _Atomic uint64_t birth;
    _Atomic int64_t since_us; /* apr_time_now() when it was reserved */
    _Atomic uint64_t name[BROOD__PARTICIPANT_NAME_WORDS]; /* UTF-8, its end included */
} brood__slot_t;

_Static_assert(sizeof(brood__slot_t) == 64, "a slot is one cache line");

/* Behind the slots: who reserved each slot last, and for whom. */
typedef struct brood__origin_t {
    _Atomic uint64_t ids; /* the id that was given; above 32 bits the id of who asked for it */
} brood__origin_t;

_Static_assert(sizeof(brood__origin_t) == 8, "an origin is written in one step");

#define BROOD__WORD_STATE(word) ((word)&3u)
#define BROOD__WORD_RESERVER(word) (((word) >> 2) & BROOD__SLOTS)
#define BROOD__WORD_GENERATION(word) ((word) >> 14)
#define BROOD__ID_SLOT(id) ((id)&BROOD__SLOTS)
#define BROOD__ID_GENERATION(id) ((id) >> BROOD__SLOT_BITS)
#define BROOD__ID_MAKE(slot, generation) ((slot) | ((generation) << BROOD__SLOT_BITS))

#endif
