/* Names of blocks: making one, and attaching one. block_site.c says in which order, and what is
 * true if a process dies on the way. */
#include "block_name.h"

#include "os/fault.h"
#include "os/handle.h"
#include "os/memory.h"
#include "status.h"
#include <string.h>

/* ---- making ---- */

/* Steps 3 to 6; what was made is taken away again on failure. */
static apr_status_t make_object(brood__named_t *named, brood__note_t *note,
                                const char *name) {
    apr_status_t rv = brood_os_named_create(&named->memory, name, note->size);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    BROOD_KILL_POINT("block.named");
    rv = brood_os_named_mark(named->memory, note->mark);
    if (rv == APR_SUCCESS) {
        rv = brood__note_put(named, note, BROOD__NAME_MADE);
    }
    BROOD_KILL_POINT("block.made");
    if (rv == APR_SUCCESS) {
        rv = brood_os_named_reserve(named->memory, note->size);
    }
    BROOD_KILL_POINT("block.reserved");
    if (rv == APR_SUCCESS) {
        rv = brood__note_put(named, note, BROOD__NAME_READY);
    }
    if (rv != APR_SUCCESS) {
        (void)brood_os_named_unlink(name);
    }
    return rv;
}

/* All steps, for a name that is free. */
static apr_status_t make(brood__named_t *named, brood__note_t *note, const char *name) {
    apr_status_t rv = brood_os_note_create(&named->note, name);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "the record of the name %s", name);
    }
    BROOD_KILL_POINT("block.noted");
    rv = brood__note_put(named, note, BROOD__NAME_PLANNED);
    BROOD_KILL_POINT("block.planned");
    if (rv == APR_SUCCESS) {
        rv = make_object(named, note, name);
    }
    if (rv != APR_SUCCESS) {
        brood__named_close(named);
        (void)brood_os_note_remove(name);
        return brood__fail(rv, "the block %s of %llu bytes", name,
                           (unsigned long long)note->size);
    }
    BROOD_KILL_POINT("block.ready");
    return APR_SUCCESS;
}

static apr_status_t fill_note(brood__note_t *note, uint64_t size, int persistent) {
    brood_os_identity_t self;
    apr_status_t rv = brood_os_identity_self(&self);
    memset(note, 0, sizeof *note);
    note->size = size;
    note->persistent = persistent ? 1 : 0;
    note->since = apr_time_now();
    note->owner_pid = self.pid;
    note->owner_birth = self.birth;
    return rv;
}

apr_status_t brood__named_create(brood__named_t *named, const char *name, uint64_t size,
                                 int persistent) {
    brood__note_t note;
    brood__site_t site;
    apr_status_t rv = fill_note(&note, size, persistent);
    named->memory = BROOD_OS_NO_HANDLE;
    named->note = BROOD_OS_NO_HANDLE;
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "this process's identity");
    }
    rv = brood__site_enter(&site, name, BROOD__NAME_PATIENCE_NS);
    if (APR_STATUS_IS_EACCES(rv) && site.lock != BROOD_OS_NO_HANDLE) {
        rv = brood__fail(APR_EEXIST, "the name %s is another user's", name);
    }
    if (rv == APR_SUCCESS && site.kind == BROOD__SITE_LEFT) {
        rv = brood__site_take_back(&site);
    }
    if (rv == APR_SUCCESS && site.kind != BROOD__SITE_FREE) {
        rv = brood__fail(APR_EEXIST, "there is a block %s", name);
    }
    if (rv == APR_SUCCESS) {
        rv = make(named, &note, name);
    }
    brood__site_leave(&site);
    return rv;
}

/* ---- attaching ---- */

/* An object that Brood made: from here on this process holds it. */
static apr_status_t attach_known(brood__site_t *site, uint64_t *size) {
    uint64_t whole;
    apr_status_t rv = brood_os_note_hold(site->named.note);
    if (rv == APR_SUCCESS) {
        rv = brood_os_memory_size(site->named.memory, &whole);
    }
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "attaching the block %s", site->name);
    }
    if (site->note.size == 0 || site->note.size > whole) {
        return brood__fail(BROOD_EFORGED, "the block %s has %llu bytes, not %llu",
                           site->name, (unsigned long long)whole,
                           (unsigned long long)site->note.size);
    }
    *size = site->note.size;
    BROOD_KILL_POINT("block.attached");
    return APR_SUCCESS;
}

static apr_status_t attach_foreign(brood__site_t *site, uint64_t *size) {
    apr_status_t rv = brood_os_memory_size(site->named.memory, size);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "the size of the block %s", site->name);
    }
    return *size > 0
               ? APR_SUCCESS
               : brood__fail(BROOD_EBUSY, "the block %s has no size yet", site->name);
}

static apr_status_t attach_entered(brood__site_t *site, uint64_t *size) {
    if (site->kind == BROOD__SITE_FOREIGN) {
        return attach_foreign(site, size);
    }
    if (site->kind != BROOD__SITE_FREE && site->note.state == BROOD__NAME_READY) {
        return attach_known(site, size);
    }
    if (site->kind == BROOD__SITE_LEFT) { /* half made, and its maker is dead */
        apr_status_t rv = brood__site_take_back(site);
        if (rv != APR_SUCCESS) {
            return rv;
        }
    }
    return brood__fail(APR_ENOENT, "there is no block %s", site->name);
}

apr_status_t brood__named_attach(brood__named_t *named, uint64_t *size,
                                 const char *name) {
    brood__site_t site;
    apr_status_t rv = brood__site_enter(&site, name, BROOD__NAME_PATIENCE_NS);
    named->memory = BROOD_OS_NO_HANDLE;
    named->note = BROOD_OS_NO_HANDLE;
    if (rv == APR_SUCCESS) {
        rv = attach_entered(&site, size);
    }
    if (rv == APR_SUCCESS) {
        *named = site.named;
        site.named.memory = BROOD_OS_NO_HANDLE;
        site.named.note = BROOD_OS_NO_HANDLE;
    }
    brood__site_leave(&site);
    return rv;
}

/* ---- unlinking ---- */

/* The object's name first: a note without its object is removed by whoever sees it. */
apr_status_t brood_block_unlink(const char *name) {
    brood_os_handle_t lock;
    apr_status_t rv = brood__name_check(name);
    if (rv != APR_SUCCESS || !brood_os_names_persist()) {
        return rv;
    }
    rv = brood__name_lock(&lock, name, BROOD__NAME_PATIENCE_NS);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood_os_named_unlink(name);
    BROOD_KILL_POINT("block.unlinked");
    if (rv == APR_SUCCESS || APR_STATUS_IS_ENOENT(rv)) {
        (void)brood_os_note_remove(name);
    }
    BROOD_KILL_POINT("block.forgotten");
    brood_os_name_unlock(lock);
    return rv == APR_SUCCESS ? rv : brood__fail(rv, "unlinking the block %s", name);
}
