/* Notices: sending and receiving. */
#include "notice.h"

#include "status.h"
#include "stream.h"
#include <stddef.h>
#include <string.h>

#define NOTICE_MAGIC 0x4f4e5242u /* "BRNO" */
#define NOTICE_HEAD offsetof(brood__notice_t, text)

apr_status_t brood__notice_send(brood_os_handle_t stream, brood__notice_kind_t kind,
                                apr_status_t status, int64_t first, int64_t second,
                                const char *text) {
    brood__notice_t notice;
    size_t done = 0;
    memset(&notice, 0, sizeof notice);
    notice.magic = NOTICE_MAGIC;
    notice.kind = (uint32_t)kind;
    notice.status = status;
    notice.numbers[0] = first;
    notice.numbers[1] = second;
    if (text != NULL) {
        size_t length = strlen(text);
        notice.length =
            (uint32_t)(length < BROOD__NOTICE_TEXT - 1 ? length : BROOD__NOTICE_TEXT - 1);
        memcpy(notice.text, text, notice.length);
    }
    return brood__stream_write_all(stream, &notice, NOTICE_HEAD + notice.length, &done,
                                   BROOD_OS_FOREVER);
}

apr_status_t brood__notice_receive(brood_os_handle_t stream, brood__notice_t *notice,
                                   brood_os_deadline_t deadline) {
    size_t have = 0;
    apr_status_t rv;
    memset(notice, 0, sizeof *notice);
    rv = brood__stream_read_all(stream, notice, NOTICE_HEAD, &have, deadline);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (notice->magic != NOTICE_MAGIC || notice->length >= BROOD__NOTICE_TEXT) {
        notice->length = 0;
        return brood__fail(BROOD_EENCODING, "the child's answer is none");
    }
    have = 0;
    rv = brood__stream_read_all(stream, notice->text, notice->length, &have, deadline);
    notice->text[have] = '\0';
    return rv;
}
