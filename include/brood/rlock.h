/* Rlock: a lock that its holder may take again. */
#ifndef BROOD_RLOCK_H
#define BROOD_RLOCK_H

#include "brood/status.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

BROOD_END_DECLS

#endif
