/* Exit: how a process of Brood ends. Internal. */
#ifndef BROOD_COMMON_EXIT_H
#define BROOD_COMMON_EXIT_H

#include "os/types.h"

/* Joins and ends the children and leaves the session; once, whoever calls it first. It is
 * registered with atexit(). */
void brood__exit_sequence(void);

/* In a forked child: the sequence is still to come, and the library's threads are not here. */
void brood__exit_after_fork(void);

/* Ends a forked child: the sequence, its output flushed, and no exit handler of the parent. */
void brood__exit_forked(int code);

/* From now on this process ends when its parent does, as brood__current.end_with_parent says. */
apr_status_t brood__exit_with_parent(void);

#endif
