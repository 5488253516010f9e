/* Family: ending a process with all its descendants. Internal. */
#ifndef BROOD_COMMON_FAMILY_H
#define BROOD_COMMON_FAMILY_H

#include "brood/family.h"
#include "os/identity.h"

/* Ends all descendants of a process, and itself unless that is the caller. `participant` is its
 * id in the session, or 0 for an external program; `identity` has a pid of 0 when only that is
 * known. *count (or NULL) receives how many were told. Statuses as brood_process_kill_tree().
 * Calls no APR pool: an own thread may use it. */
apr_status_t brood__family_end(const brood_os_identity_t *identity, uint32_t participant,
                               brood_stop_what_t how, size_t *count);

#endif
