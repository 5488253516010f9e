/* Reports: who takes part. What a reading says is hostile until it has been checked here: every
 * number is held against the size of what it counts, and names are made printable. */
#include "doctor_report.h"

#include "os/clock.h"
#include "os/handle.h"
#include "status.h"
#include "values_scan.h"
#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

/* Between the two readings: who was about to go on does. */
#define PAUSE_NS INT64_C(20000000)

_Static_assert(BROOD_DOCTOR_NAME_SIZE == BROOD__PARTICIPANT_NAME,
               "a process's name has room");

void brood__process_name(char name[BROOD_DOCTOR_NAME_SIZE],
                         const char raw[BROOD__PARTICIPANT_NAME]) {
    size_t length;
    memcpy(name, raw, BROOD_DOCTOR_NAME_SIZE);
    name[BROOD_DOCTOR_NAME_SIZE - 1] = '\0';
    length = strlen(name);
    memset(name + length, 0, BROOD_DOCTOR_NAME_SIZE - length);
    int whole = brood__is_utf8(name, length);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)name[i];
        /* C2 80 to C2 9F are control characters, too */
        if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !whole)) {
            name[i] = '?';
        } else if (byte == 0xc2 && i + 1 < length && (unsigned char)name[i + 1] < 0xa0) {
            name[i] = '?';
            name[i + 1] = '?';
        }
    }
}

void brood__object_name(char name[BROOD_DOCTOR_OBJECT_SIZE], const char *kind,
                        uint64_t segment, uint32_t cell) {
    if (cell == UINT32_MAX) {
        (void)snprintf(name, BROOD_DOCTOR_OBJECT_SIZE, "%s %08lx", kind,
                       (unsigned long)(uint32_t)segment);
    } else {
        (void)snprintf(name, BROOD_DOCTOR_OBJECT_SIZE, "%s %08lx/%lu", kind,
                       (unsigned long)(uint32_t)segment, (unsigned long)cell);
    }
}

/* ---- who takes part ---- */

static int lives(const brood__slot_t *slot) {
    brood_os_identity_t identity;
    brood_os_handle_t watch = BROOD_OS_NO_HANDLE;
    brood_os_life_t life;
    identity.pid = atomic_load_explicit(&slot->pid, memory_order_relaxed);
    identity.birth = atomic_load_explicit(&slot->birth, memory_order_relaxed);
    life = brood_os_identity_life(&identity, &watch);
    brood_os_handle_close(watch);
    return life != BROOD_OS_DEAD;
}

static void process_add(brood__report_t *report, uint32_t number) {
    const brood__slot_t *slot = &report->reading->slots[number];
    uint32_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);
    brood_doctor_process_t *process = apr_array_push(report->processes);
    uint64_t name[BROOD__PARTICIPANT_NAME_WORDS];
    for (size_t i = 0; i < BROOD__PARTICIPANT_NAME_WORDS; i++) {
        name[i] = atomic_load_explicit(&slot->name[i], memory_order_relaxed);
    }
    memset(process, 0, sizeof *process);
    process->participant = BROOD__ID_MAKE(number, BROOD__WORD_GENERATION(word));
    process->pid = atomic_load_explicit(&slot->pid, memory_order_relaxed);
    process->since = atomic_load_explicit(&slot->since_us, memory_order_relaxed);
    process->is_alive = lives(slot);
    brood__process_name(process->name, (const char *)name);
    report->process_of[number] = (int16_t)(report->processes->nelts - 1);
    report->stale += !process->is_alive;
}

static void processes_add(brood__report_t *report) {
    for (uint32_t number = 0; number < BROOD__SLOTS; number++) {
        uint32_t word = atomic_load_explicit(&report->reading->slots[number].word,
                                             memory_order_relaxed);
        report->process_of[number] = -1;
        if (number != 0 && BROOD__WORD_STATE(word) == BROOD__SLOT_LIVE) {
            process_add(report, number);
        }
    }
}

