/* A report: what a reading means, with the names that people know things by. Internal. */
#ifndef BROOD_COMMON_DOCTOR_REPORT_H
#define BROOD_COMMON_DOCTOR_REPORT_H

#include "brood/doctor.h"
#include "doctor_reading.h"
#include <apr_tables.h>

#define BROOD__NO_HOLD UINT32_MAX

/* What makes a wait the same wait, and its holder the same holder, in two readings. */
typedef struct brood__wait_key_t {
    uint32_t record; /* number of the waiter's record */
    uint32_t state;  /* with its tenancy */
    uint32_t owner;
    uint32_t thread;
    uint64_t segment;
    uint64_t offset;
    uint64_t holder; /* {participant, thread}; 0: nobody is surely in its way */
    uint32_t hold;   /* its number among the holds; not part of the comparison */
    uint32_t wait;   /* its own number among the waits */
} brood__wait_key_t;

typedef struct brood__report_t {
    const brood__reading_t *reading;
    apr_pool_t *pool;
    int16_t process_of[BROOD__SLOTS]; /* number of a slot's process, or -1 */
    apr_array_header_t *processes;    /* brood_doctor_process_t */
    apr_array_header_t *objects;      /* brood_doctor_object_t */
    apr_array_header_t *queues;       /* brood_doctor_queue_t */
    apr_array_header_t *holds;        /* brood_doctor_hold_t */
    apr_array_header_t *waits;        /* brood_doctor_wait_t */
    apr_array_header_t *keys; /* brood__wait_key_t, of waits that a holder can end */
    uint32_t **hold_of;       /* [arena][cell]: number of the lock's hold, or none */
    size_t stale;
} brood__report_t;

/* Makes the report of a reading. */
apr_status_t brood__report_make(brood__report_t *report, const brood__reading_t *reading,
                                apr_pool_t *pool);

/* The process behind a participant id. */
brood_doctor_process_t brood__report_process(const brood__report_t *report, uint32_t id);

/* Objects and who holds them, and then who waits for what (doctor_objects.c, doctor_waits.c). */
void brood__report_objects(brood__report_t *report);
void brood__report_waits(brood__report_t *report);

/* The queues among the objects (doctor_queues.c). */
void brood__report_queues(brood__report_t *report);

/* One more thing that a participant holds, once; and the owner that a lock word names, or 0. */
brood_doctor_hold_t *brood__report_hold(brood__report_t *report, uint32_t id,
                                        const char *what, const char *object);
uint32_t brood__report_owner(uint32_t word);

/* The same for each participant that is told by brood__report_count(), as often as it was. */
typedef struct brood__report_holders_t {
    uint32_t ids[BROOD__SLOTS + 1];
    uint32_t counts[BROOD__SLOTS + 1];
} brood__report_holders_t;
void brood__report_count(brood__report_holders_t *holders, uint32_t id);
void brood__report_holders(brood__report_t *report,
                           const brood__report_holders_t *holders, const char *what,
                           const char *object);

/* Whether the word in a cell of that kind is a lock word. */
int brood__kind_has_lock(uint32_t kind);

/* Names: "lock 5f0c21aa/3", "queue 5f0c21aa". */
void brood__object_name(char name[BROOD_DOCTOR_OBJECT_SIZE], const char *kind,
                        uint64_t segment, uint32_t cell);

/* A process's name as it may be printed: UTF-8 without control characters. */
void brood__process_name(char name[BROOD_DOCTOR_NAME_SIZE],
                         const char raw[BROOD__PARTICIPANT_NAME]);

/* The deadlocks that both reports, the older one first, have; as brood_doctor_deadlock_t
 * (doctor_deadlock.c). */
apr_array_header_t *brood__report_deadlocks(const brood__report_t *older,
                                            const brood__report_t *newer);

/* Whether the report by itself has what looks like a deadlock. */
int brood__report_is_suspect(const brood__report_t *report);

/* Reads once, and a second time when that looks like a deadlock. */
apr_status_t brood__session_report(brood_doctor_session_t *session,
                                   const brood__source_t *control,
                                   const brood__source_t *others, size_t count,
                                   apr_pool_t *pool);

#endif
