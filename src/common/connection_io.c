/* Connection: sending and receiving messages.
 *
 * What has come in of the next message is kept in the object, so that a receive that ran out
 * of time loses nothing: `head` and `head_have`, then `body` bytes announced, of which
 * `store_have` are in `store` when the message could not be received in one go. */
#include "connection_parts.h"

#include "pace.h"
#include "status.h"
#include "stream.h"
#include "values.h"
#include <apr_pools.h>
#include <stdlib.h>
#include <string.h>

/* Up to here head and bytes go out in one write. */
#define TOGETHER_MOST 16384

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
    apr_status_t rv = brood__connection_check(connection, BROOD__WRITABLE);
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
    apr_status_t rv = brood__connection_check(connection, BROOD__WRITABLE);
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
                connection->body = UINT64_MAX; /* over any limit */
                return read_broken(connection,
                                   brood__fail(BROOD_ETOOBIG, "a message announces an "
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

/* Makes sure there is memory of the connection's own for the message that was announced. */
static apr_status_t store_ensure(brood_connection_t *connection) {
    if (connection->store == NULL) {
        connection->store = malloc(connection->body == 0 ? 1 : (size_t)connection->body);
    }
    return connection->store != NULL ? APR_SUCCESS
                                     : brood__fail(APR_ENOMEM, "a message of %llu bytes",
                                                   (unsigned long long)connection->body);
}

static apr_status_t body_cut(brood_connection_t *connection, apr_status_t rv,
                             size_t have) {
    return read_broken(connection,
                       brood__fail(rv == APR_EOF ? BROOD_ETRUNCATED : rv,
                                   "the stream ended after %llu of %llu bytes",
                                   (unsigned long long)have,
                                   (unsigned long long)connection->body));
}

/* Receives the body into the connection's own memory, as far as it comes. */
static apr_status_t recv_store(brood_connection_t *connection,
                               brood_os_deadline_t deadline) {
    apr_status_t rv = store_ensure(connection);
    if (rv == APR_SUCCESS) {
        rv = brood__stream_read_all(connection->stream, connection->store,
                                    (size_t)connection->body, &connection->store_have,
                                    deadline);
        if (rv != APR_SUCCESS && rv != APR_TIMEUP) {
            return body_cut(connection, rv, connection->store_have);
        }
    }
    return rv;
}

/* Receives the body that was announced into `place`, which has room for it. What had come
 * before a deadline is kept for the next call. */
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
        if (have != 0 && store_ensure(connection) != APR_SUCCESS) {
            return read_broken(connection, APR_ENOMEM);
        }
        if (have != 0) {
            memcpy(connection->store, place, have);
        }
        connection->store_have = have;
        return rv;
    }
    free(connection->store);
    connection->store = NULL;
    connection->store_have = 0;
    if (rv != APR_SUCCESS) {
        return body_cut(connection, rv, have);
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
    rv = brood__connection_check(connection, BROOD__READABLE);
    if (rv == APR_SUCCESS) {
        rv = recv_head(connection, deadline);
    }
    if (rv == APR_SUCCESS && deadline != BROOD_OS_FOREVER) {
        /* The pool gets the message when it is whole: it only grows, and a caller that
         * tries again and again would fill it. */
        rv = recv_store(connection, deadline);
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
    rv = brood__connection_check(connection, BROOD__READABLE);
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
    apr_status_t rv = brood__connection_check(connection, BROOD__READABLE);
    if (rv != APR_SUCCESS || connection->announced || connection->head_have != 0) {
        return rv;
    }
    do { /* ends when readable, on a failure or at the deadline; interrupted waits go on */
        rv = brood_os_stream_readable(connection->stream, brood__deadline(timeout));
    } while (APR_STATUS_IS_EINTR(rv));
    return rv;
}
