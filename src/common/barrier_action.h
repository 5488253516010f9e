/* The action of a barrier on its way to another process: a place in a module. Internal. */
#ifndef BROOD_COMMON_BARRIER_ACTION_H
#define BROOD_COMMON_BARRIER_ACTION_H

#include "brood/barrier.h"
#include "handle.h"

/* NULL is allowed. BROOD_ENOTARGET: the action lies in no module. */
apr_status_t brood__action_pack(brood_barrier_action_fn *action, brood__parcel_t *parcel);

/* BROOD_ENOTARGET: its module is not here; BROOD_EBUILD: it is of another build;
 * BROOD_EENCODING. */
apr_status_t brood__action_unpack(brood_barrier_action_fn **action,
                                  brood__parcel_t *parcel);

#endif
