/* Barrier: a place where a number of parties wait for each other. */
#ifndef BROOD_BARRIER_H
#define BROOD_BARRIER_H

#include "brood/status.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

BROOD_END_DECLS

#endif
