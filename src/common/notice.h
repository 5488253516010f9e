/* Notices: the short messages about a child, on the stream between it and its parent.
 * Internal.
 *
 * A child tells its parent that it is ready or why it is not; the forkserver tells how a
 * child of its ended. */
#ifndef BROOD_COMMON_NOTICE_H
#define BROOD_COMMON_NOTICE_H

#include "os/stream.h"

typedef enum brood__notice_kind_t {
    BROOD__NOTICE_READY = 1, /* numbers: pid and birth of the child */
    BROOD__NOTICE_FAILED,    /* status and text: why there is no child */
    BROOD__NOTICE_ENDED,     /* numbers: signaled, code */
    BROOD__NOTICE_LOST,      /* it has ended; how is not known */
    BROOD__NOTICE_PRELOADING /* the forkserver begins its preload function */
} brood__notice_kind_t;

#define BROOD__NOTICE_TEXT 400

typedef struct brood__notice_t {
    uint32_t magic;
    uint32_t kind;
    int32_t status;
    uint32_t length; /* of the text that follows on the stream */
    int64_t numbers[2];
    char text[BROOD__NOTICE_TEXT];
} brood__notice_t;

/* Sends one; the text may be NULL. */
apr_status_t brood__notice_send(brood_os_handle_t stream, brood__notice_kind_t kind,
                                apr_status_t status, int64_t first, int64_t second,
                                const char *text);

/* Receives one. APR_EOF: the other side is gone. BROOD_EENCODING: what came is no notice. */
apr_status_t brood__notice_receive(brood_os_handle_t stream, brood__notice_t *notice,
                                   brood_os_deadline_t deadline);

#endif
