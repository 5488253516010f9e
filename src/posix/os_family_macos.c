/* Families on macOS: one look at the system's table of processes, which tells number, birth, parent
 * and state of each together. */
#include "posix.h"

#include "os/family.h"
#include <stdlib.h>
#include <sys/sysctl.h>

typedef struct kinfo_proc entry_t;

/* The whole table, of malloc(). It grows between the question for its size and that for itself. */
static apr_status_t read_table(entry_t **table, size_t *count) {
    int name[3] = {CTL_KERN, KERN_PROC, KERN_PROC_ALL};
    entry_t *entries = NULL;
    int error = ENOMEM;

    *table = NULL;
    while (error == ENOMEM) { /* ends with the table, or for want of memory */
        size_t size = 0;
        entry_t *more;

        if (sysctl(name, 3, NULL, &size, NULL, 0) != 0) {
            error = errno;
            break;
        }
        size += size / 4 + sizeof *entries;
        more = realloc(entries, size);
        if (more == NULL) {
            break;
        }
        entries = more;
        error = sysctl(name, 3, entries, &size, NULL, 0) == 0 ? 0 : errno;
        *count = size / sizeof *entries;
    }
    if (error != 0) {
        free(entries);
        return APR_FROM_OS_ERROR(error);
    }
    *table = entries;
    return APR_SUCCESS;
}

/* Whether it, or its parent, has the number of one that is known. */
static int is_wanted(const entry_t *entry, const brood_os_identity_t *known,
                     size_t known_count) {
    size_t i;

    for (i = 0; i < known_count; i++) {
        if (known[i].pid > 0 && (known[i].pid == entry->kp_proc.p_pid ||
                                 known[i].pid == entry->kp_eproc.e_ppid)) {
            return 1;
        }
    }
    return 0;
}

static brood_os_relative_t relative_of(const entry_t *entry) {
    brood_os_relative_t relative;

    relative.self.pid = entry->kp_proc.p_pid;
    /* as brood__info_read() has it */
    relative.self.birth = (uint64_t)entry->kp_proc.p_starttime.tv_sec * 1000000U +
                          (uint64_t)entry->kp_proc.p_starttime.tv_usec;
    relative.parent = entry->kp_eproc.e_ppid;
    relative.quiet = entry->kp_proc.p_stat == SSTOP;
    return relative;
}

apr_status_t brood_os_family_list(const brood_os_identity_t *known, size_t known_count,
                                  brood_os_relative_t *list, size_t room, size_t *count) {
    apr_status_t status;
    entry_t *table;
    size_t entries = 0, i;

    *count = 0;
    BROOD_FAULT("os.family_list");
    status = read_table(&table, &entries);
    for (i = 0; status == APR_SUCCESS && i < entries; i++) {
        if (table[i].kp_proc.p_stat != SZOMB &&
            is_wanted(&table[i], known, known_count)) {
            if (*count < room) {
                list[*count] = relative_of(&table[i]);
            }
            ++*count;
        }
    }
    free(table);
    return status;
}

apr_status_t brood_os_family_wake_with_parent(int instead) {
    (void)instead;
    BROOD_FAULT("os.family_wake_with_parent");
    return APR_ENOTIMPL;
}
