/* Queue: messages between any number of producers and consumers in several processes.
 *
 * A bounded ring in shared memory. When put has returned, the message is in the queue,
 * whatever becomes of the producer: there is no feeder thread and nothing to flush. A
 * process killed at any instruction leaves either its whole message or none, and costs the
 * others at most 200 ms. Messages leave in the order they came in, and each goes to one
 * consumer. put and get that need not wait make no system call and allocate nothing.
 *
 * A message is a sequence of values (brood_queue_put, brood_queue_get) or raw bytes
 * (…_bytes, …_many), or it is written and read where it lies (message.h). It may be of any
 * size up to brood_queue_limit(): one of more than a quarter of the ring is kept beside it.
 * There is room for 8 MiB of those, or for capacity_bytes when that is more, and always for one
 * of any size. Their memory is given back when they have been taken, but for 8 MiB that a queue
 * which has carried large messages keeps for the next.
 *
 * Timeouts are in microseconds: negative waits for ever, 0 does not wait for room or for a
 * message. APR_TIMEUP says that the queue was full, or empty, at one moment during the call.
 * That another process is in the middle of its put or get is no reason for it: this takes
 * microseconds, and is waited for in any case. Only if somebody stands still there (it was
 * stopped by a signal, or copies hundreds of megabytes) for as long as the timeout, and for
 * 200 ms at the least, is the answer APR_TIMEUP, too, and the detail says so.
 *
 * What else a queue can do, when it is made for it: count tasks until they are done
 * (BROOD_QUEUE_JOINABLE), and give messages to consumers on lease, so that those of a consumer
 * that dies are delivered again (BROOD_QUEUE_LEASES, message.h). Any queue can be shut down;
 * brood_wait() waits for queues together with connections and processes (wait.h).
 *
 * A queue is handed to a child in its state (BROOD_ARGS(queue)); under fork a child also
 * inherits the queues its parent had. It cannot travel through another queue. */
#ifndef BROOD_QUEUE_H
#define BROOD_QUEUE_H

#include "brood/status.h"
#include "brood/types.h"
#include "brood/values.h"

/* Choices for a queue. Begin with BROOD_QUEUE_OPTIONS_INIT. */
typedef struct brood_queue_options_t {
    size_t struct_size; /* sizeof: set by BROOD_QUEUE_OPTIONS_INIT */
    /* Of the ring, rounded up to a power of two between 4 KiB and 1 GiB; 0: 256 KiB. A message
     * takes its size and 16 bytes. Those beside the ring may take as much, and at least 8 MiB. */
    size_t capacity_bytes;
    /* Full when it holds so many messages; at most 16 777 215; 0: as many as fit. */
    uint32_t max_items;
    /* 0, or those below added up. */
    uint32_t flags;
    /* The largest message in bytes; 0: as large as can be. */
    size_t message_max;
    /* With BROOD_QUEUE_LEASES: a message that was delivered so often and came back has failed,
     * and is put aside for brood_queue_take_failed(). At most 254; 0: it never fails. */
    uint32_t deliveries_max;
} brood_queue_options_t;

#define BROOD_QUEUE_OPTIONS_INIT \
    { sizeof(brood_queue_options_t), 0, 0, 0, 0, 0 }

/* For options.flags: each message is a task, to be answered by brood_queue_task_done(). */
#define BROOD_QUEUE_JOINABLE 1u
/* For options.flags: messages can be taken on lease, by brood_queue_lease(). Who dies with
 * one, or does not acknowledge it in time, has not had it. All of them lie beside the ring. */
#define BROOD_QUEUE_LEASES 2u

BROOD_BEGIN_DECLS

/* Makes a queue. It may be made before brood_init(); see boot.h for what that means.
 *
 * @param queue    receives it; NULL on failure
 * @param options  or NULL for the defaults
 * @param pool     owns this process's handle to it: when it is cleared the handle is closed.
 *                 The queue and what it holds live until the last process lets go. NULL: the
 *                 handle lives until the process ends.
 * @returns APR_SUCCESS;
 *          APR_EINVAL: an option out of range, named in the detail;
 *          APR_ENOSPC or APR_ENOMEM: the system has no shared memory left;
 *          or the system's status (out of descriptors).
 * Blocking: never. Threads and processes: the handle may be used by all threads of the
 * process. Platforms: same everywhere. Like: multiprocessing.Queue(maxsize), JoinableQueue and
 * SimpleQueue. Example: producer_consumer.c */
