/* Exit: how a process of Brood ends. Internal. */
#ifndef BROOD_COMMON_EXIT_H
#define BROOD_COMMON_EXIT_H

#include "os/types.h"

/* Runs the finalizers, joins and ends the children; once, whoever calls it first. It is registered
 * with atexit(), to run before the session ends. */
void brood__exit_sequence(void);

/* In a forked child: the sequence is still to come, and the library's threads are not here. */
void brood__exit_after_fork(void);

/* In a forked child that runs a function: its exit() is to end it before the exit handlers that
 * it has from its parent, and after its own. */
void brood__exit_prepare_forked(void);

/* Ends a forked child: the sequence, what is registered with its pool, its output flushed, and no
 * exit handler of the parent; its own where exit() can be told from them. */
void brood__exit_forked(int code);

/* From now on this process ends when its parent does, as brood__current.end_with_parent says. */
apr_status_t brood__exit_with_parent(void);

#endif
