/* Wait: for several things at once, of which one is enough.
 *
 * The things are queues (there is a message, or the end), connections (there is something to
 * receive, or the end), processes and commands (ended), in any mix. The wait takes nothing and
 * reaps nothing: it says what is ready, and stays ready until somebody has taken it. Where others take
 * from the same queue or connection, what was ready may be gone when one comes for it: so get
 * with a timeout of 0 and wait again at APR_TIMEUP.
 *
 *     brood_wait_item_t items[] = {BROOD_WAIT_QUEUE(jobs), BROOD_WAIT_CONNECTION(orders),
 *                                  BROOD_WAIT_PROCESS(worker)};
 *     size_t ready;
 *     status = brood_wait(items, 3, BROOD_FOREVER, &ready);
 *     if (status == APR_SUCCESS && items[0].ready) { … }
 *
 * A wait that finds something ready costs a look at each queue and one system call for all of the
 * rest; one that has to sleep, a few system calls more. */
#ifndef BROOD_WAIT_H
#define BROOD_WAIT_H

#include "brood/status.h"
#include "brood/types.h"

/* One thing to wait for: one of the four, the others NULL. */
typedef struct brood_wait_item_t {
    /* Ready when a get would not wait: a message, or the end. */
    brood_queue_t *queue;
    /* An end that receives. Ready when a receive would not wait: a message has begun to come
     * in, or the end. */
    brood_connection_t *connection;
    /* One that this process has started. Ready when a join would not wait: it has ended. */
    brood_process_t *process;
    /* One that this process has started. Ready when a join would not wait. Its captures and its
     * input move meanwhile, as in a join. */
    brood_command_t *command;
    int ready; /* out: 1 or 0 */
} brood_wait_item_t;

/* To initialise one. */
#define BROOD_WAIT_QUEUE(queue) \
    { (queue), NULL, NULL, NULL, 0 }
#define BROOD_WAIT_CONNECTION(connection) \
    { NULL, (connection), NULL, NULL, 0 }
#define BROOD_WAIT_PROCESS(process) \
    { NULL, NULL, (process), NULL, 0 }
#define BROOD_WAIT_COMMAND(command) \
    { NULL, NULL, NULL, (command), 0 }

BROOD_BEGIN_DECLS

/* Waits until at least one of several things is ready, and marks all that are.
 *
 * @param items        what to wait for; receives the marks. The same thing may be there more
 *                     than once. May be NULL when count is 0.
 * @param count        how many
 * @param timeout      microseconds; negative: for ever; 0: looks once
 * @param ready_count  receives how many are marked, 0 on failure; may be NULL
 * @returns APR_SUCCESS: at least one is ready;
 *          APR_TIMEUP: none was in time;
 *          APR_EINVAL: an item has none of the four, or more than one; items is NULL; or
 *          nothing is to be waited for, for ever;
 *          BROOD_ECLOSED: an item has been closed;
 *          BROOD_EDIRECTION, BROOD_EBROKEN: a connection from which nothing can be received;
 *          BROOD_ENOTSTARTED, BROOD_ENOTCHILD, BROOD_EDEADLOCK: a process or command that was not
 *          started, was started by another one, or is this one;
 *          APR_ENOMEM, or the system's status (out of descriptors).
 *          A bad item is named in the detail by its number, and nothing is waited for.
 * Blocking: as `timeout` says. A message that is put wakes the wait at once; a putter that is
 * killed before it has, a lease that comes back and an end that nobody told of are seen after 50
 * ms.
 * Threads and processes: any number may wait for the same things; all of them are told. Only a
 * command is for one thread at a time (command.h). None of the things may be closed meanwhile. A kill in the middle leaves nothing behind.
 * Platforms: same everywhere, with any number of items. On Linux those who put must be able to see
 * the waiter in /proc, and need two descriptors; without that a message is seen after 50 ms.
 * Like: multiprocessing.connection.wait(object_list, timeout), which knows no queues.
 * Example: wait_for_any.c */
BROOD_API apr_status_t brood_wait(brood_wait_item_t *items, size_t count,
                                  apr_interval_time_t timeout, size_t *ready_count);

BROOD_END_DECLS

#endif
