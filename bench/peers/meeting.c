/* Where the two ends of a channel meet. */
#include "peers/meeting.h"

#include "support/say.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int bench_meeting_open(bench_channel_t *channel) {
    static unsigned number;
    bench_meeting_t *meeting = mmap(NULL, sizeof *meeting, PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (meeting == MAP_FAILED) {
        bench_say_errno("mmap");
        return -1;
    }
    snprintf(meeting->name, sizeof meeting->name, "brood-bench-%ld-%u", (long)getpid(),
             number++);
    channel->object = meeting;
    channel->other = NULL;
    return 0;
}

void bench_meeting_close(bench_channel_t *channel) {
    munmap(channel->object, sizeof(bench_meeting_t));
}

void bench_meeting_leave(bench_channel_t *channel, int is_reader) {
    bench_meeting_t *meeting = channel->object;
    if (is_reader) {
        atomic_store(&meeting->read_all, 1);
        return;
    }
    while (!atomic_load(&meeting->read_all))
        sched_yield();
}
