/* The table of processes of macOS. */
#include "posix.h"

#include "identity_info.h"
#include <string.h>
#include <sys/sysctl.h>

int brood__info_read(pid_t pid, brood_info_t *about) {
    int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)pid};
    struct kinfo_proc entry;
    size_t size = sizeof entry;

    memset(about, 0, sizeof *about);
    memset(&entry, 0, sizeof entry);
    if (sysctl(name, 4, &entry, &size, NULL, 0) != 0) {
        return -1;
    }
    if (size == 0 || entry.kp_proc.p_pid != pid) {
        errno = ESRCH;
        return -1;
    }
    about->birth = (uint64_t)entry.kp_proc.p_starttime.tv_sec * 1000000U +
                   (uint64_t)entry.kp_proc.p_starttime.tv_usec;
    about->is_zombie = entry.kp_proc.p_stat == SZOMB;
    return 0;
}
