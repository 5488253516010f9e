/* brood-doctor for programs: one JSON object. Times are microseconds since 1970, 0: not known;
 * ids are strings of hexadecimal digits. Names come as printable UTF-8. */
#include "brood-doctor.h"

#include <stdio.h>

static void put_text(const char *name, const char *value) {
    printf("\"%s\":\"", name);
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\') {
            putchar('\\');
        }
        putchar((unsigned char)*value < 0x20 ? '?' : *value);
    }
    putchar('"');
}

static void put_number(const char *name, long long value) {
    printf(",\"%s\":%lld", name, value);
}

static void put_truth(const char *name, int value) {
    printf(",\"%s\":%s", name, value ? "true" : "false");
}

static void put_comma(size_t i) {
    if (i != 0) {
        putchar(',');
    }
}

static void put_process(const brood_doctor_process_t *one) {
    printf("{");
    put_text("name", one->name);
    put_number("pid", one->pid);
    put_number("participant", one->participant);
    put_truth("alive", one->is_alive);
    put_number("since", one->since);
    printf("}");
}

static void put_hold(const brood_doctor_hold_t *one) {
    printf("{");
    put_text("object", one->object);
    printf(",");
    put_text("what", one->what);
    put_number("thread", one->thread);
    put_number("depth", one->depth);
    printf(",\"process\":");
    put_process(&one->process);
    printf("}");
}

static void put_wait(const brood_doctor_wait_t *one) {
    printf("{");
    put_text("object", one->object);
    printf(",");
    put_text("what", one->what);
    put_number("thread", one->thread);
    put_number("since", one->since);
    printf(",\"process\":");
    put_process(&one->process);
    printf("}");
}

static void put_object(const brood_doctor_object_t *one) {
    printf("{");
    put_text("name", one->name);
    printf(",");
    put_text("kind", one->kind);
    printf(",");
    put_text("state", one->state);
    printf(",\"segment\":\"%016llx\"", (unsigned long long)one->segment);
    put_number("cell", one->cell);
    put_number("handles", one->handles);
    printf("}");
}

static void put_queue(const brood_doctor_queue_t *one) {
    const brood_queue_counts_t *counts = &one->counts;
    printf("{");
    put_text("object", one->object);
    printf(",");
    put_text("state", one->state);
    put_number("messages", one->messages);
    put_number("puts", (long long)counts->puts);
    put_number("put_bytes", (long long)counts->put_bytes);
    put_number("gets", (long long)counts->gets);
    put_number("get_bytes", (long long)counts->get_bytes);
    put_number("put_waits", (long long)counts->put_waits);
    put_number("get_waits", (long long)counts->get_waits);
    put_number("owner_deaths", counts->owner_deaths);
    put_number("most_items", counts->most_items);
    put_number("unfinished", one->unfinished);
    put_number("queued", one->queued);
    put_number("reserved", one->reserved);
    put_number("taken", one->taken);
    put_number("leased", one->leased);
    put_number("returned", one->returned);
    put_number("failed", one->failed);
    printf("}");
}

static void put_deadlock(const brood_doctor_deadlock_t *one) {
    printf("[");
    for (size_t i = 0; i < one->count; i++) {
        put_comma(i);
        printf("{\"wait\":");
        put_wait(&one->edges[i].wait);
        printf(",\"hold\":");
        put_hold(&one->edges[i].hold);
        printf("}");
    }
    printf("]");
}

/* A member that is an array. */
#define ARRAY(name, items, count, print)       \
    do {                                       \
        printf(",\"%s\":[", name);             \
        for (size_t i = 0; i < (count); i++) { \
            put_comma(i);                      \
            print(&(items)[i]);                \
        }                                      \
        printf("]");                           \
    } while (0)

static void put_session(const brood_doctor_session_t *one) {
    printf("{\"id\":\"%016llx\"", (unsigned long long)one->id);
    put_number("stale", (long long)one->stale);
    ARRAY("processes", one->processes, one->process_count, put_process);
    ARRAY("objects", one->objects, one->object_count, put_object);
    ARRAY("queues", one->queues, one->queue_count, put_queue);
    ARRAY("holds", one->holds, one->hold_count, put_hold);
    ARRAY("waits", one->waits, one->wait_count, put_wait);
    ARRAY("deadlocks", one->deadlocks, one->deadlock_count, put_deadlock);
    printf("}");
}

static void put_block(const brood_block_info_t *one) {
    printf("{");
    put_text("name", one->name);
    put_number("size", (long long)one->size);
    put_number("owner_pid", one->owner_pid);
    put_truth("owner_alive", one->owner_is_alive);
    put_truth("held", one->is_held);
    put_truth("persistent", one->is_persistent);
    put_truth("stale", block_is_stale(one));
    put_number("since", one->since);
    printf("}");
}

void print_json(const findings_t *findings) {
    printf("{\"problems\":%lld", (long long)problems(findings));
    if (findings->reclaim) {
        put_number("reclaimed_processes", (long long)findings->dead_reclaimed);
        put_number("reclaimed_blocks", (long long)findings->blocks_reclaimed);
    }
    ARRAY("sessions", findings->sessions, findings->session_count, put_session);
    ARRAY("blocks", findings->blocks, findings->block_count, put_block);
    printf("}\n");
}
