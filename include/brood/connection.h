/* Connection: one end of a pipe that carries messages.
 *
 * brood_pipe_create() makes two connected ends, to be handed to children in their state or
 * inherited under fork. What one end sends the other receives, message by message: they are
 * never merged or split. A message is a sequence of values or raw bytes. On the wire a
 * message is its length as four bytes, most significant first (or -1 and eight bytes for
 * more than 0x7fffffff), and then the bytes: the framing of CPython's
 * multiprocessing.connection.
 *
 * One end is for one user at a time: two threads or processes that send on the same end must
 * hold a lock (a queue needs none). The end of a stream shows only when every process has
 * closed its copy of the other end; close the end that you do not use. */
#ifndef BROOD_CONNECTION_H
#define BROOD_CONNECTION_H

#include "brood/status.h"
#include "brood/types.h"
#include "brood/values.h"

/* The largest message that is accepted unless brood_connection_set_limit() says otherwise. */
#define BROOD_CONNECTION_LIMIT ((size_t)256 << 20)

BROOD_BEGIN_DECLS

/* Makes a pipe.
 *
 * @param one     receives the first end: both ways if duplex, else the one that receives
 * @param other   receives the second end: both ways if duplex, else the one that sends
 * @param duplex  1: both ways; 0: from `other` to `one`
 * @param pool    owns the two handles; NULL: until the process ends
 * @returns APR_SUCCESS; or the system's status (out of descriptors), both ends NULL then.
 * Blocking: never. Threads and processes: see the head of this file. Platforms: pipes and
 * socket pairs on POSIX, overlapped named pipes with random names on Windows.
 * Like: multiprocessing.Pipe(duplex). */
BROOD_API apr_status_t brood_pipe_create(brood_connection_t **one,
                                         brood_connection_t **other, int duplex,
                                         apr_pool_t *pool);

/* Sends one message of values.
 *
 * @param connection  an open end that sends
 * @param args        BROOD_ARGS(…) or BROOD_NO_ARGS
 * @param timeout     microseconds to wait for room; negative: for ever; 0: tries once
 * @returns APR_SUCCESS: the message is on its way;
 *          APR_TIMEUP: nothing was sent; or, when a part had gone out already, the
 *          connection is broken from then on;
 *          APR_EPIPE: nobody can receive any more;
 *          BROOD_EDIRECTION: this end only receives; BROOD_EBROKEN: an earlier failure cut a
 *          message; BROOD_ENOTRAVEL: a handle is among the args; BROOD_ETYPE: a string is
 *          not UTF-8; BROOD_ECLOSED; APR_EINVAL; or the system's status.
 * Blocking: while the pipe is full. Threads and processes: see the head of this file.
 * Platforms: same everywhere. Like: Connection.send(). */
BROOD_API apr_status_t brood_connection_send(brood_connection_t *connection,
                                             brood_args_t args,
                                             apr_interval_time_t timeout);

/* Receives one message of values.
 *
 * @param connection  an open end that receives
 * @param values      receives them; NULL on failure
 * @param timeout     microseconds; negative: for ever; 0: tries once. A message that has
 *                    come in part is kept: the next call goes on with it.
 * @param pool        owns the values
 * @returns APR_SUCCESS;
 *          APR_TIMEUP: no whole message came in time;
 *          APR_EOF: every sender is gone and nothing is left;
 *          BROOD_ETRUNCATED: the sender went in the middle of a message; the connection is
 *          broken from then on;
 *          BROOD_ETOOBIG: the announced size is over the limit; broken from then on;
 *          BROOD_EENCODING: the message was taken but its bytes are no values;
 *          BROOD_EDIRECTION: this end only sends; BROOD_EBROKEN; BROOD_ECLOSED; APR_EINVAL;
 *          or the system's status.
 * Blocking: as `timeout` says. Threads and processes: see the head of this file.
 * Platforms: same everywhere. Like: Connection.recv(). */
BROOD_API apr_status_t brood_connection_recv(brood_connection_t *connection,
                                             brood_values_t **values,
                                             apr_interval_time_t timeout,
                                             apr_pool_t *pool);

