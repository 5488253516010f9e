/* Arenas: many small shared objects to a segment. Internal.
 *
 * An object is a cell of 64 bytes. Only the process that made an arena gives out its cells;
 * every process that uses a cell holds it, by a record in the arena that names the process
 * and the cell. A cell is given out again when no living process holds it. */
#ifndef BROOD_COMMON_ARENA_H
#define BROOD_COMMON_ARENA_H

#include "handle.h"
#include "segment.h"

#define BROOD__CELL_SIZE 64

/* How every cell begins. */
typedef struct brood__cell_t {
    _Atomic uint32_t generation; /* one higher each time the cell is given out */
    _Atomic uint32_t kind;       /* brood__handle_code_t of the object; 0: none yet */
    _Atomic uint32_t word;       /* the object's word of truth; a lock word for a lock */
    /* The rest is the object's own; a recursive lock in it lies here (rlockword.h). */
    _Atomic uint32_t depth;
    _Atomic uint64_t holder;
    union {
        _Atomic uint32_t words[10];
        _Atomic uint64_t longs[5];
        uint8_t bytes[40];
    } own;
} brood__cell_t;

_Static_assert(sizeof(brood__cell_t) == BROOD__CELL_SIZE, "a cell is one cache line");

/* A cell as this process holds it. */
typedef struct brood__hold_t {
    brood__segment_t *segment;
    brood__cell_t *cell;
    uint32_t record; /* which record of the arena says so */
} brood__hold_t;

/* A fresh cell, zero but for its head, held by this process. */
apr_status_t brood__arena_allocate(brood__hold_t *hold, brood__handle_code_t kind);

/* A cell that this process holds, held once more. */
apr_status_t brood__arena_hold_again(brood__hold_t *hold, const brood__hold_t *held);

/* Lets go of a cell. In a forked child what the parent held stays held by both. */
void brood__arena_release(brood__hold_t *hold);

/* A cell on its way to another process, and its arrival there. BROOD_EFORGED: there is no
 * such cell. */
void brood__arena_pack(const brood__hold_t *hold, brood__parcel_t *parcel);
apr_status_t brood__arena_unpack(brood__hold_t *hold, brood__handle_code_t kind,
                                 brood__parcel_t *parcel);

/* A participant that is about to be forked from this process holds all that this process
 * holds. BROOD_EFULL: an arena has no room to say so; brood__arena_leave() takes back what
 * was said. */
apr_status_t brood__arena_hold_all(uint32_t participant);

/* The holds of this process bear another id from now on. */
void brood__arena_renamed(uint32_t from, uint32_t to);

/* All holds of a participant end: at the exit of this process, or a child never came. */
void brood__arena_leave(uint32_t participant);

/* In a forked child, before anything else. */
void brood__arena_after_fork(void);

#endif
