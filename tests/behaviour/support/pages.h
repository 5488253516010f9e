/* Whose pages a piece of memory consists of. */
#ifndef BEHAVIOUR_PAGES_H
#define BEHAVIOUR_PAGES_H

#include <stdint.h>
#include <stdio.h>

/* How much of the mapping around an address this process alone has written, in KiB: pages
 * shared with another process by copy-on-write do not count. -1 where the system does not
 * tell (it is Linux that does). */
static long own_kib(const void *address) {
    FILE *maps = fopen("/proc/self/smaps", "r");
    char line[512];
    int here = 0;
    long kib = -1;
    while (maps != NULL && kib < 0 && fgets(line, sizeof(line), maps) != NULL) {
        unsigned long long from, to;
        if (sscanf(line, "%llx-%llx ", &from, &to) == 2) {
            here = (uintptr_t)address >= from && (uintptr_t)address < to;
        } else if (here) {
            sscanf(line, "Private_Dirty: %ld", &kib);
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
    return kib;
}

#endif
