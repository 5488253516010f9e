/* Blocks' names: making, attaching, unlinking and taking back. Internal to the block. */
#ifndef BROOD_COMMON_BLOCK_NAME_H
#define BROOD_COMMON_BLOCK_NAME_H

#include "brood/block.h"
#include "os/identity.h"
#include "os/name.h"

_Static_assert(BROOD_BLOCK_NAME_MAX == BROOD_OS_NAME_MAX, "one limit for names");

/* How far the maker of a name has come. */
typedef enum brood__name_state_t {
    BROOD__NAME_PLANNED = 1, /* the object may be there; if so it has no size yet */
    BROOD__NAME_MADE = 2,    /* the object is there: the one with the mark */
    BROOD__NAME_READY = 3    /* it is whole, and others may attach it */
} brood__name_state_t;

/* A name's note. Fixed layout: programs of 32 and 64 bits read each other's. */
typedef struct brood__note_t {
    uint32_t magic;
    uint16_t version;
    uint16_t byte_order; /* 0x0102 as its writer writes it */
    uint32_t state;
    uint32_t persistent;
    uint64_t size;
    int64_t since; /* microseconds since 1970 */
    int64_t owner_pid;
    uint64_t owner_birth;
    uint64_t mark[2];
} brood__note_t;

_Static_assert(sizeof(brood__note_t) == 64, "the layout of a note");

/* What a process has of a name: the object, and the note that it holds. No note: the object is
 * not Brood's. */
typedef struct brood__named_t {
    brood_os_handle_t memory;
    brood_os_handle_t note;
} brood__named_t;

/* What there is of a name, while it is locked. */
typedef enum brood__site_kind_t {
    BROOD__SITE_FREE,    /* nothing */
    BROOD__SITE_FOREIGN, /* an object without a note of Brood's */
    BROOD__SITE_USED, /* an object that is somebody's: held, or its maker lives, or meant to stay */
    BROOD__SITE_LEFT /* an object that nobody will come back for */
} brood__site_kind_t;

typedef struct brood__site_t {
    const char *name;
    brood_os_handle_t lock;
    brood__named_t named; /* open; the note not held */
    brood__note_t note;   /* of an object with a note */
    brood__site_kind_t kind;
    int is_held;
    int owner_is_alive;
} brood__site_t;

/* APR_EINVAL, with a detail line, when it is no name for a block. */
apr_status_t brood__name_check(const char *name);

/* Locks the name. `patience` is in nanoseconds; BROOD_EBUSY when that was not enough. */
apr_status_t brood__name_lock(brood_os_handle_t *lock, const char *name,
                              int64_t patience);

/* Writes what the note says, in this state. */
apr_status_t brood__note_put(const brood__named_t *named, brood__note_t *note,
                             brood__name_state_t state);

/* Locks the name and looks. A note without its object is removed. Left again in
 * every case by brood__site_leave(), which closes what is still open. */
apr_status_t brood__site_enter(brood__site_t *site, const char *name, int64_t patience);
void brood__site_leave(brood__site_t *site);

/* Takes a name back that was left. */
apr_status_t brood__site_take_back(brood__site_t *site);

apr_status_t brood__named_create(brood__named_t *named, const char *name, uint64_t size,
                                 int persistent);
apr_status_t brood__named_attach(brood__named_t *named, uint64_t *size, const char *name);

/* Closes what is there. */
void brood__named_close(brood__named_t *named);

/* How long a process that stands still in the middle is waited for. */
#define BROOD__NAME_PATIENCE_NS INT64_C(5000000000)

#endif
