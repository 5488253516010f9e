/* Frame: the length that stands before each message on a stream. Internal.
 *
 * Four bytes, most significant first; a length over 0x7fffffff is -1 followed by eight. This
 * is the framing of CPython's multiprocessing.connection. */
#ifndef BROOD_COMMON_FRAME_H
#define BROOD_COMMON_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define BROOD__FRAME_MOST 12

/* Writes the head of a message; returns its size, 4 or 12. */
size_t brood__frame_encode(uint8_t head[BROOD__FRAME_MOST], uint64_t length);

/* How many bytes the head that begins so has in all; `have` of them (0 to 12) are there. */
size_t brood__frame_need(const uint8_t *head, size_t have);

/* The length that a whole head announces; 0 for one that is not valid: *valid is 0. */
uint64_t brood__frame_decode(const uint8_t *head, int *valid);

#endif
