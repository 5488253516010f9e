/* Threads on a system that has none. */
#include "os/thread.h"

apr_status_t brood_os_thread_start(void (*run)(void *data), void *data) {
    (void)run;
    (void)data;
    return APR_ENOTIMPL;
}
