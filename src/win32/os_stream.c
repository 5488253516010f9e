/* Byte streams: named pipes in byte mode, both ends overlapped.
 *
 * The system's anonymous pipes know no deadline, so a stream is a named pipe whose name is
 * used once, within brood_os_stream_pair() or brood_os_stream_pipe(), and is no secret of
 * anything afterwards: one instance, taken by the client that made it. The name has 128
 * random bits, the first instance must be ours, remote clients are refused, the list of who
 * may open it names this user, and both ends are asked which process holds the other.
 *
 * Readiness: a read of zero bytes is completed by the arrival of data and takes none of it,
 * so that cancelling it loses nothing. It is also completed by a write of zero bytes, hence
 * the look into the pipe afterwards. */
#include "system.h"
#include "os/entropy.h"
#include "os/stream.h"
#include "name.h"
#include "owner.h"
#include "pipe.h"
#include "utf.h"

#include <stdlib.h>

/* Room asked for in each direction. */
#define PIPE_BUFFER 65536
/* One call writes no more: the system copies what it cannot pass on at once. */
#define WRITE_MOST (1u << 20)
#define READ_MOST (1u << 30)

static apr_status_t make_name(wchar_t name[BROOD__NAME_UNITS]) {
    unsigned char bits[BROOD__NAME_BITS_SIZE];
    apr_status_t status = brood_os_random(bits, sizeof bits);
    brood__name_spell(name, L"\\\\.\\pipe\\brood-", bits);
    return status;
}

static int both_ends_ours(HANDLE server, HANDLE client) {
    ULONG at_client = 0;
    ULONG at_server = 0;
    ULONG self = GetCurrentProcessId();
    return GetNamedPipeClientProcessId(server, &at_client) && at_client == self &&
           GetNamedPipeServerProcessId(client, &at_server) && at_server == self;
}

/* The client's rights are listed one by one: GENERIC_WRITE would include the right to make
 * further instances of the pipe. Attributes are needed to ask for and set its mode. */
static HANDLE open_client(const wchar_t *name, DWORD rights, DWORD overlapped) {
    return CreateFileW(
        name, rights | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | SYNCHRONIZE, 0,
        NULL, OPEN_EXISTING, overlapped | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
        NULL);
}

/* `overlapped`: of the client's end, FILE_FLAG_OVERLAPPED or 0. The server's always is. */
static apr_status_t connect_ends(DWORD access, DWORD client_rights, DWORD overlapped,
                                 brood_os_handle_t *server, brood_os_handle_t *client) {
    wchar_t name[BROOD__NAME_UNITS];
    apr_status_t status = make_name(name);
    if (status != APR_SUCCESS) {
        return status;
    }
    SECURITY_ATTRIBUTES *attributes = brood__owner_only(&status);
    if (attributes == NULL) {
        return status;
    }
    HANDLE first = CreateNamedPipeW(
        name, access | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
        PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1,
        PIPE_BUFFER, PIPE_BUFFER, 0, attributes);
    if (first == INVALID_HANDLE_VALUE) {
        return brood__status_from_os(GetLastError());
    }
    HANDLE second = open_client(name, client_rights, overlapped);
    if (second == INVALID_HANDLE_VALUE) {
        status = brood__status_from_os(GetLastError());
        CloseHandle(first);
        return status;
    }
    if (!both_ends_ours(first, second)) {
        CloseHandle(first);
        CloseHandle(second);
        return APR_EGENERAL;
    }
    *server = brood__handle(first);
    *client = brood__handle(second);
    return APR_SUCCESS;
}

apr_status_t brood_os_stream_pipe(brood_os_handle_t *reader, brood_os_handle_t *writer) {
    *reader = BROOD_OS_NO_HANDLE;
    *writer = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.stream_pipe");
    return connect_ends(PIPE_ACCESS_INBOUND, FILE_WRITE_DATA, FILE_FLAG_OVERLAPPED,
                        reader, writer);
}

/* Between two strangers the system's own anonymous pipe: synchronous at both ends. */
static apr_status_t anonymous_pipe(brood_os_handle_t *reader, brood_os_handle_t *writer) {
    HANDLE ends[2];
    if (!CreatePipe(&ends[0], &ends[1], NULL, PIPE_BUFFER)) {
        return brood__status_from_os(GetLastError());
    }
    *reader = brood__handle(ends[0]);
    *writer = brood__handle(ends[1]);
    return APR_SUCCESS;
}

/* The stranger's end is the client, which alone can be synchronous while ours is not. */
apr_status_t brood_os_stream_pipe_for(brood_os_handle_t *reader,
                                      brood_os_handle_t *writer, unsigned strangers) {
    *reader = BROOD_OS_NO_HANDLE;
    *writer = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.stream_pipe_for");
    switch (strangers) {
    case BROOD_OS_STRANGER_READS:
        return connect_ends(PIPE_ACCESS_OUTBOUND, FILE_READ_DATA, 0, writer, reader);
    case BROOD_OS_STRANGER_WRITES:
        return connect_ends(PIPE_ACCESS_INBOUND, FILE_WRITE_DATA, 0, reader, writer);
    case BROOD_OS_STRANGER_READS | BROOD_OS_STRANGER_WRITES:
        return anonymous_pipe(reader, writer);
    default: return brood_os_stream_pipe(reader, writer);
    }
}

