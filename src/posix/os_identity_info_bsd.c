/* The tables of processes of the BSDs: the same question, asked in four ways. */
#include "posix.h"

#include "identity_info.h"
#include <string.h>
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#ifdef __FreeBSD__
#include <sys/user.h>
#endif
#ifdef __DragonFly__
#include <sys/kinfo.h>
#endif

#if defined(__FreeBSD__)
typedef struct kinfo_proc entry_t;
#define NAME_LENGTH 4
#define NAME(pid) \
    { CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)(pid) }
#define ENTRY_PID(entry) ((entry).ki_pid)
#define ENTRY_SECONDS(entry) ((entry).ki_start.tv_sec)
#define ENTRY_MICROSECONDS(entry) ((entry).ki_start.tv_usec)
#define ENTRY_IS_ZOMBIE(entry) ((entry).ki_stat == SZOMB)
#elif defined(__DragonFly__)
typedef struct kinfo_proc entry_t;
#define NAME_LENGTH 4
#define NAME(pid) \
    { CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)(pid) }
#define ENTRY_PID(entry) ((entry).kp_pid)
#define ENTRY_SECONDS(entry) ((entry).kp_start.tv_sec)
#define ENTRY_MICROSECONDS(entry) ((entry).kp_start.tv_usec)
#define ENTRY_IS_ZOMBIE(entry) ((entry).kp_stat == SZOMB)
#elif defined(__OpenBSD__)
typedef struct kinfo_proc entry_t;
#define NAME_LENGTH 6
#define NAME(pid) \
    { CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)(pid), (int)sizeof(entry_t), 1 }
#define ENTRY_PID(entry) ((entry).p_pid)
#define ENTRY_SECONDS(entry) ((entry).p_ustart_sec)
#define ENTRY_MICROSECONDS(entry) ((entry).p_ustart_usec)
#define ENTRY_IS_ZOMBIE(entry) ((entry).p_stat == SDEAD || (entry).p_stat == SZOMB)
#elif defined(__NetBSD__)
typedef struct kinfo_proc2 entry_t;
#define NAME_LENGTH 6
#define NAME(pid) \
    { CTL_KERN, KERN_PROC2, KERN_PROC_PID, (int)(pid), (int)sizeof(entry_t), 1 }
#define ENTRY_PID(entry) ((entry).p_pid)
#define ENTRY_SECONDS(entry) ((entry).p_ustart_sec)
#define ENTRY_MICROSECONDS(entry) ((entry).p_ustart_usec)
#define ENTRY_IS_ZOMBIE(entry) ((entry).p_realstat == SZOMB)
#else
#error "no way to read this system's table of processes is known here"
#endif

int brood__info_read(pid_t pid, brood_info_t *about) {
    int name[NAME_LENGTH] = NAME(pid);
    entry_t entry;
    size_t size = sizeof entry;

    memset(about, 0, sizeof *about);
    memset(&entry, 0, sizeof entry);
    if (sysctl(name, NAME_LENGTH, &entry, &size, NULL, 0) != 0) {
        return -1;
    }
    if (size == 0 || ENTRY_PID(entry) != pid) {
        errno = ESRCH;
        return -1;
    }
    about->birth =
        (uint64_t)ENTRY_SECONDS(entry) * 1000000U + (uint64_t)ENTRY_MICROSECONDS(entry);
    about->is_zombie = ENTRY_IS_ZOMBIE(entry);
    return 0;
}

apr_status_t brood__info_signal(const brood_os_identity_t *identity, int number) {
    (void)identity;
    (void)number;
    return APR_ENOTIMPL;
}
