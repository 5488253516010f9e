/* Brood: processes for C programs, the same on Linux, macOS and Windows.
 * This header includes all the others; each of them is the manual of its concept. */
#ifndef BROOD_BROOD_H
#define BROOD_BROOD_H

#include "brood/boot.h"
#include "brood/connection.h"
#include "brood/descriptor.h"
#include "brood/lock.h"
#include "brood/process.h"
#include "brood/queue.h"
#include "brood/status.h"
#include "brood/types.h"
#include "brood/values.h"

#endif
