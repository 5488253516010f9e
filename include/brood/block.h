/* Block: a piece of shared memory, without a name or with one.
 *
 * A block without a name is handed to a child in its state, or inherited under fork; it lives
 * as long as somebody holds it. A block with a name can be attached by any program of the same
 * user that knows the name, CPython's multiprocessing.shared_memory among them: the memory is
 * the caller's from byte 0, nothing of Brood's lies in it.
 *
 * On POSIX systems a name outlives every process until somebody unlinks it. So Brood writes
 * beside each name who made it, and the kernel knows who holds it: who made, attached or was
 * handed the block, and a child that was forked from one who holds it. A name that a crashed
 * program has left, whose maker is dead and which no process holds through Brood, is taken back
 * by the next creation of that name and by brood_block_reclaim(); never one that a living
 * process holds, whose maker lives, or which was made persistent. Nothing watches names behind
 * the caller's back, and no name is removed because some process that had attached it ends. On
 * Windows a name dies with the last process that holds it.
 *
 * What is known of a name's maker holds within one pid namespace: two containers that share
 * /dev/shm and a user cannot tell whether the other's makers live, and should make their names
 * persistent. What a process holds is known everywhere.
 *
 * Memory is reserved when a block is made: that it is short is a status then, not a signal
 * later. A block takes one descriptor, on POSIX systems one more if it has a name. */
#ifndef BROOD_BLOCK_H
#define BROOD_BLOCK_H

#include "brood/status.h"
#include "brood/types.h"

/* The longest name of a block, in bytes: what macOS allows. */
#define BROOD_BLOCK_NAME_MAX 30

/* Choices for a block with a name. Begin with BROOD_BLOCK_OPTIONS_INIT. */
typedef struct brood_block_options_t {
    size_t struct_size; /* sizeof: set by BROOD_BLOCK_OPTIONS_INIT */
    int persistent; /* 1: the name is meant to outlive its maker and all who hold it, until
                           brood_block_unlink(). 0: it is taken back when all of them are dead */
} brood_block_options_t;

#define BROOD_BLOCK_OPTIONS_INIT \
    { sizeof(brood_block_options_t), 0 }

/* A part of a block that stays mapped while the view is open, whatever becomes of the block's
 * handle. */
typedef struct brood_block_view_t brood_block_view_t;

/* What brood_block_list() says of a name. */
typedef struct brood_block_info_t {
    char name[BROOD_BLOCK_NAME_MAX + 1];
    uint64_t size; /* in bytes, as asked for; 0: its maker died before it had a size */
    int64_t owner_pid; /* of the process that made it */
    int owner_is_alive; /* that process, not another with its number; 1 if not to be told */
    int is_held;        /* some process holds it through Brood */
    int is_persistent;
    apr_time_t since; /* when it was made */
} brood_block_info_t;

BROOD_BEGIN_DECLS

/* Makes a block without a name, filled with zeros.
 *
 * @param block  receives it; NULL on failure
 * @param size   in bytes, at least 1
 * @param pool   owns this process's handle to it; NULL: until the process ends
 * @returns APR_SUCCESS; APR_EINVAL: size is 0, or block is NULL; BROOD_ERANGE: no process like
 *          this can map so much (4 GiB and more in 32 bits); APR_ENOSPC or APR_ENOMEM: the
 *          system has not so much memory left; or the system's status (out of descriptors).
 * Blocking: never, though reserving gigabytes takes its time. Threads and processes: the
 * handle may be used by all threads. It is handed to a child in its state (BROOD_ARGS), or
 * inherited under fork. Platforms: same everywhere. Like: mmap of anonymous shared memory;
 * CPython's has none that works under spawn. */
BROOD_API apr_status_t brood_block_create(brood_block_t **block, uint64_t size,
                                          apr_pool_t *pool);

