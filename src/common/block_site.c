/* What there is of a name: its object, its note, who holds it, and whether anybody will come
 * back for it.
 *
 * Shared state: the names of objects and of notes, which are files of the system's. Who changes
 * them has the name's lock, which the kernel takes from the dead; what is read under the lock
 * stays true until it is given back, except that holders close or die, and that strangers who do
 * not know of notes (CPython) make or unlink an object.
 *
 * A name is made in this order, and taken away in the opposite one:
 *
 *   1. the note's file, empty, held by the maker
 *   2. the note says PLANNED           there may be an object now: it has no size
 *   3. the object, without a size
 *   4. the note says MADE, and which   from here on the object is known by its mark
 *   5. the object's size and pages
 *   6. the note says READY             attached by others from here on, who hold the note, too
 *
 * Whoever dies between two of these steps, or between taking away the object and its note, leaves
 * what the next one who has the lock can tell: a note whose object is not there (it is removed);
 * an object that its note knows, not READY, that nobody holds (it is taken back); or an object
 * that its note does not know, which is a stranger's and is not touched. In step 2 a stranger's
 * object is told from ours by its size: nobody has anything in an object that has none.
 *
 * READY and not held is not enough for taking back: a maker that has closed its handle and lives
 * may have given the name to somebody who has not come yet. */
#include "block_name.h"

#include "os/clock.h"
#include "os/fault.h"
#include "os/handle.h"
#include "os/memory.h"
#include "status.h"
#include <string.h>

#define NOTE_MAGIC 0x4e425253u /* "SRBN" */
#define NOTE_VERSION 2
#define NOTE_BYTE_ORDER 0x0102

apr_status_t brood__name_check(const char *name) {
    size_t length;
    if (name == NULL) {
        return brood__fail(APR_EINVAL, "name is NULL");
    }
    for (length = 0; name[length] != '\0'; length++) {
        unsigned char byte = (unsigned char)name[length];
        if (length == BROOD_BLOCK_NAME_MAX) {
            return brood__fail(APR_EINVAL, "the name %.40s… has more than %d bytes", name,
                               BROOD_BLOCK_NAME_MAX);
        }
        if (byte <= ' ' || byte >= 0x7f || byte == '/' || byte == '\\') {
            return brood__fail(APR_EINVAL, "byte 0x%02x in the name of a block", byte);
        }
    }
    if (length == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return brood__fail(APR_EINVAL, "\"%s\" is no name for a block", name);
    }
    return APR_SUCCESS;
}

void brood__named_close(brood__named_t *named) {
    named->memory = brood_os_handle_close(named->memory);
    named->note = brood_os_handle_close(named->note);
}

/* Whether the note is one, and not torn or of another time. */
static int note_is_whole(const brood__note_t *note) {
    return note->magic == NOTE_MAGIC && note->version == NOTE_VERSION &&
           note->byte_order == NOTE_BYTE_ORDER && note->state >= BROOD__NAME_PLANNED &&
           note->state <= BROOD__NAME_READY;
}

apr_status_t brood__note_put(const brood__named_t *named, brood__note_t *note,
                             brood__name_state_t state) {
    note->magic = NOTE_MAGIC;
    note->version = NOTE_VERSION;
    note->byte_order = NOTE_BYTE_ORDER;
    note->state = (uint32_t)state;
    return brood_os_note_write(named->note, named->memory, note, sizeof *note);
}

/* Whether the object that has the name now is the one that the note is about. */
static apr_status_t is_known(const brood__site_t *site, int *known) {
    uint64_t mark[2];
    uint64_t size;
    apr_status_t rv;
    *known = 0;
    if (site->note.state == BROOD__NAME_PLANNED) {
        rv = brood_os_memory_size(site->named.memory, &size);
        *known = rv == APR_SUCCESS && size == 0;
        return rv;
    }
    rv = brood_os_named_mark(site->named.memory, mark);
    *known = rv == APR_SUCCESS && memcmp(mark, site->note.mark, sizeof mark) == 0;
    return rv;
}

