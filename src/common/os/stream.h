/* Byte streams between processes of one machine, and waiting for them. */
#ifndef BROOD_OS_STREAM_H
#define BROOD_OS_STREAM_H

#include "os/types.h"

/* A one-way stream. */
apr_status_t brood_os_stream_pipe(brood_os_handle_t *reader, brood_os_handle_t *writer);

/* Which ends of a pipe go to a program that is not ours. */
#define BROOD_OS_STRANGER_READS 1u
#define BROOD_OS_STRANGER_WRITES 2u

/* A one-way stream for a standard stream of another program (brood_os_start_t.standard). The
 * ends named by `strangers` are such as any program can use, blocking and synchronous; the
 * calls of this header must not be made on them where that is not 0 (on Windows they would not
 * keep their deadline). The other end is as brood_os_stream_pipe() makes it. With both ends
 * named it joins two programs; with none it is brood_os_stream_pipe(). */
apr_status_t brood_os_stream_pipe_for(brood_os_handle_t *reader, brood_os_handle_t *writer,
                                      unsigned strangers);

/* How a file is opened for a standard stream of another program. */
typedef enum brood_os_file_how_t {
    BROOD_OS_FILE_READ,   /* it exists, and is read */
    BROOD_OS_FILE_CREATE, /* made, or emptied, and written */
    BROOD_OS_FILE_APPEND  /* made when it is not there; each write goes to its end */
} brood_os_file_how_t;

/* Opens a file by its path (UTF-8 on Windows). The handle is for brood_os_start_t.standard and
 * for brood_os_handle_close(), not for the calls of this header. Never waits for the other end of a
 * FIFO: without a writer that reads as empty, without a reader it is ENXIO. */
apr_status_t brood_os_file_open(brood_os_handle_t *file, const char *path,
                                brood_os_file_how_t how);

/* A two-way stream: what is written to one end is read from the other. On POSIX it also
 * carries handles (os/handle.h). */
apr_status_t brood_os_stream_pair(brood_os_handle_t *one, brood_os_handle_t *other);

/* Reads what is there, at least one byte and at most *length, into the buffer; waits for the
 * first byte until the deadline. *length says how many came, 0 unless APR_SUCCESS.
 * APR_EOF: every writer is gone and nothing is left. APR_TIMEUP: nothing came in time.
 * One reader at a time for one stream. */
apr_status_t brood_os_stream_read(brood_os_handle_t stream, void *buffer, size_t *length,
                                  brood_os_deadline_t deadline);

/* Writes as much as the stream takes, at least one byte and at most *length; waits for room
 * until the deadline. *length says how many went, 0 unless APR_SUCCESS. No signal is raised
 * when the readers are gone: APR_EPIPE. On Windows a write that runs out of time may have
 * written a part that cannot be told: the stream is unusable after APR_TIMEUP with a
 * deadline that lay in the future. */
apr_status_t brood_os_stream_write(brood_os_handle_t stream, const void *buffer,
                                   size_t *length, brood_os_deadline_t deadline);

/* Waits until a read of the stream would not block (bytes are there, or the end is). */
apr_status_t brood_os_stream_readable(brood_os_handle_t stream, brood_os_deadline_t deadline);

/* Ends the writing direction: the peer reads what was written and then APR_EOF. On a
 * one-way stream and where the system cannot do that, APR_ENOTIMPL. */
apr_status_t brood_os_stream_finish(brood_os_handle_t stream);

/* Kinds of thing that brood_os_wait_any() waits for. */
typedef enum brood_os_waitable_kind_t {
    BROOD_OS_WAIT_STREAM, /* readable as in brood_os_stream_readable() */
    BROOD_OS_WAIT_WATCH,  /* a watch of os/identity.h: the process has ended */
    BROOD_OS_WAIT_BELL,   /* a bell of os/bell.h: it rings */
    BROOD_OS_WAIT_ROOM    /* of os/outlet.h only: a stream that takes bytes, or whose readers are
                             gone */
} brood_os_waitable_kind_t;

typedef struct brood_os_waitable_t {
    brood_os_handle_t handle; /* BROOD_OS_NO_HANDLE is skipped and never ready */
    brood_os_waitable_kind_t kind;
    int ready; /* out: 1 when it is */
} brood_os_waitable_t;

/* Waits until at least one of the set is ready and marks all that are. No limit on the
 * count. APR_TIMEUP: none in time. May return APR_EINTR: call again. */
apr_status_t brood_os_wait_any(brood_os_waitable_t *set, size_t count,
                               brood_os_deadline_t deadline);

#endif
