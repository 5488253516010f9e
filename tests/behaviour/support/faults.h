/* How often this process has come upon a page of memory that it did not have yet. */
#ifndef BEHAVIOUR_FAULTS_H
#define BEHAVIOUR_FAULTS_H

#ifdef _WIN32
#include <windows.h>

/* After windows.h, which it needs. */
#include <psapi.h>

static inline long long faults_so_far(void) {
    PROCESS_MEMORY_COUNTERS counters;
    return K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof(counters))
               ? (long long)counters.PageFaultCount
               : 0;
}

#else
#include <sys/resource.h>

static inline long long faults_so_far(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_minflt : 0;
}

#endif

#endif
