/* How an arena lies in shared memory. Internal to the arena, and to whoever reads it from
 * outside. */
#ifndef BROOD_COMMON_ARENA_LAYOUT_H
#define BROOD_COMMON_ARENA_LAYOUT_H

#include "arena.h"

#define BROOD__ARENA_CELLS 1008u
#define BROOD__ARENA_RECORDS (4u * BROOD__ARENA_CELLS)

/* A hold: {participant id, cell number + 1}; the number may stand for every cell. 0: free. */
#define BROOD__ARENA_ALL 0xffffffffu
#define BROOD__ARENA_RECORD(participant, cell) (((uint64_t)(participant) << 32) | (cell))
#define BROOD__ARENA_HOLDER(record) ((uint32_t)((record) >> 32))
#define BROOD__ARENA_HELD(record) ((uint32_t)(record))

/* In a cell's kind: its creator is looking whether anybody still holds it, or nobody does. */
#define BROOD__ARENA_RETIRED 0x80000000u

typedef struct brood__arena_shared_t {
    brood__segment_head_t head;
    _Atomic uint32_t arrivals; /* one more after each record that was written */
    uint32_t unused[15];
    _Atomic uint64_t records[BROOD__ARENA_RECORDS];
    brood__cell_t cells[BROOD__ARENA_CELLS];
} brood__arena_shared_t;

_Static_assert(offsetof(brood__arena_shared_t, cells) % 64 == 0,
               "cells lie on cache lines");
_Static_assert(sizeof(brood__arena_shared_t) / BROOD__ARENA_CELLS < 100,
               "a small object costs under 100 bytes");

#endif
