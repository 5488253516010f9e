/* Condition: waiting until somebody says that something has changed. */
#ifndef BROOD_CONDITION_H
#define BROOD_CONDITION_H

#include "brood/status.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

BROOD_END_DECLS

#endif
