/* Forkserver: a clean process that forks children on demand. Internal.
 *
 * The server is the program's own image, spawned once, with main run up to brood_init(). It
 * is reached over the stream it was booted by, a pair inherited from its parent and without
 * a name: nobody else can reach it. A request names an action; a start brings the stream on
 * which the child will boot. The server keeps a copy of that stream, and tells on it how the
 * child ended. */
#ifndef BROOD_COMMON_FORKSERVER_H
#define BROOD_COMMON_FORKSERVER_H

#include "child.h"

typedef struct brood__request_t {
    uint32_t magic;
    uint32_t kind;    /* brood__request_kind_t */
    int32_t how;      /* brood_os_end_t, for a signal */
    uint32_t is_sent; /* for a start: the record lies on the child's stream already */
    int64_t pid;      /* for a signal */
} brood__request_t;

#define BROOD__REQUEST_MAGIC 0x51524652u /* "RFRQ" */

typedef enum brood__request_kind_t {
    BROOD__REQUEST_START = 1, /* one handle follows */
    BROOD__REQUEST_SIGNAL
} brood__request_kind_t;

/* Asks the server that made the child to signal it. */
apr_status_t brood__forkserver_signal(brood__child_t *child, brood_os_end_t how);

/* The server's own life; returns when its parent is gone. */
void brood__forkserver_serve(brood_os_handle_t stream);

#endif