BROOD_API apr_status_t brood_queue_create(brood_queue_t **queue,
                                          const brood_queue_options_t *options,
                                          apr_pool_t *pool);

/* Puts a message of values.
 *
 * @param queue    an open queue
 * @param args     BROOD_ARGS(…) or BROOD_NO_ARGS
 * @param timeout  microseconds to wait for room; negative: for ever; 0: does not wait
 * @returns APR_SUCCESS: the message is in the queue;
 *          APR_TIMEUP: no room came in time;
 *          BROOD_ESHUTDOWN: the queue has been shut down;
 *          BROOD_ETOOBIG: larger than brood_queue_limit();
 *          BROOD_ENOTRAVEL: a handle is among the args; BROOD_ETYPE: a string is not UTF-8;
 *          BROOD_ECLOSED; APR_EINVAL: queue is NULL;
 *          APR_ENOSPC or APR_ENOMEM: no memory for a large message.
 *          After any but the first, nothing was put.
 * Blocking: while the queue is full, as `timeout` says; at the top of this file stands what 0
 * means when others are at the queue.
 * Threads and processes: any number. Killed in the middle it puts all or nothing.
 * Platforms: same everywhere.
 * Like: Queue.put(obj, timeout=…) and put_nowait(obj). Those return before the message is in
 * the queue; what cannot be sent is only printed then, by another thread. Here put says it. */
BROOD_API apr_status_t brood_queue_put(brood_queue_t *queue, brood_args_t args,
                                       apr_interval_time_t timeout);

/* Takes the oldest message and decodes it.
 *
 * @param queue    an open queue
 * @param values   receives them; NULL on failure
 * @param timeout  microseconds to wait for a message; negative: for ever; 0: does not wait
 * @param pool     owns the values
 * @returns APR_SUCCESS;
 *          APR_TIMEUP: none came in time;
 *          APR_EOF: the queue has been shut down and nothing is left in it;
 *          BROOD_EENCODING: the message was taken but its bytes are no values (it was put
 *          as raw bytes);
 *          BROOD_ECLOSED; APR_EINVAL: queue is NULL;
 *          APR_ENOMEM: no memory for it; the message stays the oldest in the queue;
 *          BROOD_EFORGED: somebody has overwritten the queue's memory.
 * Blocking: while the queue is empty, as `timeout` says; at the top of this file stands what 0
 * means when others are at the queue.
 * Threads and processes: any number. A consumer killed before it returns either took the
 * message or did not; it is never given to two. Platforms: same everywhere.
 * Like: Queue.get(timeout=…) and get_nowait(). There, a consumer that is killed in the
 * middle may leave a lock that nobody gets any more. */
BROOD_API apr_status_t brood_queue_get(brood_queue_t *queue, brood_values_t **values,
                                       apr_interval_time_t timeout, apr_pool_t *pool);

/* Puts a message of raw bytes. No memory is allocated.
 *
 * @param queue    an open queue
 * @param data     the bytes; may be NULL when size is 0. An empty message is a message.
 * @param size     how many
 * @param timeout  as brood_queue_put()
 * @returns as brood_queue_put(), but for the statuses about values; APR_EINVAL also: data is
 *          NULL and size is not 0.
 * Blocking: as brood_queue_put(). Threads and processes: any number. Killed in the middle it
 * puts all or nothing. Platforms: same everywhere.
 * Like: Connection.send_bytes(); CPython's queues have no such call. */
BROOD_API apr_status_t brood_queue_put_bytes(brood_queue_t *queue, const void *data,
                                             size_t size, apr_interval_time_t timeout);

/* Takes the oldest message into the caller's memory. No memory is allocated.
 *
 * @param queue     an open queue
 * @param buffer    where it goes; may be NULL when capacity is 0
 * @param capacity  its size in bytes
 * @param size      receives the message's size, also with BROOD_ETOOBIG; else 0 on failure
 * @param timeout   as brood_queue_get()
 * @returns as brood_queue_get(), but for the statuses about values;
 *          BROOD_ETOOBIG: the message is larger than `capacity`. It stays the oldest in the
 *          queue, and *size says what it needs; another consumer may take it meanwhile.
 * Blocking: as brood_queue_get(). Threads and processes: any number. Killed in the middle it
 * took the message or did not. Platforms: same everywhere.
 * Like: Connection.recv_bytes_into() for its buffer; CPython's queues have no such call. */
