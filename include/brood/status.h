/* Statuses: what Brood's functions return, and the words for it.
 *
 * Every function that can fail returns apr_status_t. APR_SUCCESS is 0; APR's own codes keep
 * their meaning (APR_TIMEUP: the timeout ran out, one of 0 too; APR_EOF: the other side is
 * gone and nothing is left; APR_EINVAL: a wrong argument; APR_ENOTIMPL: this system cannot). Brood's own codes lie in APR's range
 * for users and are listed in BROOD_STATUS_TABLE below, the only place that has them.
 *
 * A status says what kind of thing went wrong. The detail line, kept for each thread, says
 * which: the name, the position, the sizes, the child's own words. */
#ifndef BROOD_STATUS_H
#define BROOD_STATUS_H

#include "brood/export.h"
#include <apr_errno.h>
#include <stddef.h>

/* X(name, number, text). Numbers never change once released. */
#define BROOD_STATUS_TABLE(X)                                                              \
    X(BROOD_EOWNERDEAD, 1, "the owner died; the lock is held by the caller now")           \
    X(BROOD_ENOTOWNER, 2, "the caller does not own the lock")                              \
    X(BROOD_EUNRECOVERABLE, 3, "the state behind the lock was lost with its owner")        \
    X(BROOD_ENOTINIT, 4, "brood_init has not been called")                                 \
    X(BROOD_EMAINGUARD, 5, "the child's main did not reach brood_init")                    \
    X(BROOD_EBOOT, 6, "the child failed to boot")                                          \
    X(BROOD_EBUILD, 7, "the child's image is of another build")                            \
    X(BROOD_ENOTARGET, 8, "the target function is in no module of the program")            \
    X(BROOD_ETYPE, 9, "a value has the wrong type")                                        \
    X(BROOD_ECOUNT, 10, "the number of values is wrong")                                   \
    X(BROOD_ERANGE, 11, "a number does not fit")                                           \
    X(BROOD_EENCODING, 12, "the bytes are not a valid encoding")                           \
    X(BROOD_ENOTRAVEL, 13, "the handle cannot travel this way")                            \
    X(BROOD_ECLOSED, 14, "the object has been closed")                                     \
    X(BROOD_EBUSY, 15, "the object is in use")                                             \
    X(BROOD_ENOTCHILD, 16, "the process is not a child of the caller")                     \
    X(BROOD_ENOTSTARTED, 17, "the process has not been started")                           \
    X(BROOD_ESTARTED, 18, "the process has been started already")                          \
    X(BROOD_EDEADLOCK, 19, "waiting would never end")                                      \
    X(BROOD_EMETHOD, 20, "there is no such start method here")                             \
    X(BROOD_ETHREADS, 21, "fork was refused because other threads run")                    \
    X(BROOD_EDAEMON, 22, "a daemon may not have children")                                 \
    X(BROOD_EMISMATCH, 23, "the two sides are of different builds or layouts")             \
    X(BROOD_ETOOBIG, 24, "the message is larger than its limit")                           \
    X(BROOD_ETRUNCATED, 25, "the message was cut off")                                     \
    X(BROOD_EBROKEN, 26, "the connection is broken by an earlier failure")                 \
    X(BROOD_EDIRECTION, 27, "the connection does not go that way")                         \
    X(BROOD_ESTATUSLOST, 28, "the process has ended; how is not known")                    \
    X(BROOD_EFULL, 29, "a table of the session is full")                                   \
    X(BROOD_EVERSION, 30, "the state was written by an unsupported version")               \
    X(BROOD_EFORGED, 31, "shared memory holds values that no process may write")           \
    X(BROOD_EBROKENBARRIER, 32, "the barrier is broken")                                   \
    X(BROOD_EOVERRELEASE, 33, "the semaphore has been released too many times")             \
    X(BROOD_EOVERDONE, 34, "more tasks have been done than there were")                     \
    X(BROOD_ESHUTDOWN, 35, "the queue has been shut down")                                  \
    X(BROOD_ELEASE, 36, "the lease of the message has run out")                             \
    X(BROOD_EARGUMENTS, 37, "the arguments are more than the system takes")                 \
    X(BROOD_EOUTPUT, 38, "there was more output than its limit")                            \
    X(BROOD_ESCRIPT, 39, "a batch file cannot be run safely this way")                          \
    X(BROOD_EPRELOAD, 40, "the forkserver's preload function failed")                       \
    X(BROOD_ENOPARENT, 45, "this is the first process, which has no parent")

enum {
#define BROOD_STATUS_ENUM(name, number, text) name = APR_OS_START_USERERR + 4200 + (number),
    BROOD_STATUS_TABLE(BROOD_STATUS_ENUM)
#undef BROOD_STATUS_ENUM
        BROOD_STATUS_END = APR_OS_START_USERERR + 4200 + 100
};

BROOD_BEGIN_DECLS

/* Puts the text of a status into the caller's buffer and returns the buffer: Brood's text
 * for its own codes, APR's (apr_strerror) for all others. The text is always terminated,
 * cut if the buffer is too small.
 *
 * @param status  any status
 * @param buffer  where the text goes; owned by the caller, not NULL
 * @param size    its size in bytes, at least 1
 * @returns buffer.
 * Blocking: never. Threads and processes: safe everywhere, in a forked child too.
 * Platforms: texts of system errors differ. Like: apr_strerror. */
BROOD_API char *brood_strerror(apr_status_t status, char *buffer, size_t size);

/* The symbolic name of one of Brood's own statuses, "BROOD_EOWNERDEAD" for example, or of
 * the APR statuses that this library's manual names; NULL for any other.
 *
 * @param status  any status
 * @returns a string that lives for ever, or NULL.
 * Blocking: never. Threads and processes: safe everywhere. Platforms: same everywhere. */
BROOD_API const char *brood_status_name(apr_status_t status);

/* One line about the last failure of a Brood function in this thread: the offending name,
 * position or sizes, and after a failed start the child's own words. Meaningful only right
 * after a call that did not return APR_SUCCESS; a successful call leaves it as it was.
 *
 * @returns a terminated string, "" when there is nothing to say; it belongs to the thread
 *          and lives until the next failure in it.
 * Blocking: never. Threads and processes: each thread has its own; a forked child starts
 * with a copy of its parent thread's. Platforms: same everywhere. */
BROOD_API const char *brood_error_detail(void);

BROOD_END_DECLS

#endif
