/* Connection: making a pipe, the object at each end, and its way to another process.
 *
 * Nothing here is shared between processes but the stream itself. */
#include "connection_parts.h"

#include "os/handle.h"
#include "os/stream.h"
#include "pace.h"
#include "session.h"
#include "status.h"
#include <apr_pools.h>
#include <stdlib.h>

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
    pool = brood__session_pool_for(pool);
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
        connection_open(first, streams[0],
                        duplex ? BROOD__READABLE | BROOD__WRITABLE : BROOD__READABLE);
        connection_open(second, streams[1],
                        duplex ? BROOD__READABLE | BROOD__WRITABLE : BROOD__WRITABLE);
        *one = first;
        *other = second;
    }
    return rv;
}

apr_status_t brood__connection_check(const brood_connection_t *connection,
                                     int direction) {
    apr_status_t rv = brood__handle_check(connection == NULL ? NULL : &connection->handle,
                                          "connection");
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if ((connection->directions & direction) != direction) {
        return brood__fail(BROOD_EDIRECTION, "this end of the pipe only %s",
                           direction == BROOD__READABLE ? "sends" : "receives");
    }
    if (direction == BROOD__READABLE ? connection->read_broken
                                     : connection->write_broken) {
        return brood__fail(BROOD_EBROKEN,
                           "an earlier message was cut off while it was %s",
                           direction == BROOD__READABLE ? "received" : "sent");
    }
    return APR_SUCCESS;
}

apr_status_t brood_connection_set_limit(brood_connection_t *connection,
                                        size_t limit_bytes) {
    apr_status_t rv = brood__connection_check(connection, 0);
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

static apr_status_t connection_unpack(const brood__handle_class_t *cls,
                                      brood_handle_t **handle, brood__parcel_t *parcel,
                                      apr_pool_t *pool) {
    brood_connection_t *connection;
    brood_os_handle_t stream = BROOD_OS_NO_HANDLE;
    uint64_t directions = 0;
    uint64_t limit = 0;
    apr_status_t rv = connection_new(&connection, pool);
    (void)cls;
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
    connection_open(connection, stream,
                    (int)directions & (BROOD__READABLE | BROOD__WRITABLE));
    connection->limit =
        limit == 0 || limit > SIZE_MAX ? BROOD_CONNECTION_LIMIT : (size_t)limit;
    *handle = &connection->handle;
    return APR_SUCCESS;
}

const brood__handle_class_t brood__connection_class = {.code = BROOD__HANDLE_CONNECTION,
                                                       .name = "connection",
                                                       .pack = connection_pack,
                                                       .unpack = connection_unpack};