/* Sends one message of raw bytes. No memory is allocated.
 *
 * @param connection  an open end that sends
 * @param data        the bytes; may be NULL when size is 0. An empty message is a message.
 * @param size        how many
 * @param timeout     as brood_connection_send()
 * @returns as brood_connection_send(), but for the statuses about values.
 * Blocking, Threads and processes, Platforms: as brood_connection_send().
 * Like: Connection.send_bytes(). */
BROOD_API apr_status_t brood_connection_send_bytes(brood_connection_t *connection,
                                                   const void *data, size_t size,
                                                   apr_interval_time_t timeout);

/* Receives one message of raw bytes into new memory.
 *
 * @param connection  an open end that receives
 * @param bytes       receives where they are and how many; {NULL, 0} on failure
 * @param timeout     as brood_connection_recv()
 * @param pool        owns the bytes
 * @returns as brood_connection_recv(), but for BROOD_EENCODING.
 * Blocking, Threads and processes, Platforms: as brood_connection_recv().
 * Like: Connection.recv_bytes(). */
BROOD_API apr_status_t brood_connection_recv_bytes(brood_connection_t *connection,
                                                   brood_bytes_t *bytes,
                                                   apr_interval_time_t timeout,
                                                   apr_pool_t *pool);

/* Receives one message of raw bytes into the caller's memory. No memory is allocated.
 *
 * @param connection  an open end that receives
 * @param buffer      where it goes; may be NULL when capacity is 0
 * @param capacity    its size in bytes
 * @param size        receives the message's size, also with BROOD_ETOOBIG; else 0 on failure
 * @param timeout     as brood_connection_recv()
 * @returns as brood_connection_recv_bytes(), but
 *          BROOD_ETOOBIG with *size within the connection's limit: the message is larger than
 *          `capacity`; it is still the next one, for a call with enough room. With *size over
 *          the limit: the connection is broken.
 * Blocking, Threads and processes, Platforms: as brood_connection_recv().
 * Like: Connection.recv_bytes_into(), which loses the message that is too large. */
BROOD_API apr_status_t brood_connection_recv_bytes_into(brood_connection_t *connection,
                                                        void *buffer, size_t capacity,
                                                        size_t *size,
                                                        apr_interval_time_t timeout);

/* Whether a receive would not wait: a message has begun to come in, or the end is there.
 *
 * @param connection  an open end that receives
 * @param timeout     microseconds to wait for that; negative: for ever; 0: looks once
 * @returns APR_SUCCESS: yes; APR_TIMEUP: no; BROOD_EDIRECTION; BROOD_EBROKEN; BROOD_ECLOSED;
 *          APR_EINVAL; or the system's status.
 * Blocking: as `timeout` says. Threads and processes: see the head of this file.
 * Platforms: same everywhere. Like: Connection.poll(timeout), which is True at the end too. */
BROOD_API apr_status_t brood_connection_poll(brood_connection_t *connection,
                                             apr_interval_time_t timeout);

/* Sets the largest message that is accepted from the other side.
 *
 * @param connection   an open end
 * @param limit_bytes  at least 1
 * @returns APR_SUCCESS; APR_EINVAL; BROOD_ECLOSED.
 * Blocking: never. Threads and processes: before the connection is used by others.
 * Platforms: same everywhere. */
BROOD_API apr_status_t brood_connection_set_limit(brood_connection_t *connection,
                                                  size_t limit_bytes);

/* The kernel object behind an end, for poll() or WaitForMultipleObjects(). Borrowed.
 *
 * @param connection  an open end
 * @param native      receives it
 * @returns APR_SUCCESS; BROOD_ECLOSED; APR_EINVAL.
 * Blocking: never. Threads and processes: valid until the end is closed. Reading or writing
 * it yourself breaks the framing. Platforms: a descriptor, or a HANDLE opened for overlapped
 * operation. Like: Connection.fileno(). */
BROOD_API apr_status_t brood_connection_native(brood_connection_t *connection,
                                               brood_native_t *native);

/* Closes this process's copy of the end. A second close is harmless.
 *
 * @param connection  an end that no other thread is using
 * @returns APR_SUCCESS; APR_EINVAL: connection is NULL.
 * Blocking: never. Threads and processes: as said. Platforms: same everywhere.
 * Like: Connection.close(). */
BROOD_API apr_status_t brood_connection_close(brood_connection_t *connection);

BROOD_END_DECLS

#endif
