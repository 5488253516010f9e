/* Kernel handles: duplicate, close, and carry to another process. */
#ifndef BROOD_OS_HANDLE_H
#define BROOD_OS_HANDLE_H

#include "os/process.h"
#include "os/types.h"

/* How many handles one brood_os_handles_send() may carry at the most. */
#define BROOD_OS_HANDLES_MAX 128

/* Makes a second handle to the same kernel object. */
apr_status_t brood_os_handle_duplicate(brood_os_handle_t handle, brood_os_handle_t *copy);

/* Closes a handle, BROOD_OS_NO_HANDLE included, and returns BROOD_OS_NO_HANDLE.
 * On Windows a pending operation of the caller is cancelled first. */
brood_os_handle_t brood_os_handle_close(brood_os_handle_t handle);

/* Gives copies of `count` handles to the process `peer` that reads the other end of
 * `stream`. The sender keeps its own. The two calls pair up like a write and a read of the
 * stream: the receiver must call brood_os_handles_receive() with the same count at the same
 * place in the stream. A read before that place must not ask for more than lies before it: it
 * would take the handles' own bytes and lose the handles. `peer` names the receiver where the
 * system needs to know it (its process handle on Windows); POSIX does not look at it.
 * 0 < count <= BROOD_OS_HANDLES_MAX.
 * On POSIX a single byte 0 in the place of the handles makes the receive fail with
 * APR_EGENERAL and keeps the stream in step: for a sender that cannot send what it promised.
 * POSIX: SCM_RIGHTS. Win32: DuplicateHandle into the peer, the values written as bytes. */
apr_status_t brood_os_handles_send(brood_os_handle_t stream, const brood_os_process_t *peer,
                                   const brood_os_handle_t *handles, size_t count,
                                   brood_os_deadline_t deadline);

/* Receives exactly `count` handles. What the peer sent beyond that is closed and an error;
 * fewer than promised is APR_EGENERAL, the ones that came closed again. Pseudo handles and
 * numbers that name nothing are refused. APR_EOF: the peer is gone. */
apr_status_t brood_os_handles_receive(brood_os_handle_t stream, brood_os_handle_t *handles,
                                      size_t count, brood_os_deadline_t deadline);

/* Lists the handles open in this process into `handles` (at most `capacity`), and says in
 * *count how many there are. For the census and the leak ledger, not for closing. What the
 * seam itself keeps (on Windows: events of threads and sleepers) is left out. */
apr_status_t brood_os_handle_list(brood_os_handle_t *handles, size_t capacity,
                                  size_t *count);

#endif
