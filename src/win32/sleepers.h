/* Other threads' events, as far as this process has opened them. */
#ifndef BROOD_WIN32_SLEEPERS_H
#define BROOD_WIN32_SLEEPERS_H

#include "spots.h"

/* Makes the event of a new spot, and fills in the spot's name, pid and birth; NULL with
 * *status on failure. */
HANDLE brood__sleeper_create(brood__spot_t *spot, apr_status_t *status);

/* Wakes the sleeper of the spot with this index. Returns 1, or 0 when its event is gone or
 * its process has ended: then nobody was woken. */
int brood__sleeper_wake(const brood__spot_t *spot, uint32_t index);

/* Closes what is kept for one spot, or for all. */
void brood__sleeper_drop(uint32_t index);
void brood__sleepers_drop_all(void);

/* Whether this handle is one that is kept. */
int brood__sleepers_keep(HANDLE handle);

#endif