static int owner_lives(const brood__note_t *note) {
    brood_os_identity_t owner = {note->owner_pid, note->owner_birth};
    brood_os_handle_t watch = BROOD_OS_NO_HANDLE;
    brood_os_life_t life = brood_os_identity_life(&owner, &watch);
    brood_os_handle_close(watch);
    return life != BROOD_OS_DEAD;
}

/* Of an object that its note knows. Its maker has the lock until it is READY. */
static void judge(brood__site_t *site) {
    int ready = site->note.state == BROOD__NAME_READY;
    site->is_held = brood_os_note_is_held(site->named.note);
    site->owner_is_alive = owner_lives(&site->note);
    site->kind =
        site->is_held || (ready && (site->note.persistent || site->owner_is_alive))
            ? BROOD__SITE_USED
            : BROOD__SITE_LEFT;
}

static apr_status_t note_drop(brood__site_t *site) {
    apr_status_t rv;
    site->named.note = brood_os_handle_close(site->named.note);
    rv = brood_os_note_remove(site->name);
    return APR_STATUS_IS_ENOENT(rv) || rv == APR_ENOTIMPL ? APR_SUCCESS : rv;
}

/* The object is open or there is none; now for the note. */
static apr_status_t look_at_note(brood__site_t *site) {
    int known = 0;
    apr_status_t rv = brood_os_note_open(&site->named.note, site->name);
    if (APR_STATUS_IS_ENOENT(rv)) {
        return APR_SUCCESS;
    }
    if (rv == APR_SUCCESS && site->kind == BROOD__SITE_FOREIGN) {
        rv = brood_os_note_read(site->named.note, site->named.memory, &site->note,
                                sizeof site->note);
        if (rv == APR_SUCCESS && note_is_whole(&site->note)) {
            rv = is_known(site, &known);
        } else if (rv == APR_EOF) { /* its maker died before it wrote, or never was */
            rv = APR_SUCCESS;
        }
    }
    if (rv == APR_SUCCESS && !known) {
        return note_drop(site);
    }
    if (rv == APR_SUCCESS) {
        judge(site);
    }
    return rv;
}

static apr_status_t look(brood__site_t *site) {
    apr_status_t rv = brood_os_named_open(&site->named.memory, site->name);
    site->kind = rv == APR_SUCCESS ? BROOD__SITE_FOREIGN : BROOD__SITE_FREE;
    if (APR_STATUS_IS_ENOENT(rv)) {
        rv = APR_SUCCESS;
    }
    return rv == APR_SUCCESS ? look_at_note(site) : rv;
}

apr_status_t brood__name_lock(brood_os_handle_t *lock, const char *name,
                              int64_t patience) {
    apr_status_t rv = brood_os_name_lock(lock, name, brood_os_now_ns() + patience);
    if (rv == APR_TIMEUP) {
        return brood__fail(BROOD_EBUSY,
                           "a process that works on the name %s stands still", name);
    }
    return rv == APR_SUCCESS ? rv : brood__fail(rv, "locking the name %s", name);
}

apr_status_t brood__site_enter(brood__site_t *site, const char *name, int64_t patience) {
    apr_status_t rv;
    memset(site, 0, sizeof *site);
    site->name = name;
    site->named.memory = BROOD_OS_NO_HANDLE;
    site->named.note = BROOD_OS_NO_HANDLE;
    rv = brood__name_lock(&site->lock, name, patience);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    BROOD_KILL_POINT("block.locked");
    rv = look(site);
    return rv == APR_SUCCESS ? rv : brood__fail(rv, "the name %s", name);
}

void brood__site_leave(brood__site_t *site) {
    brood__named_close(&site->named);
    brood_os_name_unlock(site->lock);
    site->lock = BROOD_OS_NO_HANDLE;
}

apr_status_t brood__site_take_back(brood__site_t *site) {
    apr_status_t rv;
    site->named.memory = brood_os_handle_close(site->named.memory);
    rv = brood_os_named_unlink(site->name);
    BROOD_KILL_POINT("block.taken_back");
    if (rv == APR_SUCCESS || APR_STATUS_IS_ENOENT(rv)) {
        rv = note_drop(site);
    }
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "taking back the name %s", site->name);
    }
    site->kind = BROOD__SITE_FREE;
    return APR_SUCCESS;
}
