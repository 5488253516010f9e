/* At fork: what the program wants to run around a fork of Brood's. Internal. */
#ifndef BROOD_COMMON_AT_FORK_H
#define BROOD_COMMON_AT_FORK_H

#include "brood/at_fork.h"

/* The functions that are registered at the time of a fork; NULL: none. */
typedef struct brood__at_fork_t brood__at_fork_t;

/* Runs what is to run before. One of the other two follows on each side. */
apr_status_t brood__at_fork_before(brood__at_fork_t **hooks);
void brood__at_fork_in_parent(brood__at_fork_t *hooks);
void brood__at_fork_in_child(brood__at_fork_t *hooks);

/* In a forked child, first of all. */
void brood__at_fork_after_fork(void);

#endif