apr_status_t brood_os_file_open(brood_os_handle_t *file, const char *path,
                                brood_os_file_how_t how) {
    /* Without the right to write elsewhere the system puts each write at the end. */
    static const DWORD rights[] = {GENERIC_READ, GENERIC_WRITE,
                                   FILE_GENERIC_WRITE & ~FILE_WRITE_DATA};
    static const DWORD manners[] = {OPEN_EXISTING, CREATE_ALWAYS, OPEN_ALWAYS};
    wchar_t *wide;
    *file = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.file_open");
    apr_status_t status = brood__wide(&wide, path);
    if (status != APR_SUCCESS) {
        return status;
    }
    HANDLE native = CreateFileW(wide, rights[how],
                                FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                NULL, manners[how], FILE_ATTRIBUTE_NORMAL, NULL);
    status = native == INVALID_HANDLE_VALUE ? brood__status_from_os(GetLastError())
                                            : APR_SUCCESS;
    free(wide);
    if (status == APR_SUCCESS) {
        *file = brood__handle(native);
    }
    return status;
}

apr_status_t brood_os_stream_pair(brood_os_handle_t *one, brood_os_handle_t *other) {
    *one = BROOD_OS_NO_HANDLE;
    *other = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.stream_pair");
    return connect_ends(PIPE_ACCESS_DUPLEX, FILE_READ_DATA | FILE_WRITE_DATA,
                        FILE_FLAG_OVERLAPPED, one, other);
}

apr_status_t brood_os_stream_read(brood_os_handle_t stream, void *buffer, size_t *length,
                                  brood_os_deadline_t deadline) {
    HANDLE pipe = brood__native(stream);
    DWORD size = *length < READ_MOST ? (DWORD)*length : READ_MOST;
    DWORD done = 0;
    apr_status_t status;
    *length = 0;
    BROOD_FAULT("os.stream_read");
    if (size == 0) {
        return APR_EINVAL;
    }
    if (brood__has_passed(deadline)) {
        /* One reader at a time: what is there now is there for the read below. */
        DWORD available;
        status = brood__pipe_peek(pipe, &available);
        if (status != APR_SUCCESS || available == 0) {
            return status != APR_SUCCESS ? status : APR_TIMEUP;
        }
    }
    do { /* ends with bytes, the deadline or an error; 0 bytes: the peer wrote nothing */
        status = brood__pipe_transfer(pipe, BROOD__READ, buffer, size, &done, deadline);
    } while (status == APR_SUCCESS && done == 0);
    *length = done;
    return status;
}

/* As the system fills it for FilePipeLocalInformation. */
typedef struct pipe_local_t {
    ULONG type, configuration, most_instances, instances;
    ULONG inbound_quota, read_available, outbound_quota, write_available;
    ULONG state, end;
} pipe_local_t;

typedef LONG(NTAPI *query_file_t)(HANDLE file, void *io_status, void *buffer, ULONG size,
                                  int kind);

/* How much a write may hold to be done at once and whole. A pending write cannot be taken
 * back without doubt unless it is of one byte, which is gone or is not: so one byte where the
 * system does not tell, or tells 0 because the peer is waiting to read. */
static DWORD certain_room(HANDLE pipe) {
    enum { file_pipe_local_information = 24 };
    ULONG_PTR io_status[2] = {0, 0};
    pipe_local_t local;
    query_file_t query =
        (query_file_t)(void (*)(void))brood__ntdll("NtQueryInformationFile");
    if (query == NULL ||
        query(pipe, io_status, &local, sizeof local, file_pipe_local_information) < 0) {
        return 1;
    }
    return local.write_available == 0 ? 1 : local.write_available;
}

apr_status_t brood_os_stream_write(brood_os_handle_t stream, const void *buffer,
                                   size_t *length, brood_os_deadline_t deadline) {
    HANDLE pipe = brood__native(stream);
    DWORD size = *length < WRITE_MOST ? (DWORD)*length : WRITE_MOST;
    DWORD done = 0;
    *length = 0;
    BROOD_FAULT("os.stream_write");
    if (size == 0) {
        return APR_EINVAL;
    }
    if (brood__has_passed(deadline)) {
        DWORD room = certain_room(pipe);
        size = size < room ? size : room;
    }
    /* The transfer only reads from the buffer: its type serves both directions. */
    apr_status_t status = brood__pipe_transfer(
        pipe, BROOD__WRITE, (void *)(uintptr_t)buffer, size, &done, deadline);
    *length = done;
    return status;
}

apr_status_t brood_os_stream_readable(brood_os_handle_t stream,
                                      brood_os_deadline_t deadline) {
    HANDLE pipe = brood__native(stream);
    char nothing;
    BROOD_FAULT("os.stream_readable");
    for (;;) { /* ends with data, the end of the stream, the deadline or an error */
        DWORD available;
        DWORD done;
        apr_status_t status = brood__pipe_peek(pipe, &available);
        if (status != APR_SUCCESS || available > 0) {
            return status == APR_EOF ? APR_SUCCESS : status;
        }
        if (brood__has_passed(deadline)) {
            return APR_TIMEUP;
        }
        status = brood__pipe_transfer(pipe, BROOD__READ, &nothing, 0, &done, deadline);
        if (status != APR_SUCCESS && status != APR_EOF) {
            return status;
        }
    }
}

apr_status_t brood_os_stream_finish(brood_os_handle_t stream) {
    (void)stream;
    BROOD_FAULT("os.stream_finish");
    return APR_ENOTIMPL; /* a pipe has one state for both directions */
}
