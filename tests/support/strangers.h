/* Strangers: external programs with children, and a program's own ways with signals. */
#ifndef BROOD_TEST_STRANGERS_H
#define BROOD_TEST_STRANGERS_H

#include "os/process.h"
#include <stddef.h>
#include <stdint.h>

/* This program as one that knows nothing of Brood: started with these arguments it never
 * returns. To be called first in main. */
void brood_test_stranger(int argc, char **argv);

/* Starts one, with so many children, which are strangers, too. They live until they are ended, a minute at
 * the most.
 * Each adds a byte to the file when it is there. */
apr_status_t brood_test_stranger_start(brood_os_process_t *process, unsigned children,
                                       const char *file);

/* Waits until the file has so many bytes: 1. 0: it has not within 20 seconds. */
int brood_test_await_bytes(const char *file, size_t bytes);

/* Waits until the process is no more, or over and not reaped: the microseconds that took; -1:
 * it lives after 20 seconds. */
int64_t brood_test_await_gone(int64_t pid);

/* How many processes bear the mark among their arguments, the two excepted; children of this
 * process that are not reaped count, too. Windows: those of this program's name. The first of them is put into
 * *first. -1: not to be told. */
int brood_test_marked(const char *mark, int64_t except, int64_t or_except,
                      int64_t *first);

/* ---- signals: nothing of it exists on Windows ------------------------------------------ */

/* Blocks all signals in the calling thread. */
void brood_test_block_signals(void);

/* What the process has told the system to do with each signal, and what this thread blocks, as
 * bytes that can be compared. Returns how many; 0: there are no signals. */
size_t brood_test_signal_state(unsigned char *bytes, size_t room);

/* What becomes of ended children: 0: they wait to be reaped; 1: SIGCHLD is ignored; 2:
 * SA_NOCLDWAIT. Returns 0 where there is no such choice. */
int brood_test_ignore_children(int how);

/* A thread that calls wait(-1) in a loop, as other libraries do. Returns 0 where there is none. */
int brood_test_reaper_start(void);
/* Reaps a child of this process behind Brood's back, if it is one that has ended. */
void brood_test_reap(int64_t pid);

/* Makes the next process get this number, if nobody else is faster. 0: that is not permitted
 * here, or impossible. */
int brood_test_next_number(int64_t pid);

/* When the process was created, as /proc tells it; 0: nobody tells. */
uint64_t brood_test_birth(int64_t pid);

/* Ends it; how many it has reaped. */
unsigned brood_test_reaper_stop(void);

#endif
