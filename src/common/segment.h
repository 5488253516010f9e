/* Segments: shared memory with a head that says what it is. Internal.
 *
 * A segment is one kernel object of shared memory, mapped by every process that uses it and
 * gone with the last of them. It is known everywhere by a random number. Within a process a
 * segment is mapped once, however often it arrives; users of it are counted. */
#ifndef BROOD_COMMON_SEGMENT_H
#define BROOD_COMMON_SEGMENT_H

#include "os/memory.h"
#include "os/park.h"

typedef enum brood__segment_kind_t {
    BROOD__SEGMENT_CONTROL = 1,
    BROOD__SEGMENT_ARENA = 2,
    BROOD__SEGMENT_QUEUE = 3,
    BROOD__SEGMENT_PAYLOAD = 4 /* what of an object does not fit into its cell */
} brood__segment_kind_t;

/* Of what lies in segments, of all kinds. It is another one as soon as anything lies elsewhere or
 * means something else: programs with different versions of this library meet in the doctor. */
#define BROOD__SEGMENT_VERSION 4

/* The first 64 bytes of every segment. Written by the creator before anybody else can see
 * the segment, and never again. */
typedef struct brood__segment_head_t {
    uint32_t magic;
    uint16_t version;
    uint16_t byte_order; /* 0x0102 as the creator writes it */
    uint32_t kind;
    uint32_t head_size; /* 64: where the contents begin */
    uint64_t id;        /* random, never 0 */
    uint64_t size;      /* of the whole object */
    uint64_t committed; /* from the start: what every process maps */
    uint64_t reserved[3];
} brood__segment_head_t;

_Static_assert(sizeof(brood__segment_head_t) == 64, "the head is one cache line");

typedef struct brood__segment_t {
    struct brood__segment_t *next;
    brood_os_handle_t memory;
    uint8_t *base; /* mapping of the committed part */
    size_t mapped; /* its length */
    uint64_t id;
    uint64_t size;
    brood__segment_kind_t kind;
    unsigned users;
} brood__segment_t;

/* Makes a segment: `committed` bytes (the head's 64 among them) that every process maps, and
 * address space beyond them up to `size` that is committed piece by piece. */
apr_status_t brood__segment_create(brood__segment_t **segment, brood__segment_kind_t kind,
                                   uint64_t size, size_t committed);

/* Maps a segment that has arrived as a handle, which from now on belongs to the segment. On
 * failure the handle is closed. BROOD_EMISMATCH: not a segment of this kind and layout. */
apr_status_t brood__segment_attach(brood__segment_t **segment, brood__segment_kind_t kind,
                                   brood_os_handle_t memory);

/* The same for one of which so many bytes are thought to be committed: who is right is spared a
 * mapping. */
apr_status_t brood__segment_attach_sized(brood__segment_t **segment,
                                         brood__segment_kind_t kind,
                                         brood_os_handle_t memory, size_t expected);

/* Whether a head is of this layout; and whether it is of that kind, and its sizes fit an object
 * of `object_size` bytes: everything in it is checked before any of it is used. */
int brood__segment_is_ours(const brood__segment_head_t *head);
apr_status_t brood__segment_head_check(const brood__segment_head_t *head,
                                       brood__segment_kind_t kind, uint64_t object_size);

/* Whether this process has that segment mapped. */
int brood__segment_is_mapped(uint64_t id);

/* The segments that this process has mapped now, each with one user more. Returns how many, at
 * most `capacity`. */
size_t brood__segments_hold(brood__segment_t **held, size_t capacity);

/* One user less; the last one unmaps. */
void brood__segment_release(brood__segment_t *segment);

/* The place of a word of the segment, for waiting on it. */
static inline brood_os_word_t brood__segment_word(const brood__segment_t *segment,
                                                  _Atomic uint32_t *word) {
    brood_os_word_t place = {word, segment->id,
                             (uint64_t)((uint8_t *)word - segment->base)};
    return place;
}

/* In a forked child, before anything else. */
void brood__segment_after_fork(void);

#endif
