/* Messages in place: written and read where they lie in a queue's memory, without a copy; and
 * messages on lease, which come back when their consumer dies.
 *
 *     brood_message_t message;
 *     brood_queue_reserve(queue, &message, 1 << 20, BROOD_FOREVER);
 *     render(message.data, message.size);
 *     brood_queue_commit(queue, &message, BROOD_FOREVER);       // now it is in the queue
 *
 *     brood_queue_take(queue, &message, BROOD_FOREVER);         // now it is out of it
 *     show(message.data, message.size);
 *     brood_queue_release(queue, &message);
 *
 * A message is in one hand at a time. A producer that dies with one has put nothing; a consumer
 * that dies with one that it took has had it: so a queue gives each message to somebody at most
 * once.
 *
 * A queue made with BROOD_QUEUE_LEASES can also give each message to somebody at least once, by
 * brood_queue_lease(): only brood_queue_acknowledge() ends that. When the consumer has died,
 * has let the lease run out, or has given the message back, it is delivered again, before all
 * others; message.deliveries says how often. One that comes back too often
 * (options.deliveries_max) is put aside for brood_queue_take_failed(), so that a message which
 * kills its consumers does not kill all of them.
 *
 * How many there can be: 1024 messages in hands, or larger than a quarter of the ring and in the
 * queue; with BROOD_QUEUE_LEASES 16384 in hands, in the queue and failed, or max_items and 64
 * more. And 8 MiB of all these together, or options.capacity_bytes when that is more (a message
 * counts as the next power of two), but always one of any size. Who has that in hands and
 * reserves more waits until somebody lets go: so let go first.
 *
 * What timeouts mean stands at the top of queue.h. */
#ifndef BROOD_MESSAGE_H
#define BROOD_MESSAGE_H

#include "brood/queue.h"

/* A message in this process's hands. The calls below fill it in. It may be copied and given to
 * another thread, not to another process; when one of the copies has been let go, or its lease
 * renewed, the others are of no use any more. */
typedef struct brood_message_t {
    void *data;  /* in the queue's memory, aligned to 64 bytes, until it is let go */
    size_t size; /* in bytes; may be made smaller between reserve and commit */
    uint32_t deliveries; /* how often it was delivered, this time included; 0: reserved */
    uint32_t place;      /* Brood's own */
    uint64_t tenancy;    /* Brood's own */
} brood_message_t;

BROOD_BEGIN_DECLS

/* Reserves memory for a message.
 *
 * @param queue    an open queue
 * @param message  receives data and size; all 0 on failure
 * @param size     in bytes, at most brood_queue_limit()
 * @param timeout  microseconds to wait until there is room; negative: for ever; 0: does not
 *                 wait
 * @returns APR_SUCCESS: the bytes at message->data are the caller's to write, and are not zero;
 *          APR_TIMEUP: as many messages or bytes as can be were in hands or in the queue;
 *          BROOD_ESHUTDOWN: the queue has been shut down;
 *          BROOD_ETOOBIG: size is larger than brood_queue_limit();
 *          BROOD_ECLOSED; APR_EINVAL: queue or message is NULL;
 *          APR_ENOSPC or APR_ENOMEM: the system has no memory for it.
 * Blocking: while too many messages or bytes are in hands or in the queue, as `timeout` says.
 * Threads and processes: any number. Who dies with a reserved message has put nothing, and its
 * memory comes back. Platforms: same everywhere. Like: bpf_ringbuf_reserve(); CPython's queues
 * have no such call. Example: messages_in_place.c */
BROOD_API apr_status_t brood_queue_reserve(brood_queue_t *queue, brood_message_t *message,
                                           size_t size, apr_interval_time_t timeout);

/* Puts a reserved message into the queue, behind all that is there.
 *
 * @param queue    the queue it was reserved in
 * @param message  what brood_queue_reserve() filled in; its size may be smaller now. It is the
 *                 queue's afterwards, and all 0.
 * @param timeout  microseconds to wait for room in the queue, as brood_queue_put()
 * @returns APR_SUCCESS: it is in the queue;
 *          APR_TIMEUP: no room came in time; BROOD_ESHUTDOWN: the queue has been shut down. The
 *          message is still the caller's then, to be committed later or abandoned;
 *          BROOD_ENOTOWNER: it is not a message that this process has reserved;
 *          BROOD_ETOOBIG: its size is larger than what was reserved;
 *          BROOD_ECLOSED; APR_EINVAL: queue or message is NULL.
 * Blocking: as brood_queue_put(). Threads and processes: killed in the middle it puts all or
 * nothing. Platforms: same everywhere. Like: bpf_ringbuf_submit(). */
BROOD_API apr_status_t brood_queue_commit(brood_queue_t *queue, brood_message_t *message,
                                          apr_interval_time_t timeout);

/* Gives a reserved message up.
 *
 * @param queue    the queue it was reserved in
 * @param message  what brood_queue_reserve() filled in; all 0 afterwards
 * @returns APR_SUCCESS;
 *          BROOD_ENOTOWNER: it is not a message that this process has reserved;
 *          BROOD_ECLOSED; APR_EINVAL: queue or message is NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: bpf_ringbuf_discard(). */
BROOD_API apr_status_t brood_queue_abandon(brood_queue_t *queue,
                                           brood_message_t *message);

