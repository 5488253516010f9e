/* Brood: processes for C programs, the same on Linux, macOS and Windows.
 * This header includes all the others; each of them is the manual of its concept. */
#ifndef BROOD_BROOD_H
#define BROOD_BROOD_H

#include "brood/at_fork.h"
#include "brood/barrier.h"
#include "brood/block.h"
#include "brood/boot.h"
#include "brood/command.h"
#include "brood/condition.h"
#include "brood/connection.h"
#include "brood/context.h"
#include "brood/cpu.h"
#include "brood/descriptor.h"
#include "brood/doctor.h"
#include "brood/event.h"
#include "brood/family.h"
#include "brood/fork.h"
#include "brood/forkserver.h"
#include "brood/finalizer.h"
#include "brood/lock.h"
#include "brood/log.h"
#include "brood/message.h"
#include "brood/parent.h"
#include "brood/process.h"
#include "brood/process_type.h"
#include "brood/queue.h"
#include "brood/rlock.h"
#include "brood/semaphore.h"
#include "brood/shareable_list.h"
#include "brood/shared.h"
#include "brood/status.h"
#include "brood/stop.h"
#include "brood/types.h"
#include "brood/values.h"
#include "brood/wait.h"

#endif
