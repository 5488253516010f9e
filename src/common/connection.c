/* Connection: messages over a stream.
 *
 * Nothing here is shared between processes but the stream itself. What has come in of the
 * next message is kept in the object, so that a receive that ran out of time loses nothing:
 * `head` and `head_have`, then `body` bytes announced, of which `body_have` are in `store`
 * when the message has been begun without a place of its own. */
#include "brood/connection.h"

#include "frame.h"
#include "handle.h"
#include "os/fault.h"
#include "os/handle.h"
#include "pace.h"
#include "session.h"
#include "status.h"
#include "stream.h"
#include "values.h"
#include <apr_pools.h>
#include <stdlib.h>
#include <string.h>

/* Up to here head and bytes go out in one write. */
#define TOGETHER_MOST 16384

enum { READABLE = 1, WRITABLE = 2 };

struct brood_connection_t {
    brood_handle_t handle;
    brood_os_handle_t stream;
    int directions;
    int read_broken;
    int write_broken;
    size_t limit;
    uint8_t head[BROOD__FRAME_MOST];
    size_t head_have;
    int announced; /* the head is whole; `body` is valid */
    uint64_t body;
    uint8_t *store; /* what came of a body that was cut short by a deadline */
    size_t store_have;
};

static apr_status_t connection_cleanup(void *data) {
    brood_connection_t *connection = data;
    if (atomic_exchange_explicit(&connection->handle.closed, 1, memory_order_relaxed) ==
        0) {
        connection->stream = brood_os_handle_close(connection->stream);
        free(connection->store);
        connection->store = NULL;
    }
    return APR_SUCCESS;
}

static apr_status_t connection_new(brood_connection_t **connection, apr_pool_t *pool) {
    pool = pool == NULL ? brood__session_pool() : pool;
    *connection = pool == NULL ? NULL : apr_pcalloc(pool, sizeof **connection);
    if (*connection == NULL) {
        return APR_ENOMEM;
    }
    brood__handle_init(&(*connection)->handle, &brood__connection_class);
    atomic_store_explicit(&(*connection)->handle.closed, 1, memory_order_relaxed);
    (*connection)->stream = BROOD_OS_NO_HANDLE;
    (*connection)->limit = BROOD_CONNECTION_LIMIT;
    apr_pool_cleanup_register(pool, *connection, connection_cleanup,
                              apr_pool_cleanup_null);
    return APR_SUCCESS;
}

static void connection_open(brood_connection_t *connection, brood_os_handle_t stream,
                            int directions) {
    connection->stream = stream;
    connection->directions = directions;
    atomic_store_explicit(&connection->handle.closed, 0, memory_order_relaxed);
}

apr_status_t brood_pipe_create(brood_connection_t **one, brood_connection_t **other,
                               int duplex, apr_pool_t *pool) {
    brood_connection_t *first;
    brood_connection_t *second;
    brood_os_handle_t streams[2];
    apr_status_t rv;
    *one = *other = NULL;
    rv = connection_new(&first, pool);
    if (rv == APR_SUCCESS) {
        rv = connection_new(&second, pool);
    }
    if (rv == APR_SUCCESS) {
        rv = duplex ? brood_os_stream_pair(&streams[0], &streams[1])
                    : brood_os_stream_pipe(&streams[0], &streams[1]);
        if (rv != APR_SUCCESS) {
            return brood__fail(rv, "making a %s pipe", duplex ? "duplex" : "one-way");
        }
        connection_open(first, streams[0], duplex ? READABLE | WRITABLE : READABLE);
        connection_open(second, streams[1], duplex ? READABLE | WRITABLE : WRITABLE);
        *one = first;
        *other = second;
    }
    return rv;
}

