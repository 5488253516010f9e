/* The table of sleepers in the session's control segment: its layout.
 *
 * A spot is where one thread sleeps. Who may write which field, and in which order, is told
 * at the top of os_park.c. */
#ifndef BROOD_WIN32_SPOTS_H
#define BROOD_WIN32_SPOTS_H

#include "system.h"

#include <assert.h>
#include <stdatomic.h>

#define BROOD__SPOTS 2048

/* What a waker must know of the sleeper. 64 bytes: no two share a cache line. */
typedef struct brood__spot_t {
    _Atomic uint32_t owner;   /* participant + 1; 0: free */
    _Atomic uint32_t pid;     /* of the sleeper's process, with its birth: its identity */
    _Atomic uint64_t birth;
    _Atomic uint64_t name[2]; /* of the sleeper's event */
    unsigned char unused[32];
} brood__spot_t;

/* Keys lie by themselves, eight to a cache line: a waker looks at all of them. */
typedef struct brood__park_area_t {
    _Atomic uint32_t high_water; /* spots from here on have never been used */
    unsigned char unused[60];
    _Atomic uint64_t keys[BROOD__SPOTS]; /* of the word that the spot's thread waits for */
    brood__spot_t spots[BROOD__SPOTS];
} brood__park_area_t;

static_assert(ATOMIC_INT_LOCK_FREE == 2, "words in shared memory must be lock-free");
static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "keys in shared memory must be lock-free");
static_assert(sizeof(brood__spot_t) == 64, "layout of a spot");
static_assert(offsetof(brood__spot_t, pid) == 4, "layout of a spot");
static_assert(offsetof(brood__spot_t, birth) == 8, "layout of a spot");
static_assert(offsetof(brood__spot_t, name) == 16, "layout of a spot");
static_assert(offsetof(brood__park_area_t, keys) == 64, "layout of the area");
static_assert(offsetof(brood__park_area_t, spots) == 64 + 8 * BROOD__SPOTS,
              "layout of the area");
static_assert(sizeof(brood__park_area_t) == 64 + 72 * BROOD__SPOTS, "layout of the area");

#endif
