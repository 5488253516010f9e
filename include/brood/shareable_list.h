/* Shareable list: values of mixed kinds in a block of shared memory, which any program of the
 * same user can attach by its name.
 *
 * The length of a list is fixed. An item is nil, a bool, an integer of 64 bits, a double, a
 * string or bytes; it may be replaced by one of another kind. Each item has a slot that is made
 * for the first one: 8 bytes, for a string or bytes 8 · (length / 8 + 1). What is longer than
 * the slot is refused. Strings are UTF-8 without zeros; bytes are any, and keep their length,
 * zeros at their end included.
 *
 * Nothing here waits, and nobody's death damages an item. A set writes beside the present item
 * and makes the new one the present one in a single step: a reader sees the one or the other, a
 * process that is killed in between leaves the old one. There is no lock in the list, for it is
 * shared by programs that know nothing of each other. Different items may be written at the same
 * time, by anybody; of two that write the same item at the same time, one is told BROOD_EBUSY,
 * and if they write on, a reader may find an item that is neither: that is BROOD_EFORGED until
 * the item is set again, never a mixture. Who has several writers for an item, or reads,
 * computes and writes, uses a lock (lock.h) around that.
 *
 * What lies in the block is not believed: an attach checks all of it, a get what it reads. The
 * layout is Brood's own, alike in 32 and 64 bits on all systems; CPython's ShareableList, whose
 * items can be torn and whose strings lose the zeros at their end, has another. */
#ifndef BROOD_SHAREABLE_LIST_H
#define BROOD_SHAREABLE_LIST_H

#include "brood/args.h"
#include "brood/block.h"
#include "brood/status.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

/* Makes a list in a block without a name.
 *
 * @param list   receives it; NULL on failure
 * @param items  the items: BROOD_ARGS(…), BROOD_NO_ARGS, or brood_args(count, array)
 * @param pool   owns this process's handle to it; NULL: until the process ends
 * @returns APR_SUCCESS; BROOD_ETYPE: an item is of another kind than those above, or a string
 *          is not UTF-8; the detail says which; BROOD_ERANGE: an integer beyond int64_t, or too
 *          much for any process; APR_EINVAL: list, or the memory of an item, is NULL;
 *          APR_ENOMEM, APR_ENOSPC: no shared memory; or the system's status.
 * Blocking: never. Threads and processes: the handle may be used by all threads. It is handed
 * to a child in its state (BROOD_ARGS), or inherited under fork. Platforms: same everywhere.
 * Like: ShareableList(sequence), which always has a name. */
BROOD_API apr_status_t brood_shareable_list_create(brood_shareable_list_t **list,
                                                   brood_args_t items, apr_pool_t *pool);

/* Makes a list in a block with a name.
 *
 * @param list     receives it; NULL on failure
 * @param name     as brood_block_create_named() takes it; NULL: a random one
 * @param items    the items
 * @param options  of the block, or NULL for the defaults
 * @param pool     owns this process's handle to it; NULL: until the process ends
 * @returns as brood_shareable_list_create() and as brood_block_create_named(); APR_EEXIST: the
 *          name is somebody's. After a failure nothing is left.
 * Blocking: as brood_block_create_named(). Threads and processes: as
 * brood_shareable_list_create(); killed in the middle it leaves a name that cannot be attached
 * and is taken back like any other that a crash leaves. The name is taken away by
 * brood_block_unlink(). Platforms: as brood_block_create_named(). Like:
 * ShareableList(sequence, name=name). */
BROOD_API apr_status_t brood_shareable_list_create_named(
    brood_shareable_list_t **list, const char *name, brood_args_t items,
    const brood_block_options_t *options, apr_pool_t *pool);

/* Attaches the list in the block of that name.
 *
 * @param list  receives it; NULL on failure
 * @param name  of the block
 * @param pool  owns this process's handle to it; NULL: until the process ends
 * @returns as brood_block_attach(); BROOD_EBUSY also: it is still being made; BROOD_EMISMATCH:
 *          there is no list in that block, or one of another layout; BROOD_EFORGED: its numbers
 *          do not fit the block; APR_EINVAL: list is NULL.
 * Blocking: as brood_block_attach(). Threads and processes: any number, related or not.
 * Platforms: same everywhere. Like: ShareableList(name=name). */
BROOD_API apr_status_t brood_shareable_list_attach(brood_shareable_list_t **list,
                                                   const char *name, apr_pool_t *pool);

/* How many items it has.
 *
 * @param list  an open list
 * @returns the number; 0: it is closed, or list is NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: len(list). */
BROOD_API size_t brood_shareable_list_length(const brood_shareable_list_t *list);

