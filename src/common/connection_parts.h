/* Connection from the inside: shared by the files of the connection. */
#ifndef BROOD_COMMON_CONNECTION_PARTS_H
#define BROOD_COMMON_CONNECTION_PARTS_H

#include "brood/connection.h"
#include "frame.h"
#include "handle.h"
#include "os/types.h"

enum { BROOD__READABLE = 1, BROOD__WRITABLE = 2 };

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

/* Whether the connection is open, goes that way and is not broken; 0: any way. */
apr_status_t brood__connection_check(const brood_connection_t *connection, int direction);

#endif
