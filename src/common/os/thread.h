/* Threads of the library's own. */
#ifndef BROOD_OS_THREAD_H
#define BROOD_OS_THREAD_H

#include "os/types.h"

/* Starts a thread that nobody joins. It has a small stack, and no signal of the program is ever
 * handled on it: handlers run in threads of the program, and a signal that those have blocked
 * stays pending. It ends when `run` returns, or with the process. */
apr_status_t brood_os_thread_start(void (*run)(void *data), void *data);

#endif