brood_doctor_process_t brood__report_process(const brood__report_t *report, uint32_t id) {
    brood_doctor_process_t nobody;
    uint32_t slot = BROOD__ID_SLOT(id);
    memset(&nobody, 0, sizeof nobody);
    nobody.participant = id;
    if (slot < BROOD__SLOTS && report->process_of[slot] >= 0) {
        const brood_doctor_process_t *process = &APR_ARRAY_IDX(
            report->processes, report->process_of[slot], brood_doctor_process_t);
        if (process->participant == id) {
            return *process;
        }
    }
    return nobody;
}

/* ---- the whole ---- */

apr_status_t brood__report_make(brood__report_t *report, const brood__reading_t *reading,
                                apr_pool_t *pool) {
    memset(report, 0, sizeof *report);
    report->reading = reading;
    report->pool = pool;
    report->processes = apr_array_make(pool, 16, sizeof(brood_doctor_process_t));
    report->queues = apr_array_make(pool, 4, sizeof(brood_doctor_queue_t));
    report->objects = apr_array_make(pool, 16, sizeof(brood_doctor_object_t));
    report->holds = apr_array_make(pool, 16, sizeof(brood_doctor_hold_t));
    report->waits = apr_array_make(pool, 16, sizeof(brood_doctor_wait_t));
    report->keys = apr_array_make(pool, 16, sizeof(brood__wait_key_t));
    report->hold_of =
        apr_pcalloc(pool, (reading->arena_count + 1) * sizeof *report->hold_of);
    if (report->hold_of == NULL || report->keys == NULL) {
        return APR_ENOMEM;
    }
    processes_add(report);
    brood__report_objects(report);
    brood__report_queues(report);
    brood__report_waits(report);
    return APR_SUCCESS;
}

static void publish(brood_doctor_session_t *session, const brood__report_t *report,
                    const apr_array_header_t *deadlocks) {
    session->id = report->reading->session;
    session->processes = (const void *)report->processes->elts;
    session->process_count = (size_t)report->processes->nelts;
    session->queues = (const void *)report->queues->elts;
    session->queue_count = (size_t)report->queues->nelts;
    session->objects = (const void *)report->objects->elts;
    session->object_count = (size_t)report->objects->nelts;
    session->holds = (const void *)report->holds->elts;
    session->hold_count = (size_t)report->holds->nelts;
    session->waits = (const void *)report->waits->elts;
    session->wait_count = (size_t)report->waits->nelts;
    session->deadlocks = deadlocks == NULL ? NULL : (const void *)deadlocks->elts;
    session->deadlock_count = deadlocks == NULL ? 0 : (size_t)deadlocks->nelts;
    session->stale = report->stale;
}

typedef struct look_t {
    brood__reading_t reading;
    brood__report_t report;
} look_t;

static apr_status_t look(look_t **result, const brood__source_t *control,
                         const brood__source_t *others, size_t count, apr_pool_t *pool) {
    apr_status_t rv;
    *result = apr_palloc(pool, sizeof **result);
    if (*result == NULL) {
        return APR_ENOMEM;
    }
    rv = brood__reading_take(&(*result)->reading, control, others, count, pool);
    return rv == APR_SUCCESS
               ? brood__report_make(&(*result)->report, &(*result)->reading, pool)
               : rv;
}

apr_status_t brood__session_report(brood_doctor_session_t *session,
                                   const brood__source_t *control,
                                   const brood__source_t *others, size_t count,
                                   apr_pool_t *pool) {
    look_t *first;
    look_t *second;
    apr_status_t rv = look(&first, control, others, count, pool);
    memset(session, 0, sizeof *session);
    if (rv == APR_SUCCESS && !brood__report_is_suspect(&first->report)) {
        publish(session, &first->report, NULL);
        return rv;
    }
    if (rv == APR_SUCCESS) {
        brood_os_sleep_until(brood_os_now_ns() + PAUSE_NS);
        rv = look(&second, control, others, count, pool);
    }
    if (rv == APR_SUCCESS) {
        publish(session, &second->report,
                brood__report_deadlocks(&first->report, &second->report));
    }
    return rv;
}
