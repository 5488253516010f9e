/* Exit: how a process of Brood ends. Internal. */
#ifndef BROOD_COMMON_EXIT_H
#define BROOD_COMMON_EXIT_H

/* Joins and ends the children and leaves the session; once, whoever calls it first. It is
 * registered with atexit(). */
void brood__exit_sequence(void);

/* In a forked child: the sequence is still to come. */
void brood__exit_after_fork(void);

/* Ends a forked child: the sequence, its output flushed, and no exit handler of the parent. */
void brood__exit_forked(int code);

/* A daemon's own thread, which ends the process when its parent has died. */
int brood__exit_with_parent(void);

#endif
