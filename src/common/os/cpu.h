/* Processors: how many there are, and how many this process may use. */
#ifndef BROOD_OS_CPU_H
#define BROOD_OS_CPU_H

#include <stdint.h>

/* How many processors of the machine are online; 0 when the system does not say. */
unsigned brood_os_cpu_online(void);

/* How many processors this process may run on (its affinity, not the machine's count);
 * at least 1. */
unsigned brood_os_cpu_count(void);

/* How much processor time the system gives to this process and those it shares a limit with, in
 * thousandths of one processor's; 0: as much as there is. Linux: the quota of its control groups;
 * Windows: the hard cap of its job. */
uint64_t brood_os_cpu_quota(void);

#endif
