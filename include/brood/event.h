/* Event: a flag that many may wait for. */
#ifndef BROOD_EVENT_H
#define BROOD_EVENT_H

#include "brood/status.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

BROOD_END_DECLS

#endif