/* Reads an item.
 *
 * @param list   an open list
 * @param index  from 0
 * @param item   receives it: kind and value; nil on failure. A string and bytes are copies, the
 *               copy of the bytes is followed by a zero
 * @param pool   owns such a copy; may be NULL if the item is neither: then they are APR_EINVAL
 * @returns APR_SUCCESS; BROOD_ERANGE: there is no such item, the detail names the index and the
 *          length; BROOD_EFORGED: what lies there is no whole item, see above; BROOD_EBUSY: it
 *          is being replaced without a pause; BROOD_ECLOSED; APR_EINVAL: list or item is NULL;
 *          APR_ENOMEM.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: list[index]. */
BROOD_API apr_status_t brood_shareable_list_get(brood_shareable_list_t *list,
                                                size_t index, brood_arg_t *item,
                                                apr_pool_t *pool);

/* Reads a string or bytes into memory of the caller's, without a terminating zero.
 *
 * @param list    an open list
 * @param index   from 0
 * @param buffer  receives them; may be NULL if size is 0
 * @param size    of the buffer
 * @param length  receives how many bytes the item has, also with BROOD_ETOOBIG; else 0
 * @returns as brood_shareable_list_get(); BROOD_ETOOBIG: the buffer is too small, it holds
 *          nothing of use; BROOD_ETYPE: the item is neither a string nor bytes.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere. */
BROOD_API apr_status_t brood_shareable_list_get_bytes(brood_shareable_list_t *list,
                                                      size_t index, void *buffer,
                                                      size_t size, size_t *length);

/* Replaces an item: brood_shareable_list_set(list, 2, BROOD_ARG("text")).
 *
 * @param list   an open list
 * @param index  from 0
 * @param item   of any of the kinds above
 * @returns APR_SUCCESS;
 *          BROOD_ETOOBIG: it is longer than its slot; the detail says by how much;
 *          BROOD_ERANGE: there is no such item, or an integer beyond int64_t;
 *          BROOD_ETYPE: another kind, or a string that is not UTF-8; APR_EINVAL: list, or the
 *          item's memory, is NULL;
 *          BROOD_EBUSY: another has set it at the same time, see above; BROOD_ECLOSED.
 * With all of these, BROOD_EBUSY excepted, the item is what it was.
 * Blocking: never. Threads and processes: one at a time for each item; killed in the middle
 * it leaves the old item. Platforms: same everywhere. Like: list[index] = item. */
BROOD_API apr_status_t brood_shareable_list_set(brood_shareable_list_t *list,
                                                size_t index, brood_arg_t item);

/* Finds an item that is equal: the same string, the same bytes, nil; a bool, an integer and a
 * double by their number (true is 1).
 *
 * @param list   an open list
 * @param item   what to look for
 * @param index  receives where the first one is; 0 on failure
 * @returns APR_SUCCESS; APR_NOTFOUND: there is none; otherwise as brood_shareable_list_get().
 * Blocking: never. Threads and processes: any number; items may change while it looks.
 * Platforms: same everywhere. Like: list.index(item). */
BROOD_API apr_status_t brood_shareable_list_index(brood_shareable_list_t *list,
                                                  brood_arg_t item, size_t *index);

/* Counts the items that are equal, as brood_shareable_list_index() has it.
 *
 * @param list   an open list
 * @param item   what to look for
 * @param count  receives how many there are
 * @returns as brood_shareable_list_get().
 * Blocking: never. Threads and processes: any number; items may change while it counts.
 * Platforms: same everywhere. Like: list.count(item). */
BROOD_API apr_status_t brood_shareable_list_count(brood_shareable_list_t *list,
                                                  brood_arg_t item, size_t *count);

/* Says of which kinds the items are now and how large their slots, in the words of CPython's
 * struct module: q an integer, d a double, xxxxxxx? a bool, xxxxxx?x nil, 16s a string or bytes
 * with a slot of 16 bytes.
 *
 * @param list    an open list
 * @param buffer  receives the text, terminated; "" on failure
 * @param size    of the buffer, at least 1
 * @returns APR_SUCCESS; BROOD_ETOOBIG: the buffer is too small; otherwise as
 *          brood_shareable_list_get().
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: list.format. */
BROOD_API apr_status_t brood_shareable_list_format(brood_shareable_list_t *list,
                                                   char *buffer, size_t size);

/* The block in which the list lies, for its name and size.
 *
 * @param list  an open list
 * @returns the block, which belongs to the list; NULL: it is closed, or list is NULL.
 * Blocking: never. Threads and processes: any number; the memory is the list's, do not write to
 * it. Platforms: same everywhere. Like: list.shm. */
BROOD_API brood_block_t *brood_shareable_list_block(const brood_shareable_list_t *list);

/* Closes this process's handle, and its block. A second close is harmless.
 *
 * @param list  a list
 * @returns APR_SUCCESS; APR_EINVAL: NULL, or no object of Brood's.
 * Blocking: never. Threads and processes: no other thread may be using the handle.
 * Platforms: same everywhere. Like: list.shm.close(). */
BROOD_API apr_status_t brood_shareable_list_close(brood_shareable_list_t *list);

BROOD_END_DECLS

#endif
