/* Processors: this system limits no process's share of them by a number. */
#include "os/cpu.h"

uint64_t brood_os_cpu_quota(void) {
    return 0;
}
