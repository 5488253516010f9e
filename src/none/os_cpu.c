/* Processors on a system that does not count them. */
#include "os/cpu.h"

unsigned brood_os_cpu_online(void) {
    return 0;
}

unsigned brood_os_cpu_count(void) {
    return 1;
}

uint64_t brood_os_cpu_quota(void) {
    return 0;
}
