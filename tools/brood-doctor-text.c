/* brood-doctor for people. */
#include "brood-doctor.h"

#include <apr_time.h>
#include <stdio.h>

/* "3.2 s", "14 min", "5 h"; "?" for what is not known or lies ahead. */
static const char *age(apr_time_t since, char text[32]) {
    apr_time_t now = apr_time_now();
    double seconds = since <= 0 || since > now ? -1 : (double)(now - since) / 1e6;
    if (seconds < 0) {
        (void)snprintf(text, 32, "?");
    } else if (seconds < 120) {
        (void)snprintf(text, 32, "%.1f s", seconds);
    } else if (seconds < 7200) {
        (void)snprintf(text, 32, "%.0f min", seconds / 60);
    } else {
        (void)snprintf(text, 32, "%.1f h", seconds / 3600);
    }
    return text;
}

/* "pid 4711 (Worker-3)", "pid 4711 (Worker-3), DEAD". */
static const char *who(const brood_doctor_process_t *process, char text[96]) {
    if (process->pid == 0) {
        (void)snprintf(text, 96, "a process that is gone, DEAD");
    } else {
        (void)snprintf(text, 96, "pid %lld (%s)%s", (long long)process->pid,
                       process->name, process->is_alive ? "" : ", DEAD");
    }
    return text;
}

static const char *thread_of(uint32_t thread, char text[32]) {
    text[0] = '\0';
    if (thread != 0) {
        (void)snprintf(text, 32, ", thread %lu", (unsigned long)thread);
    }
    return text;
}

static void print_hold(const brood_doctor_hold_t *hold) {
    char process[96], thread[32];
    printf("    %-24s %s%s", hold->object, who(&hold->process, process),
           thread_of(hold->thread, thread));
    if (hold->depth > 1) {
        printf(", %lu times", (unsigned long)hold->depth);
    }
    printf(" [%s]\n", hold->what);
}

static void print_wait(const brood_doctor_wait_t *wait) {
    char process[96], thread[32], since[32];
    printf("    %-24s %s%s, for %s [%s]\n", wait->object, who(&wait->process, process),
           thread_of(wait->thread, thread), age(wait->since, since), wait->what);
}

static void print_deadlock(const brood_doctor_deadlock_t *deadlock) {
    char one[96], other[96], thread[32], since[32];
    printf("  DEADLOCK of %llu:\n", (unsigned long long)deadlock->count);
    for (size_t i = 0; i < deadlock->count; i++) {
        const brood_doctor_edge_t *edge = &deadlock->edges[i];
        printf("    %s%s waits for %s for %s,\n", who(&edge->wait.process, one),
               thread_of(edge->wait.thread, thread), edge->wait.object,
               age(edge->wait.since, since));
        printf("      which %s%s holds\n", who(&edge->hold.process, other),
               thread_of(edge->hold.thread, thread));
    }
}

static void print_processes(const brood_doctor_session_t *session) {
    char process[96], since[32];
    printf("  processes: %llu\n", (unsigned long long)session->process_count);
    for (size_t i = 0; i < session->process_count; i++) {
        printf("    %s, since %s\n", who(&session->processes[i], process),
               age(session->processes[i].since, since));
    }
}

static void print_objects(const brood_doctor_session_t *session) {
    printf("  objects: %llu\n", (unsigned long long)session->object_count);
    for (size_t i = 0; i < session->object_count; i++) {
        const brood_doctor_object_t *object = &session->objects[i];
        printf("    %-24s %s\n", object->name, object->state);
    }
}

static void print_number(unsigned number, const char *what) {
    if (number != 0) {
        printf(", %u %s", number, what);
    }
}

static void print_queue(const brood_doctor_queue_t *queue) {
    const brood_queue_counts_t *counts = &queue->counts;
    printf("    %-24s %s, %llu put (%llu bytes), %llu taken (%llu bytes)", queue->object,
           queue->state, (unsigned long long)counts->puts,
           (unsigned long long)counts->put_bytes, (unsigned long long)counts->gets,
           (unsigned long long)counts->get_bytes);
    printf(", waits: %llu for room, %llu for a message",
           (unsigned long long)counts->put_waits, (unsigned long long)counts->get_waits);
    print_number(counts->most_items, "in it at the most");
    print_number(counts->owner_deaths, "died in the middle");
    print_number(queue->unfinished, "not done with");
    print_number(queue->queued, "beside the ring");
    print_number(queue->reserved, "reserved");
    print_number(queue->taken, "taken");
    print_number(queue->leased, "on lease");
    print_number(queue->returned, "come back");
    print_number(queue->failed, "failed");
    printf("\n");
}

static void print_queues(const brood_doctor_session_t *session) {
    if (session->queue_count == 0) {
        return;
    }
    printf("  queues: %llu\n", (unsigned long long)session->queue_count);
    for (size_t i = 0; i < session->queue_count; i++) {
        print_queue(&session->queues[i]);
    }
}

static void print_session(const brood_doctor_session_t *session) {
    printf("session %016llx\n", (unsigned long long)session->id);
    print_processes(session);
    print_objects(session);
    print_queues(session);
    printf("  held: %llu\n", (unsigned long long)session->hold_count);
    for (size_t i = 0; i < session->hold_count; i++) {
        print_hold(&session->holds[i]);
    }
    printf("  waited for: %llu\n", (unsigned long long)session->wait_count);
    for (size_t i = 0; i < session->wait_count; i++) {
        print_wait(&session->waits[i]);
    }
    for (size_t i = 0; i < session->deadlock_count; i++) {
        print_deadlock(&session->deadlocks[i]);
    }
    if (session->stale != 0) {
        printf("  STALE: %llu, of the dead\n", (unsigned long long)session->stale);
    }
}

static void print_block(const brood_block_info_t *block) {
    char since[32];
    printf("  %-30s %llu bytes, made by pid %lld%s, since %s%s%s%s\n", block->name,
           (unsigned long long)block->size, (long long)block->owner_pid,
           block->owner_is_alive ? "" : " (dead)", age(block->since, since),
           block->is_held ? ", held" : ", not held",
           block->is_persistent ? ", persistent" : "",
           block_is_stale(block) ? ", STALE" : "");
}

void print_text(const findings_t *findings) {
    if (findings->reclaim) {
        printf("reclaimed: what %llu dead processes left, and %llu names of blocks\n",
               (unsigned long long)findings->dead_reclaimed,
               (unsigned long long)findings->blocks_reclaimed);
    }
    for (size_t i = 0; i < findings->session_count; i++) {
        print_session(&findings->sessions[i]);
    }
    if (findings->block_count != 0) {
        printf("named blocks: %llu\n", (unsigned long long)findings->block_count);
    }
    for (size_t i = 0; i < findings->block_count; i++) {
        print_block(&findings->blocks[i]);
    }
    printf("%llu sessions, %llu problems\n", (unsigned long long)findings->session_count,
           (unsigned long long)problems(findings));
}