/* Takes the oldest message out of the queue, to be read where it lies. (One that lies in the
 * ring itself, small and put by copy, is copied once more.)
 *
 * @param queue    an open queue
 * @param message  receives data and size; all 0 on failure
 * @param timeout  microseconds to wait for a message; negative: for ever; 0: does not wait
 * @returns APR_SUCCESS: the bytes at message->data are the caller's until it releases them;
 *          APR_TIMEUP: none came in time;
 *          APR_EOF: the queue has been shut down and nothing is left in it;
 *          BROOD_ECLOSED; APR_EINVAL: queue or message is NULL;
 *          APR_ENOSPC or APR_ENOMEM: no memory to copy it to, or too many messages are in
 *          hands; it stays the oldest in the queue.
 * Blocking: while the queue is empty, as `timeout` says. Threads and processes: any number. Who
 * dies with a message has had it. Platforms: same everywhere. Like: Queue.get(), but no copy.
 * Example: messages_in_place.c */
BROOD_API apr_status_t brood_queue_take(brood_queue_t *queue, brood_message_t *message,
                                        apr_interval_time_t timeout);

/* Lets a message go that was taken.
 *
 * @param queue    the queue it was taken from
 * @param message  what brood_queue_take() or brood_queue_take_failed() filled in; all 0
 *                 afterwards
 * @returns APR_SUCCESS;
 *          BROOD_ENOTOWNER: it is not a message that this process has taken;
 *          BROOD_ECLOSED; APR_EINVAL: queue or message is NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: bpf's ring buffer, where the kernel does it. */
BROOD_API apr_status_t brood_queue_release(brood_queue_t *queue,
                                           brood_message_t *message);

/* Takes the oldest message on lease; of those that have come back before all others.
 *
 * @param queue    an open queue, made with BROOD_QUEUE_LEASES
 * @param message  receives data, size and how often it was delivered; all 0 on failure
 * @param lease    microseconds from the delivery on until it is to be acknowledged; negative: as
 *                 long as this process lives. A message whose lease is over before the call
 *                 returns has been delivered to nobody, and is not returned.
 * @param timeout  as brood_queue_take()
 * @returns as brood_queue_take(); APR_EINVAL also: the queue has no leases, or lease is 0.
 * Blocking: as brood_queue_take(). A message whose consumer has died, or whose lease has run
 * out, is found within 50 ms by those who wait or take.
 * Threads and processes: any number. Who dies with it has not had it.
 * Platforms: same everywhere.
 * Like: the visibility timeout of message queues between machines; CPython has no such thing.
 * Example: at_least_once.c */
BROOD_API apr_status_t brood_queue_lease(brood_queue_t *queue, brood_message_t *message,
                                         apr_interval_time_t lease,
                                         apr_interval_time_t timeout);

/* Says that a leased message is done with: it is not delivered again.
 *
 * @param queue    the queue it was leased from
 * @param message  what brood_queue_lease() filled in; all 0 afterwards
 * @returns APR_SUCCESS;
 *          BROOD_ELEASE: the lease had run out and somebody has noticed: the message has been,
 *          or will be, delivered again;
 *          BROOD_ENOTOWNER: it is not a message that this process has leased;
 *          BROOD_ECLOSED; APR_EINVAL: queue or message is NULL.
 * Blocking: never. Threads and processes: any number; killed in the middle it has acknowledged
 * or not. Platforms: same everywhere. Like: the acknowledgement of message brokers. */
BROOD_API apr_status_t brood_queue_acknowledge(brood_queue_t *queue,
                                               brood_message_t *message);

/* Gives a leased message back: it is delivered again, at once.
 *
 * @param queue    the queue it was leased from
 * @param message  what brood_queue_lease() filled in; all 0 afterwards
 * @returns as brood_queue_acknowledge().
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: the negative acknowledgement of message brokers. */
BROOD_API apr_status_t brood_queue_give_back(brood_queue_t *queue,
                                             brood_message_t *message);

/* Has a lease end later, or earlier.
 *
 * @param queue    the queue it was leased from
 * @param message  what brood_queue_lease() filled in; all 0 with BROOD_ELEASE
 * @param lease    microseconds from now on; negative: as long as this process lives
 * @returns as brood_queue_acknowledge(); APR_EINVAL also: lease is 0.
 * Blocking: never. Threads and processes: one thread at a time for a message. Platforms: same
 * everywhere. Like: changing the visibility timeout. */
BROOD_API apr_status_t brood_queue_renew(brood_queue_t *queue, brood_message_t *message,
                                         apr_interval_time_t lease);

/* Takes a message that has been delivered options.deliveries_max times and has come back each
 * time. It is not in the queue any more; who takes it decides what becomes of it.
 *
 * @param queue    an open queue
 * @param message  receives it, to be released; all 0 on failure
 * @returns APR_SUCCESS; APR_ENOENT: there is none; BROOD_ECLOSED; APR_EINVAL: queue or message
 *          is NULL; APR_ENOMEM: no memory to map it; nothing was taken.
 * Blocking: never. Threads and processes: any number; who dies with it has had it.
 * Platforms: same everywhere. Like: a dead-letter queue. Example: at_least_once.c */
BROOD_API apr_status_t brood_queue_take_failed(brood_queue_t *queue,
                                               brood_message_t *message);

BROOD_END_DECLS

#endif
