/* Queue: messages between any number of producers and consumers in several processes.
 *
 * A bounded ring in shared memory. When put has returned, the message is in the queue,
 * whatever becomes of the producer: there is no feeder thread and nothing to flush. A
 * process killed at any instruction leaves either its whole message or none, and costs the
 * others at most 200 ms. Messages leave in the order they came in, and each goes to one
 * consumer. put and get that need not wait make no system call and allocate nothing.
 *
 * A message is a sequence of values (brood_queue_put, brood_queue_get) or raw bytes
 * (…_bytes). It may be of any size up to brood_queue_limit(): one of more than a quarter of
 * the ring is kept beside it, in memory that is given back when it is taken, but for 8 MiB
 * that a queue which has carried large messages keeps for the next.
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
    size_t struct_size;      /* sizeof: set by BROOD_QUEUE_OPTIONS_INIT */
    size_t capacity_bytes;   /* of the ring; rounded up to a power of two between 4 KiB and
                                1 GiB; 0: 256 KiB. A message takes its size and 16 bytes. */
    uint32_t max_items;      /* full when it holds so many; 0: as many as fit */
} brood_queue_options_t;

#define BROOD_QUEUE_OPTIONS_INIT {sizeof(brood_queue_options_t), 0, 0}

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
 * process. Platforms: same everywhere. Like: multiprocessing.Queue(maxsize). */
BROOD_API apr_status_t brood_queue_create(brood_queue_t **queue,
                                          const brood_queue_options_t *options,
                                          apr_pool_t *pool);

/* Puts a message of values.
 *
 * @param queue    an open queue
 * @param args     BROOD_ARGS(…) or BROOD_NO_ARGS
 * @param timeout  microseconds to wait for room; negative: for ever; 0: tries once
 * @returns APR_SUCCESS: the message is in the queue;
 *          APR_TIMEUP: no room came in time;
 *          BROOD_ETOOBIG: larger than brood_queue_limit();
 *          BROOD_ENOTRAVEL: a handle is among the args; BROOD_ETYPE: a string is not UTF-8;
 *          BROOD_ECLOSED; APR_EINVAL: queue is NULL;
 *          APR_ENOSPC or APR_ENOMEM: no memory for a large message. Nothing was put then.
 * Blocking: while the queue is full, as `timeout` says.
 * Threads and processes: any number. Killed in the middle it puts all or nothing.
 * Platforms: same everywhere. Like: Queue.put(obj, timeout=…), which returns before the
 * message is in the queue. */
BROOD_API apr_status_t brood_queue_put(brood_queue_t *queue, brood_args_t args,
                                       apr_interval_time_t timeout);

/* Takes the oldest message and decodes it.
 *
 * @param queue    an open queue
 * @param values   receives them; NULL on failure
 * @param timeout  microseconds to wait for a message; negative: for ever; 0: tries once
 * @param pool     owns the values
 * @returns APR_SUCCESS;
 *          APR_TIMEUP: none came in time;
 *          BROOD_EENCODING: the message was taken but its bytes are no values (it was put
 *          with brood_queue_put_bytes());
 *          BROOD_ECLOSED; APR_EINVAL: queue is NULL.
 * Blocking: while the queue is empty, as `timeout` says.
 * Threads and processes: any number. A consumer killed before it returns either took the
 * message or did not; it is never given to two. Platforms: same everywhere.
 * Like: Queue.get(timeout=…). */
BROOD_API apr_status_t brood_queue_get(brood_queue_t *queue, brood_values_t **values,
                                       apr_interval_time_t timeout, apr_pool_t *pool);

/* Puts a message of raw bytes. No memory is allocated.
 *
 * @param queue    an open queue
 * @param data     the bytes; may be NULL when size is 0. An empty message is a message.
 * @param size     how many
 * @param timeout  as brood_queue_put()
 * @returns as brood_queue_put(), but for the statuses about values.
 * Blocking, Threads and processes, Platforms: as brood_queue_put(). */
BROOD_API apr_status_t brood_queue_put_bytes(brood_queue_t *queue, const void *data,
                                             size_t size, apr_interval_time_t timeout);

/* Takes the oldest message into the caller's memory. No memory is allocated.
 *
 * @param queue     an open queue
 * @param buffer    where it goes; may be NULL when capacity is 0
 * @param capacity  its size in bytes
 * @param size      receives the message's size, also with BROOD_ETOOBIG; else 0 on failure
 * @param timeout   as brood_queue_get()
 * @returns APR_SUCCESS; APR_TIMEUP; BROOD_ECLOSED; APR_EINVAL;
 *          BROOD_ETOOBIG: the message is larger than `capacity`. It stays the oldest in the
 *          queue, and *size says what it needs; another consumer may take it meanwhile.
 * Blocking, Threads and processes, Platforms: as brood_queue_get().
 * Like: Connection.recv_bytes_into() for its buffer; CPython's queues have no such call. */
BROOD_API apr_status_t brood_queue_get_bytes(brood_queue_t *queue, void *buffer,
                                             size_t capacity, size_t *size,
                                             apr_interval_time_t timeout);

/* How many messages are in the queue at one moment during the call: exact, on every system.
 *
 * @param queue  an open queue
 * @param count  receives it; 0 on failure
 * @returns APR_SUCCESS; BROOD_ECLOSED; APR_EINVAL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: Queue.qsize(), which is approximate and missing on macOS. */
BROOD_API apr_status_t brood_queue_qsize(brood_queue_t *queue, size_t *count);

/* Whether the queue held no message at one moment during the call.
 *
 * @param queue  an open queue
 * @returns 1 or 0; 1 for a closed handle or NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere. */
BROOD_API int brood_queue_empty(brood_queue_t *queue);

/* Whether a put of one more message would have had to wait at one moment during the call:
 * max_items is reached, or the ring has no room for an empty message.
 *
 * @param queue  an open queue
 * @returns 1 or 0; 0 for a closed handle or NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere. */
BROOD_API int brood_queue_full(brood_queue_t *queue);

/* The largest message the queue can take, in bytes.
 *
 * @param queue  an open queue
 * @returns the limit; 0 for a closed handle or NULL.
 * Blocking: never. Threads and processes: any number.
 * Platforms: same everywhere: nearly 2 GiB, in 32-bit processes less. */
BROOD_API size_t brood_queue_limit(brood_queue_t *queue);

/* Closes this process's handle. Other processes are not concerned, and nothing that was put
 * is lost while one of them holds the queue. A second close is harmless.
 *
 * @param queue  a queue; no other thread may be using the handle
 * @returns APR_SUCCESS; APR_EINVAL: queue is NULL.
 * Blocking: never. Threads and processes: as said. Platforms: same everywhere.
 * Like: Queue.close(). */
BROOD_API apr_status_t brood_queue_close(brood_queue_t *queue);

BROOD_END_DECLS

#endif
