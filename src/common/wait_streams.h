/* Wait: the streams of the commands among the items. Internal.
 *
 * Each command has its places in the set that the system waits for, in the order of the items.
 * There are as many as brood__wait_streams_count() says, from `set` on. */
#ifndef BROOD_COMMON_WAIT_STREAMS_H
#define BROOD_COMMON_WAIT_STREAMS_H

#include "brood/wait.h"
#include "os/stream.h"

/* How many places the commands need. */
size_t brood__wait_streams_count(const brood_wait_item_t *items, size_t count);

/* The commands are this thread's until brood__wait_streams_unuse(). BROOD_EBUSY. */
apr_status_t brood__wait_streams_use(const brood_wait_item_t *items, size_t count);
void brood__wait_streams_unuse(const brood_wait_item_t *items, size_t count);

/* Before the first sleep: input goes as far as there is room. */
apr_status_t brood__wait_streams_begin(const brood_wait_item_t *items, size_t count);

/* What the streams can take or give now. */
void brood__wait_streams_ask(const brood_wait_item_t *items, size_t count,
                             brood_os_waitable_t *set);

/* Moves what the system has marked. */
apr_status_t brood__wait_streams_move(const brood_wait_item_t *items, size_t count,
                                      const brood_os_waitable_t *set);

#endif