BROOD_API apr_status_t brood_queue_get_bytes(brood_queue_t *queue, void *buffer,
                                             size_t capacity, size_t *size,
                                             apr_interval_time_t timeout);

/* Puts several messages of raw bytes: as many at a time as there is room for, with one lock
 * and one publication for those.
 *
 * @param queue     an open queue
 * @param messages  what to put, in this order; may be NULL when count is 0
 * @param count     how many
 * @param done      receives how many are in the queue now, also on failure; may be NULL
 * @param timeout   for all of them together; else as brood_queue_put()
 * @returns APR_SUCCESS: all of them; else as brood_queue_put_bytes(): messages[0] to
 *          messages[*done - 1] are in the queue, the others are not. A message that is too big
 *          or has no data is found before the first one is put.
 * Blocking: as brood_queue_put(). Threads and processes: any number; messages of others may
 * come between. Killed in the middle it has put the first few of them: those for which there
 * was room at a time all or none. Platforms: same everywhere. Like: CPython's queues have no
 * such call. Example: batches.c */
BROOD_API apr_status_t brood_queue_put_many(brood_queue_t *queue,
                                            const brood_bytes_t *messages, size_t count,
                                            size_t *done, apr_interval_time_t timeout);

/* Takes the oldest message, waiting for it, and those after it that are there already, with
 * one lock.
 *
 * @param queue     an open queue
 * @param buffer    where their bytes go, one message behind the other, without alignment
 * @param capacity  its size in bytes
 * @param messages  receives where each one is in `buffer`, and its size
 * @param most      how many at the most; at least 1
 * @param count     receives how many were taken; 0 on failure
 * @param timeout   to wait for the first, as brood_queue_get()
 * @returns as brood_queue_get_bytes(); BROOD_ETOOBIG: already the first one is larger than
 *          `capacity`. One that does not fit behind others just stays in the queue; so does
 *          what comes behind a message that is kept beside the ring.
 * Blocking: as brood_queue_get(). Threads and processes: any number; killed in the middle it
 * has taken all or none. Platforms: same everywhere. Like: CPython's queues have no such call.
 * Example: batches.c */
BROOD_API apr_status_t brood_queue_get_many(brood_queue_t *queue, void *buffer,
                                            size_t capacity, brood_bytes_t *messages,
                                            size_t most, size_t *count,
                                            apr_interval_time_t timeout);

/* Says that a message which was taken is done with.
 *
 * @param queue  an open queue that was made with BROOD_QUEUE_JOINABLE
 * @returns APR_SUCCESS;
 *          BROOD_EOVERDONE: it has been called as often as there were messages;
 *          BROOD_ECLOSED; APR_EINVAL: queue is NULL or not joinable.
 * Blocking: never. Threads and processes: any number. A consumer that dies between get and
 * this call leaves the task unfinished. Platforms: same everywhere.
 * Like: JoinableQueue.task_done(), whose ValueError is BROOD_EOVERDONE.
 * Example: joinable_tasks.c */
BROOD_API apr_status_t brood_queue_task_done(brood_queue_t *queue);

/* How many messages were put and are not done with: in the queue or in some consumer's hands.
 *
 * @param queue  an open queue that was made with BROOD_QUEUE_JOINABLE
 * @param count  receives it; 0 on failure. At most 16 777 215: then a put waits.
 * @returns APR_SUCCESS; BROOD_ECLOSED; APR_EINVAL: queue is NULL or not joinable.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: CPython keeps this number to itself. */
BROOD_API apr_status_t brood_queue_unfinished(brood_queue_t *queue, size_t *count);

/* Waits until every message that was put is done with.
 *
 * @param queue    an open queue that was made with BROOD_QUEUE_JOINABLE
 * @param timeout  microseconds; negative: for ever; 0: only looks
 * @returns APR_SUCCESS; APR_TIMEUP: some are not; BROOD_ECLOSED; APR_EINVAL: queue is NULL or
 *          not joinable.
 * Blocking: as `timeout` says. Threads and processes: any number. Platforms: same everywhere.
 * Like: JoinableQueue.join(), which has no timeout. Example: joinable_tasks.c */
BROOD_API apr_status_t brood_queue_join(brood_queue_t *queue,
                                        apr_interval_time_t timeout);

