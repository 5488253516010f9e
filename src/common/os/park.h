/* Sleeping while a word in shared memory holds a value, across processes.
 *
 * The one meaning on every system: park() may return early for no reason, and never misses a
 * change that was made after the caller looked, provided that whoever changed the word calls
 * unpark() after the change. Callers loop on their own condition. */
#ifndef BROOD_OS_PARK_H
#define BROOD_OS_PARK_H

#include "os/types.h"
#include <stdatomic.h>

/* Where a word is, in terms that every process understands. Systems that wait on memory
 * itself look only at `word`. */
typedef struct brood_os_word_t {
    _Atomic uint32_t *word;
    uint64_t segment; /* random number of the segment that holds it; the same everywhere */
    uint64_t offset;  /* of the word in that segment */
} brood_os_word_t;

/* What the system needs in the session's control segment to find sleepers: `size` bytes,
 * zero at the start, aligned to 64. A system that needs nothing says 0. */
size_t brood_os_park_area_size(void);

/* Tells this process where that area is mapped, and which participant it is. Called at
 * attach, again in a forked child and when the participant changes; the area may be NULL
 * when the size is 0. Sleepers recorded by `participant` in an earlier life are void.
 * Attaching another area, or NULL, lets go of the old one: to be called while that is still
 * mapped and no thread sleeps in it. */
apr_status_t brood_os_park_attach(void *area, size_t size, uint32_t participant);

/* Tells the area that a participant is dead: its sleepers no longer count. */
void brood_os_park_forget(uint32_t participant);

/* Sleeps while *word == expected, until woken or the deadline. Returns APR_SUCCESS (woken,
 * changed, interrupted or for no reason) or APR_TIMEUP (the deadline passed). */
apr_status_t brood_os_park(const brood_os_word_t *word, uint32_t expected,
                           brood_os_deadline_t deadline);

/* Wakes up to `count` sleepers of that word. Never blocks; waking nobody is no error. A dead
 * sleeper is not counted where the system can tell. The memory may be gone or reused on
 * systems that wait by address: harmless. */
void brood_os_unpark(const brood_os_word_t *word, uint32_t count);

/* "futex", "ulock", "umtx", "poll" or "event": for reports. */
const char *brood_os_park_name(void);

#endif
