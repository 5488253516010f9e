/* Processors: those of the machine, of the affinity mask, and the hard cap of the job. */
#include "system.h"
#include "os/cpu.h"

unsigned brood_os_cpu_online(void) {
    return (unsigned)GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
}

unsigned brood_os_cpu_count(void) {
    DWORD_PTR mine = 0;
    DWORD_PTR all = 0;
    unsigned count = 0;
    if (GetProcessAffinityMask(GetCurrentProcess(), &mine, &all)) {
        for (; mine != 0; mine &= mine - 1) {
            ++count;
        }
    }
    if (count == 0) { /* threads in several processor groups have no one mask */
        count = brood_os_cpu_online();
    }
    return count == 0 ? 1 : count;
}

/* The rate is in hundredths of a percent of the whole machine. Wine does not know the question. */
uint64_t brood_os_cpu_quota(void) {
    JOBOBJECT_CPU_RATE_CONTROL_INFORMATION rate;
    const DWORD hard =
        JOB_OBJECT_CPU_RATE_CONTROL_ENABLE | JOB_OBJECT_CPU_RATE_CONTROL_HARD_CAP;
    if (!QueryInformationJobObject(NULL, JobObjectCpuRateControlInformation, &rate,
                                   sizeof rate, NULL) ||
        (rate.ControlFlags & hard) != hard) {
        return 0;
    }
    return (uint64_t)rate.CpuRate * brood_os_cpu_online() / 10;
}
