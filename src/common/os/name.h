/* Shared memory that has a name, and the notes about such names.
 *
 * A note is a few bytes that this user's processes keep about a name. A process that uses the
 * memory holds its note; the kernel lets go of it for a process that dies. On POSIX systems
 * notes are files in a folder of the user's, held by flock(): name and note outlive their
 * processes. On Windows the memory is gone with the last handle to it, so that having it is
 * holding its note, and the note lies in the memory itself, behind the caller's bytes: handles
 * to notes are BROOD_OS_NO_HANDLE there.
 *
 * Names are BROOD_OS_NAME_MAX graphic ASCII characters at the most, without slashes; callers see
 * to that. */
#ifndef BROOD_OS_NAME_H
#define BROOD_OS_NAME_H

#include "os/types.h"

#define BROOD_OS_NAME_MAX 30

/* ---- memory ---- */

/* Whether names outlive the processes that use them: 1 or 0. */
int brood_os_names_persist(void);

/* Makes an object of that name that only this user can open, zero-filled. Where the system gives
 * an object its size later, it has none yet. APR_EEXIST: the name is taken. */
apr_status_t brood_os_named_create(brood_os_handle_t *memory, const char *name,
                                   uint64_t size);

/* Gives a new object its size and reserves its pages, so that touching them cannot fail.
 * APR_ENOSPC or APR_ENOMEM when the system cannot. */
apr_status_t brood_os_named_reserve(brood_os_handle_t memory, uint64_t size);

/* Opens the object of that name. APR_ENOENT: there is none. */
apr_status_t brood_os_named_open(brood_os_handle_t *memory, const char *name);

/* What tells this object from another one that had or will have the same name; all zero where
 * the system does not tell. */
apr_status_t brood_os_named_mark(brood_os_handle_t memory, uint64_t mark[2]);

/* Takes the name away; the object lives on while somebody has it open. APR_ENOENT: there is no
 * such name. APR_ENOTIMPL: names here live and die with their objects. */
apr_status_t brood_os_named_unlink(const char *name);

/* ---- one at a time ---- */

/* Waits until nobody else changes this name or its note, and keeps others from it until
 * brood_os_name_unlock(), in the same thread. The end of a process unlocks. It may be that
 * another name is locked with it: one thread locks one name at a time. APR_TIMEUP. APR_EACCES:
 * the folder of the notes is not this user's alone. */
apr_status_t brood_os_name_lock(brood_os_handle_t *lock, const char *name,
                                brood_os_deadline_t deadline);
void brood_os_name_unlock(brood_os_handle_t lock);

/* ---- notes; the name is locked while they are used, except to read or close them ---- */

/* Makes a name's note, empty, and holds it. APR_EEXIST: there is one. */
apr_status_t brood_os_note_create(brood_os_handle_t *note, const char *name);

/* Opens a name's note without holding it, where that can be. APR_ENOENT: there is none. */
apr_status_t brood_os_note_open(brood_os_handle_t *note, const char *name);

/* Holds an open note, until every copy of the handle is closed, wherever it was sent. */
apr_status_t brood_os_note_hold(brood_os_handle_t note);

/* Whether somebody holds it; asked of a note that is open and that the handle does not hold. */
int brood_os_note_is_held(brood_os_handle_t note);

/* Writes or reads all of a note: at most BROOD_OS_NOTE_MAX bytes. `memory` is the object that
 * has the name, if there is one already. A note that has less is APR_EOF. */
#define BROOD_OS_NOTE_MAX 256
apr_status_t brood_os_note_write(brood_os_handle_t note, brood_os_handle_t memory,
                                 const void *bytes, size_t size);
apr_status_t brood_os_note_read(brood_os_handle_t note, brood_os_handle_t memory,
                                void *bytes, size_t size);

/* Takes a note from its name; who has it open keeps it. APR_ENOENT: there is none.
 * APR_ENOTIMPL: it goes with the memory. */
apr_status_t brood_os_note_remove(const char *name);

/* Calls `each` with every name that has a note, until it returns something else than
 * APR_SUCCESS, which is then returned. Names that come or go meanwhile may be missed.
 * APR_ENOTIMPL: there is no such list. */
apr_status_t brood_os_note_list(apr_status_t (*each)(void *data, const char *name),
                                void *data);

#endif