static apr_status_t connection_check(const brood_connection_t *connection,
                                     int direction) {
    apr_status_t rv = brood__handle_check(connection == NULL ? NULL : &connection->handle,
                                          "connection");
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if ((connection->directions & direction) != direction) {
        return brood__fail(BROOD_EDIRECTION, "this end of the pipe only %s",
                           direction == READABLE ? "sends" : "receives");
    }
    if (direction == READABLE ? connection->read_broken : connection->write_broken) {
        return brood__fail(BROOD_EBROKEN,
                           "an earlier message was cut off while it was %s",
                           direction == READABLE ? "received" : "sent");
    }
    return APR_SUCCESS;
}

/* ---- sending ------------------------------------------------------------------------ */

static apr_status_t send_piece(brood_connection_t *connection, const void *data,
                               size_t size, int begun, brood_os_deadline_t deadline) {
    size_t done = 0;
    apr_status_t rv =
        brood__stream_write_all(connection->stream, data, size, &done, deadline);
    if (rv != APR_SUCCESS && (begun || done != 0)) {
        connection->write_broken = 1;
        brood__fail(rv, "the message was cut off; the connection sends no more");
    }
    return rv;
}

apr_status_t brood_connection_send_bytes(brood_connection_t *connection, const void *data,
                                         size_t size, apr_interval_time_t timeout) {
    uint8_t together[BROOD__FRAME_MOST + TOGETHER_MOST];
    brood_os_deadline_t deadline = brood__deadline(timeout);
    size_t head;
    apr_status_t rv = connection_check(connection, WRITABLE);
    if (rv == APR_SUCCESS && data == NULL && size != 0) {
        rv = brood__fail(APR_EINVAL, "data is NULL and size is %llu",
                         (unsigned long long)size);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    head = brood__frame_encode(together, size);
    if (size <= TOGETHER_MOST) {
        if (size != 0) {
            memcpy(together + head, data, size);
        }
        return send_piece(connection, together, head + size, 0, deadline);
    }
    rv = send_piece(connection, together, head, 0, deadline);
    return rv != APR_SUCCESS ? rv : send_piece(connection, data, size, 1, deadline);
}

apr_status_t brood_connection_send(brood_connection_t *connection, brood_args_t args,
                                   apr_interval_time_t timeout) {
    uint8_t small[1024];
    uint8_t *bytes = small;
    size_t size = 0;
    apr_status_t rv = connection_check(connection, WRITABLE);
    if (rv == APR_SUCCESS) {
        rv = brood__args_measure(args, &size);
    }
    if (rv == APR_SUCCESS && size > sizeof small) {
        bytes = malloc(size);
        rv = bytes == NULL ? APR_ENOMEM : APR_SUCCESS;
    }
    if (rv == APR_SUCCESS) {
        brood__args_encode(args, bytes);
        rv = brood_connection_send_bytes(connection, bytes, size, timeout);
    }
    if (bytes != small) {
        free(bytes);
    }
    return rv;
}

/* ---- receiving ---------------------------------------------------------------------- */

static apr_status_t read_broken(brood_connection_t *connection, apr_status_t rv) {
    connection->read_broken = 1;
    return rv;
}

/* Reads the head of the next message, unless it is there already. */
static apr_status_t recv_head(brood_connection_t *connection,
                              brood_os_deadline_t deadline) {
    int valid;
    while (!connection->announced) { /* two rounds at most: short head, long head */
        size_t need = brood__frame_need(connection->head, connection->head_have);
        apr_status_t rv = brood__stream_read_all(connection->stream, connection->head,
                                                 need, &connection->head_have, deadline);
        if (rv == APR_EOF && connection->head_have != 0) {
            return read_broken(connection, brood__fail(BROOD_ETRUNCATED,
                                                       "the stream ended inside the head "
                                                       "of a message"));
        }
        if (rv != APR_SUCCESS) {
            return rv;
        }
        if (connection->head_have ==
            brood__frame_need(connection->head, connection->head_have)) {
            connection->body = brood__frame_decode(connection->head, &valid);
            if (!valid) {
                return read_broken(connection,
                                   brood__fail(BROOD_EENCODING, "a message announces an "
                                                                "impossible length"));
            }
            connection->announced = 1;
        }
    }
    if (connection->body > connection->limit) {
        return read_broken(connection,
                           brood__fail(BROOD_ETOOBIG,
                                       "a message of %llu bytes, the limit is %llu",
                                       (unsigned long long)connection->body,
                                       (unsigned long long)connection->limit));
    }
    return APR_SUCCESS;
}

/* Keeps what came of a message whose receiver ran out of time. */
static apr_status_t body_keep(brood_connection_t *connection, const uint8_t *place,
                              size_t have) {
    if (connection->store == NULL && have != 0) {
        connection->store = malloc((size_t)connection->body);
        if (connection->store == NULL) {
            return read_broken(connection,
                               brood__fail(APR_ENOMEM, "no memory to keep a part of a "
                                                       "message"));
        }
    }
    if (have != 0) {
        memcpy(connection->store, place, have);
    }
    connection->store_have = have;
    return APR_TIMEUP;
}

/* Reads the body that was announced into `place`, which has room for it. */
static apr_status_t recv_body(brood_connection_t *connection, uint8_t *place,
                              brood_os_deadline_t deadline) {
    size_t have = connection->store_have;
    apr_status_t rv;
    if (have != 0) {
        memcpy(place, connection->store, have);
    }
    rv = brood__stream_read_all(connection->stream, place, (size_t)connection->body,
                                &have, deadline);
    if (rv == APR_TIMEUP) {
        return body_keep(connection, place, have);
    }
    free(connection->store);
    connection->store = NULL;
    connection->store_have = 0;
    if (rv != APR_SUCCESS) {
        rv = rv == APR_EOF ? BROOD_ETRUNCATED : rv;
        return read_broken(connection,
                           brood__fail(rv, "the stream ended after %llu of %llu bytes",
                                       (unsigned long long)have,
                                       (unsigned long long)connection->body));
    }
    connection->announced = 0;
    connection->head_have = 0;
    return APR_SUCCESS;
}

apr_status_t brood_connection_recv_bytes(brood_connection_t *connection,
                                         brood_bytes_t *bytes,
                                         apr_interval_time_t timeout, apr_pool_t *pool) {
    brood_os_deadline_t deadline = brood__deadline(timeout);
    uint8_t *place;
    size_t size;
    apr_status_t rv;
    bytes->data = NULL;
    bytes->size = 0;
    rv = connection_check(connection, READABLE);
    if (rv == APR_SUCCESS) {
        rv = recv_head(connection, deadline);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    size = (size_t)connection->body;
    place = apr_palloc(pool, size == 0 ? 1 : size);
    if (place == NULL) {
        return brood__fail(APR_ENOMEM, "a message of %llu bytes",
                           (unsigned long long)size);
    }
    rv = recv_body(connection, place, deadline);
    if (rv == APR_SUCCESS) {
        bytes->data = place;
        bytes->size = size;
    }
    return rv;
}

apr_status_t brood_connection_recv(brood_connection_t *connection,
                                   brood_values_t **values, apr_interval_time_t timeout,
                                   apr_pool_t *pool) {
    brood_bytes_t bytes;
    apr_status_t rv;
    *values = NULL;
    rv = brood_connection_recv_bytes(connection, &bytes, timeout, pool);
    return rv != APR_SUCCESS
               ? rv
               : brood__values_decode(values, bytes.data, bytes.size, NULL, 0, 0, pool);
}

apr_status_t brood_connection_recv_bytes_into(brood_connection_t *connection,
                                              void *buffer, size_t capacity, size_t *size,
                                              apr_interval_time_t timeout) {
    brood_os_deadline_t deadline = brood__deadline(timeout);
    size_t announced;
    apr_status_t rv;
    *size = 0;
    rv = connection_check(connection, READABLE);
    if (rv == APR_SUCCESS && buffer == NULL && capacity != 0) {
        rv = brood__fail(APR_EINVAL, "buffer is NULL and capacity is %llu",
                         (unsigned long long)capacity);
    }
    if (rv == APR_SUCCESS) {
        rv = recv_head(connection, deadline);
    }
    if (rv != APR_SUCCESS) {
        *size = rv == BROOD_ETOOBIG && connection->body <= SIZE_MAX
                    ? (size_t)connection->body
                    : 0;
        return rv;
    }
    announced = (size_t)connection->body;
    if (announced > capacity) {
        *size = announced;
        return brood__fail(BROOD_ETOOBIG, "the message has %llu bytes, the buffer %llu",
                           (unsigned long long)announced, (unsigned long long)capacity);
    }
    rv = recv_body(connection, buffer, deadline);
    *size = rv == APR_SUCCESS ? announced : 0;
    return rv;
}

apr_status_t brood_connection_poll(brood_connection_t *connection,
                                   apr_interval_time_t timeout) {
    apr_status_t rv = connection_check(connection, READABLE);
    if (rv != APR_SUCCESS || connection->announced || connection->head_have != 0) {
        return rv;
    }
    do { /* ends when readable, on a failure or at the deadline; interrupted waits go on */
        rv = brood_os_stream_readable(connection->stream, brood__deadline(timeout));
    } while (APR_STATUS_IS_EINTR(rv));
    return rv;
}

/* ---- the rest ----------------------------------------------------------------------- */

apr_status_t brood_connection_set_limit(brood_connection_t *connection,
                                        size_t limit_bytes) {
    apr_status_t rv = connection_check(connection, 0);
    if (rv == APR_SUCCESS && limit_bytes == 0) {
        rv = brood__fail(APR_EINVAL, "limit_bytes is 0");
    }
    if (rv == APR_SUCCESS) {
        connection->limit = limit_bytes;
    }
    return rv;
}

apr_status_t brood_connection_native(brood_connection_t *connection,
                                     brood_native_t *native) {
    apr_status_t rv = brood__handle_check(connection == NULL ? NULL : &connection->handle,
                                          "connection");
    *native = rv == APR_SUCCESS ? connection->stream : BROOD_OS_NO_HANDLE;
    return rv;
}

apr_status_t brood_connection_close(brood_connection_t *connection) {
    apr_status_t rv = brood__handle_check(connection == NULL ? NULL : &connection->handle,
                                          "connection");
    if (rv == BROOD_ECLOSED) {
        return APR_SUCCESS;
    }
    return rv == APR_SUCCESS ? connection_cleanup(connection) : rv;
}

static apr_status_t connection_pack(brood_handle_t *handle, brood__parcel_t *parcel) {
    brood_connection_t *connection = (brood_connection_t *)handle;
    if (connection->head_have != 0 || connection->read_broken ||
        connection->write_broken) {
        return brood__fail(BROOD_ENOTRAVEL,
                           "the connection is in the middle of a message");
    }
    brood__parcel_put_os_handle(parcel, connection->stream);
    brood__parcel_put_number(parcel, (uint64_t)connection->directions);
    brood__parcel_put_number(parcel, connection->limit);
    return APR_SUCCESS;
}

static apr_status_t connection_unpack(brood_handle_t **handle, brood__parcel_t *parcel,
                                      apr_pool_t *pool) {
    brood_connection_t *connection;
    brood_os_handle_t stream = BROOD_OS_NO_HANDLE;
    uint64_t directions = 0;
    uint64_t limit = 0;
    apr_status_t rv = connection_new(&connection, pool);
    *handle = NULL;
    if (rv == APR_SUCCESS) {
        rv = brood__parcel_take_os_handle(parcel, &stream);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__parcel_take_number(parcel, &directions);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__parcel_take_number(parcel, &limit);
    }
    if (rv != APR_SUCCESS) {
        brood_os_handle_close(stream);
        return rv;
    }
    connection_open(connection, stream, (int)directions & (READABLE | WRITABLE));
    connection->limit =
        limit == 0 || limit > SIZE_MAX ? BROOD_CONNECTION_LIMIT : (size_t)limit;
    *handle = &connection->handle;
    return APR_SUCCESS;
}

const brood__handle_class_t brood__connection_class = {
    BROOD__HANDLE_CONNECTION, "connection", connection_pack, connection_unpack};