/* Makes a block with a name, filled with zeros, for this user only (mode 0600; on Windows a
 * list that names the user and SYSTEM). A name that a crashed program has left is taken back
 * first.
 *
 * @param block    receives it; NULL on failure
 * @param name     1 to BROOD_BLOCK_NAME_MAX printing ASCII characters, no blank, slash or
 *                 backslash, not "." or ".."; or NULL: a random one, see brood_block_name()
 * @param size     in bytes, at least 1; brood_block_size() says exactly this in every process,
 *                 though systems round it up to pages
 * @param options  or NULL for the defaults
 * @param pool     owns this process's handle to it; NULL: until the process ends
 * @returns APR_SUCCESS;
 *          APR_EEXIST: the name is somebody's: of two that create it at once one is told so;
 *          APR_EINVAL: a bad name, size 0, a bad option; the detail says which;
 *          BROOD_ERANGE, APR_ENOSPC, APR_ENOMEM: as brood_block_create();
 *          APR_EACCES: the folder of the records is not this user's alone;
 *          BROOD_EBUSY: a process that works on the same name, or on one that shares its lock
 *          file (there are 16), has been at it for 5 s;
 *          APR_ENOTIMPL: persistent, on Windows; or the system's status.
 * After a failure nothing is left.
 * Blocking: while others work on the same name, or on one of the sixteenth of all names that share
 * its lock file: some microseconds for each, longer while gigabytes are reserved, at most 5 s; one
 * that dies there is not waited for. Threads and processes: any number; killed in the middle it
 * leaves nothing that the next creation or brood_block_reclaim() does not take back.
 * Platforms: on POSIX systems the name lives until it is unlinked or reclaimed; on Windows
 * until the last handle is closed, and persistent is refused. Another user's name is APR_EEXIST,
 * on Windows it may be APR_EACCES.
 * Like: SharedMemory(name, create=True, size), without its resource tracker. */
BROOD_API apr_status_t brood_block_create_named(brood_block_t **block, const char *name,
                                                uint64_t size,
                                                const brood_block_options_t *options,
                                                apr_pool_t *pool);

/* Attaches the block of that name, whoever made it: Brood, CPython's SharedMemory, shm_open().
 *
 * @param block  receives it; NULL on failure
 * @param name   as above, not NULL
 * @param pool   owns this process's handle to it; NULL: until the process ends
 * @returns APR_SUCCESS;
 *          APR_ENOENT: there is none, or its maker died before it was made;
 *          APR_EINVAL: a bad name; APR_EACCES: another user's;
 *          BROOD_EBUSY: it has no size yet, its maker (not Brood) is at work; or a process that
 *          works on the same name has been standing still for 5 s;
 *          BROOD_ERANGE: larger than this process can map; or the system's status.
 * Blocking: as brood_block_create_named(). Threads and processes: any number; the holder's
 * death lets go of it. Platforms: the size of a block that Brood did not make is what the
 * system says: rounded up to a page on Windows and macOS, as others see Brood's there (on
 * Windows with Brood's record of the name at the end). Such a block can be resized by its
 * maker, who must not. Like: SharedMemory(name, track=False). */
BROOD_API apr_status_t brood_block_attach(brood_block_t **block, const char *name,
                                          apr_pool_t *pool);

/* Takes the name away. Who holds the block goes on; the memory goes with the last of them. The
 * name is free for another block at once.
 *
 * @param name  as above, not NULL
 * @returns APR_SUCCESS; APR_ENOENT: there is none; APR_EINVAL: a bad name; APR_EACCES: another
 *          user's; BROOD_EBUSY: as brood_block_create_named(); or the system's status.
 * Blocking: as brood_block_create_named(). Threads and processes: any process, once; of two
 * that unlink it at once one is told APR_ENOENT; killed in the middle: see above.
 * Platforms: on Windows APR_SUCCESS without effect, for any good name: a name dies there with
 * the last handle. Like: SharedMemory.unlink(), shm_unlink(). */
BROOD_API apr_status_t brood_block_unlink(const char *name);

/* The memory.
 *
 * @param block  an open block
 * @returns the first byte, aligned to a page; the same until the block is closed; after that it
 *          is valid as long as a view of the block is open. NULL: closed, or block is NULL.
 * Blocking: never. Threads and processes: any number; each process may see it at another
 * address. Platforms: same everywhere. Like: SharedMemory.buf. */
BROOD_API void *brood_block_data(const brood_block_t *block);

/* How large it is.
 *
 * @param block  an open block
 * @returns the size in bytes, as it was asked for; 0: closed, or block is NULL.
 * Blocking: never. Threads and processes: any number. Platforms: see brood_block_attach().
 * Like: SharedMemory.size, which CPython rounds up on some systems. */
BROOD_API size_t brood_block_size(const brood_block_t *block);

/* Its name.
 *
 * @param block  an open block
 * @returns the name, without a slash before it; it belongs to the block. NULL: it has none, is
 *          closed, or block is NULL.
 * Blocking: never. Threads and processes: any number; a block that was handed over knows its
 * name, too. Platforms: same everywhere. Like: SharedMemory.name. */
