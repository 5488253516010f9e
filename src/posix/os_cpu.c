/* Processors: what sysconf() says, and the affinity where there is one. The limits are in
 * os_cpu_linux.c and its like. */
#include "posix.h"

#include "os/cpu.h"
#include <sched.h>
#include <unistd.h>

unsigned brood_os_cpu_online(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count > 0 ? (unsigned)count : 0;
}

unsigned brood_os_cpu_count(void) {
    unsigned count;

#ifdef __linux__
    /* Room for 16384 processors: the kernel refuses a set that is smaller than its own. */
    cpu_set_t sets[16];

    if (sched_getaffinity(0, sizeof sets, sets) == 0) {
        count = (unsigned)CPU_COUNT_S(sizeof sets, sets);
        if (count > 0) {
            return count;
        }
    }
#endif
    count = brood_os_cpu_online();
    return count > 0 ? count : 1;
}
