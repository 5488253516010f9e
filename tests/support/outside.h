/* What a test does to a process from outside, whoever's child it is. */
#ifndef BROOD_TEST_OUTSIDE_H
#define BROOD_TEST_OUTSIDE_H

#include <apr_errno.h>
#include <stdint.h>

/* Kills, stops and continues a process by its number. APR_ENOTIMPL where that cannot be. */
apr_status_t brood_test_kill(int64_t pid);
#define BROOD_TEST_KILLED 137 /* its exit code then on Windows, elsewhere -9 */
apr_status_t brood_test_stop(int64_t pid);
apr_status_t brood_test_continue(int64_t pid);

/* What the terminal does at Ctrl-C. APR_ENOTIMPL where that cannot be done. */
apr_status_t brood_test_interrupt(int64_t pid);

/* How many of a process's sockets can be reached by a name; -1: not to be told. */
int brood_test_named_sockets(int64_t pid);

/* How many files this process may have open: sets it (0: as many as it may set), and says what it
 * was before. APR_ENOTIMPL where there is no such limit. */
apr_status_t brood_test_limit_files(uint64_t limit, uint64_t *before);

/* Waits until the process is stopped. APR_TIMEUP: it is not within ten seconds; APR_EGENERAL:
 * there is no such process; APR_ENOTIMPL: this system does not say. */
apr_status_t brood_test_await_stopped(int64_t pid);

/* Whether this system can signal a process that is not a child, and be sure who that is. */
int brood_test_strangers_hear(void);

/* 1: this program is watched, or run, by a tool that does not bear threads in the forked child of
 * a process with threads (ThreadSanitizer, QEMU). */
int brood_test_fears_forks(void);

/* Whether a process with that number exists that has not ended. */
int brood_test_lives(int64_t pid);

/* How many processes there are, zombies too, whose parent is `pid`; -1: not to be told. */
int brood_test_children_of(int64_t pid);

/* Makes the file at `to` a copy of this program in which one byte of the build identity
 * differs, and executable. APR_ENOTIMPL where no build identity was found. */
apr_status_t brood_test_other_build(const char *to);

#endif
