/* Processors: what the affinity and the limits of this process leave it. */
#include "brood/cpu.h"

#include "os/cpu.h"

unsigned brood_cpu_count(void) {
    unsigned count = brood_os_cpu_count();
    uint64_t quota = brood_os_cpu_quota();
    uint64_t limit = quota / 1000 + (quota % 1000 != 0);
    return quota != 0 && limit < count ? (unsigned)limit : count;
}

unsigned brood_cpu_online(void) {
    return brood_os_cpu_online();
}
