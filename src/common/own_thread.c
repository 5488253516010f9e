/* Own threads: how many of this process's threads are the library's.
 *
 * They are counted when they exist: who counts a moment earlier finds one thread of the program
 * too many, and never one too few. They last as long as the process. */
#include "own_thread.h"

#include "os/process.h"
#include "os/thread.h"
#include <stdatomic.h>

static atomic_uint own;

apr_status_t brood__own_thread_start(void (*run)(void *data), void *data) {
    apr_status_t rv = brood_os_thread_start(run, data);
    if (rv == APR_SUCCESS) {
        atomic_fetch_add(&own, 1);
    }
    return rv;
}

unsigned brood__program_threads(void) {
    unsigned all = brood_os_thread_count();
    unsigned ours = atomic_load(&own);
    return all == 0 ? 0 : all > ours ? all - ours : 1;
}

void brood__own_thread_after_fork(void) {
    atomic_store(&own, 0);
}