BROOD_API const char *brood_block_name(const brood_block_t *block);

/* Closes this process's handle. Open views keep the memory mapped and held; with the last of
 * them it is unmapped. The name stays (not on Windows, if nobody else holds it). A second close
 * is harmless.
 *
 * @param block  a block
 * @returns APR_SUCCESS; APR_EINVAL: NULL, or no object of Brood's.
 * Blocking: never. Threads and processes: no other thread may be using the handle.
 * Platforms: same everywhere. Like: SharedMemory.close(), which fails with a BufferError while
 * memoryviews are open, and lets NumPy's arrays dangle. */
BROOD_API apr_status_t brood_block_close(brood_block_t *block);

/* Makes a view of a part of the block.
 *
 * @param view    receives it; NULL on failure
 * @param block   an open block
 * @param offset  of its first byte
 * @param size    in bytes, at least 1; the part must lie within the block
 * @param pool    closes the view when it is cleared; NULL: until the process ends
 * @returns APR_SUCCESS; BROOD_ERANGE: it does not lie within the block; BROOD_ECLOSED;
 *          APR_EINVAL: block is NULL, size is 0; APR_ENOMEM.
 * Blocking: never. Threads and processes: a view is this process's own and does not travel;
 * under fork the child has it, too. Platforms: same everywhere. Like: memoryview(shm.buf). */
BROOD_API apr_status_t brood_block_view_create(brood_block_view_t **view,
                                               brood_block_t *block, size_t offset,
                                               size_t size, apr_pool_t *pool);

/* The memory of a view.
 *
 * @param view  an open view
 * @returns its first byte; NULL: closed, or view is NULL.
 * Blocking: never. Threads and processes: any number of threads. Platforms: same everywhere. */
BROOD_API void *brood_block_view_data(const brood_block_view_t *view);

/* The size of a view.
 *
 * @param view  an open view
 * @returns its size in bytes; 0: closed, or view is NULL.
 * Blocking: never. Threads and processes: any number of threads. Platforms: same everywhere. */
BROOD_API size_t brood_block_view_size(const brood_block_view_t *view);

/* Closes a view; the last one of a closed block unmaps it. A second close is harmless.
 *
 * @param view  a view
 * @returns APR_SUCCESS; APR_EINVAL: view is NULL.
 * Blocking: never. Threads and processes: no other thread may be using the view.
 * Platforms: same everywhere. Like: memoryview.release(). */
BROOD_API apr_status_t brood_block_view_close(brood_block_view_t *view);

/* Lists this user's names that Brood made, living or left.
 *
 * @param infos  receives an array; NULL when there are none
 * @param count  receives their number
 * @param pool   owns the array
 * @returns APR_SUCCESS; APR_EINVAL: infos, count or pool is NULL; APR_ENOMEM; APR_EACCES: the
 *          folder of the records is not this user's alone; APR_ENOTIMPL: on Windows, where a
 *          dead process leaves no names; or the system's status.
 * A name that a process works on for long is left out.
 * Blocking: as brood_block_create_named(), but 100 ms for a name. Threads and processes: any
 * number; what is told may have changed by then. Platforms: not on Windows. */
BROOD_API apr_status_t brood_block_list(brood_block_info_t **infos, size_t *count,
                                        apr_pool_t *pool);

/* Takes back names that crashed programs have left: made by Brood for this user, not persistent,
 * the maker dead, held by no living process.
 *
 * @param name   the one name to look at; NULL: all of this user's
 * @param count  receives how many were taken back; may be NULL
 * @returns APR_SUCCESS, whether there were any or not; APR_EINVAL: a bad name; APR_EACCES: the
 *          folder of the records is not this user's alone; BROOD_EBUSY: as
 *          brood_block_create_named(), for a name that is given (of all, such a one is passed
 *          over); or the system's status.
 * Blocking: as brood_block_create_named(), for all names 100 ms for each. Threads and processes:
 * any number at once: each name is counted by one of them. Killed in the middle: the next call
 * goes on. Platforms: on Windows there is never one. Like: what the resource tracker of CPython
 * is for; it removes living blocks, too (python/cpython#82300). */
BROOD_API apr_status_t brood_block_reclaim(const char *name, size_t *count);

BROOD_END_DECLS

#endif
