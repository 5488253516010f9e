/* Processors: the quota of the control groups that this process is in.
 *
 * /proc/self/cgroup names the group: a line "0::PATH" for version 2, "N:…,cpu,…:PATH" for version
 * 1. Each group above it may have a tighter quota, so all of them are looked at, up to the mount.
 * In a container the path may be one of the host's, which is not there: then the mount's own root
 * is the container's group, and the walk up comes to it all the same. */
#include "posix.h"

#include "os/cpu.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the controllers are mounted, by convention of every distribution. */
static const char *const mounts_2[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
static const char *const mounts_1[] = {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct",
                                       "/sys/fs/cgroup/cpuacct,cpu"};

/* Reads a small file as text: 1, or 0 when there is none. */
static int read_file(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = -1;
    size_t have = 0;

    if (fd < 0) {
        return 0;
    }
    while (have + 1 < size && (length = read(fd, text + have, size - 1 - have)) > 0) {
        have += (size_t)length;
    }
    (void)close(fd);
    text[have] = '\0';
    return have > 0;
}

static uint64_t share_of(long long quota, long long period) {
    return quota > 0 && period > 0
               ? ((uint64_t)quota * 1000 + (uint64_t)period - 1) / (uint64_t)period
               : 0;
}

/* "max 100000" or "150000 100000" in cpu.max; 0: no limit, or no such file. */
static uint64_t quota_2(const char *group) {
    char path[4200], text[100];
    long long quota, period;

    (void)snprintf(path, sizeof path, "%s/cpu.max", group);
    return read_file(path, text, sizeof text) &&
                   sscanf(text, "%lld %lld", &quota, &period) == 2
               ? share_of(quota, period)
               : 0;
}

/* Two files, the quota -1 without a limit. */
static uint64_t quota_1(const char *group) {
    char path[4200], text[100];
    long long quota;

    (void)snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", group);
    if (!read_file(path, text, sizeof text)) {
        return 0;
    }
    quota = strtoll(text, NULL, 10);
    (void)snprintf(path, sizeof path, "%s/cpu.cfs_period_us", group);
    return read_file(path, text, sizeof text) ? share_of(quota, strtoll(text, NULL, 10))
                                              : 0;
}

/* The least of the group and those above it, up to the mount itself. */
static uint64_t least_quota(const char *mount, const char *path,
                            uint64_t (*quota_of)(const char *group)) {
    char group[4096];
    const size_t root = strlen(mount);
    uint64_t least = 0;

    if ((size_t)snprintf(group, sizeof group, "%s%s", mount, path) >= sizeof group) {
        group[root] = '\0';
    }
    for (;;) { /* ends at the mount: each round cuts one name off */
        uint64_t quota = quota_of(group);
        char *slash = strrchr(group, '/');

        if (quota != 0 && (least == 0 || quota < least)) {
            least = quota;
        }
        if (strlen(group) <= root || slash == NULL || slash < group + root) {
            return least;
        }
        *slash = '\0';
    }
}

/* Whether "cpu" is one of the names in a list with commas. */
static int has_cpu(const char *names, size_t length) {
    while (length > 0) {
        const char *comma = memchr(names, ',', length);
        size_t one = comma != NULL ? (size_t)(comma - names) : length;

        if (one == 3 && memcmp(names, "cpu", 3) == 0) {
            return 1;
        }
        one += comma != NULL;
        names += one;
        length -= one;
    }
    return 0;
}

static uint64_t least_of_mounts(const char *const *mounts, size_t count, const char *path,
                                uint64_t (*quota_of)(const char *group)) {
    uint64_t least = 0;
    size_t i;

    for (i = 0; i < count && least == 0; i++) {
        least = least_quota(mounts[i], path, quota_of);
    }
    return least;
}

/* One line: "number:names:path". */
static uint64_t quota_of_line(const char *line) {
    const char *names = strchr(line, ':');
    const char *path = names != NULL ? strchr(names + 1, ':') : NULL;

    if (path == NULL) {
        return 0;
    }
    names++;
    if (path == names) {
        return least_of_mounts(mounts_2, sizeof mounts_2 / sizeof mounts_2[0], path + 1,
                               quota_2);
    }
    return has_cpu(names, (size_t)(path - names))
               ? least_of_mounts(mounts_1, sizeof mounts_1 / sizeof mounts_1[0], path + 1,
                                 quota_1)
               : 0;
}

uint64_t brood_os_cpu_quota(void) {
    char text[8192];
    char *line, *end;
    uint64_t least = 0;

    if (!read_file("/proc/self/cgroup", text, sizeof text)) {
        return 0;
    }
    for (line = text; line != NULL && *line != '\0'; line = end) {
        uint64_t quota;

        end = strchr(line, '\n');
        if (end != NULL) {
            *end++ = '\0';
        }
        quota = quota_of_line(line);
        if (quota != 0 && (least == 0 || quota < least)) {
            least = quota;
        }
    }
    return least;
}