/* Ends a queue for everybody: from now on a put fails with BROOD_ESHUTDOWN, also one that
 * waits.
 *
 * @param queue      an open queue
 * @param immediate  0: what is in the queue can still be taken, then a get ends with APR_EOF;
 *                   with BROOD_QUEUE_LEASES when nothing is on lease to another process
 *                   either, since that may come back (so one acknowledges what one has before
 *                   one waits for the end). Else: every get ends with APR_EOF at
 *                   once, and what was in the queue is dropped and nobody's task. A queue that
 *                   was shut down with 0 can be shut down so later; not the other way round.
 * @param timeout    microseconds to wait for the others' puts and gets that are under way;
 *                   negative: for ever; less than 200 ms counts as 200 ms
 * @returns APR_SUCCESS, also when that was done before; APR_TIMEUP: somebody stands still in
 *          the middle of a put or get, and nothing has changed; BROOD_ECLOSED; APR_EINVAL:
 *          queue is NULL.
 * Blocking: for moments, as long as another process copies a message. Threads and processes:
 * any number. Killed in the middle it has shut down the queue or not. Platforms: same
 * everywhere. Like: queue.Queue.shutdown() of Python 3.13; multiprocessing has no such call.
 * Example: joinable_tasks.c */
BROOD_API apr_status_t brood_queue_shutdown(brood_queue_t *queue, int immediate,
                                            apr_interval_time_t timeout);

/* What has happened in a queue since it was made, in all processes. */
typedef struct brood_queue_counts_t {
    uint64_t puts, put_bytes; /* messages that were put, and their bytes */
    uint64_t gets, get_bytes; /* messages that were taken, each once; their bytes */
    uint64_t put_waits;       /* how often a put found no room */
    uint64_t get_waits;       /* how often a get found no message */
    uint32_t owner_deaths;    /* processes that died while they put or took */
    uint32_t most_items;      /* the most messages that anybody has seen in it */
} brood_queue_counts_t;

/* Reads the counts.
 *
 * @param queue   an open queue
 * @param counts  receives them; all 0 on failure
 * @returns APR_SUCCESS; BROOD_ECLOSED; APR_EINVAL: queue is NULL.
 * Blocking: never. Threads and processes: any number; the numbers are each right for some
 * moment during the call, and a process that dies may leave those of what it was just doing
 * uncounted. Platforms: same everywhere. Like: CPython's queues count nothing. */
BROOD_API apr_status_t brood_queue_counts(brood_queue_t *queue,
                                          brood_queue_counts_t *counts);

/* How many messages are in the queue at one moment during the call: exact, on every system.
 * With BROOD_QUEUE_LEASES also those that have come back; they are counted one by one, and
 * may move meanwhile.
 *
 * @param queue  an open queue
 * @param count  receives it; 0 on failure
 * @returns APR_SUCCESS; BROOD_ECLOSED; APR_EINVAL: queue is NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: Queue.qsize(), which is approximate and missing on macOS. */
BROOD_API apr_status_t brood_queue_qsize(brood_queue_t *queue, size_t *count);

/* Whether the queue held no message at one moment during the call.
 *
 * @param queue  an open queue
 * @returns 1 or 0; 1 for a closed handle or NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: Queue.empty(), which is not reliable. */
BROOD_API int brood_queue_empty(brood_queue_t *queue);

/* Whether a put of one more message would have had to wait at one moment during the call:
 * max_items is reached, or the ring has no room for an empty message.
 *
 * @param queue  an open queue
 * @returns 1 or 0; 0 for a closed handle or NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: Queue.full(), which is not reliable. */
BROOD_API int brood_queue_full(brood_queue_t *queue);

/* The largest message the queue can take, in bytes.
 *
 * @param queue  an open queue
 * @returns options.message_max, if that was given and can be; 0 for a closed handle or NULL.
 * Blocking: never. Threads and processes: any number.
 * Platforms: nearly 2 GiB; in 32-bit processes, and where address space is limited, less.
 * Like: CPython has no such limit; its messages go through a pipe. */
BROOD_API size_t brood_queue_limit(brood_queue_t *queue);

/* Closes this process's handle. Other processes are not concerned, and nothing that was put
 * is lost while one of them holds the queue. A second close is harmless.
 *
 * @param queue  a queue; no other thread may be using the handle
 * @returns APR_SUCCESS; APR_EINVAL: queue is NULL.
 * Blocking: never. Threads and processes: as said. Platforms: same everywhere.
 * Like: Queue.close(). There is nothing like join_thread() and cancel_join_thread(), for there
 * is no thread: a put that has returned is done. */
BROOD_API apr_status_t brood_queue_close(brood_queue_t *queue);

BROOD_END_DECLS

#endif
