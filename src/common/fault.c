/* Fault: the plan of failures, kills and stops that tests set.
 *
 * The plan is read once, from the environment or from brood__fault_plan(), into a fixed
 * table; from then on only the counters change, by atomic additions, so any number of threads
 * may pass points. brood__fault_plan() itself wants no other thread inside the library.
 * A forked child keeps the plan; the first point it passes sets its counters to zero.
 *
 * Nothing here allocates, and a point of a program without a plan costs two loads. */
#include "os/fault.h"

#ifdef BROOD_FAULTS

#include "brood/boot.h"
#include "os/process.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 16
#define NAME_MAX_BYTES 64

typedef enum action_t { ACTION_FAIL, ACTION_KILL, ACTION_STOP, ACTION_SPARE } action_t;

typedef struct entry_t {
    char point[NAME_MAX_BYTES]; /* "*": any */
    unsigned from;              /* the passing that it is for, from 1 */
    int and_later;              /* 1: and for all after it */
    action_t action;
    apr_status_t status; /* of ACTION_FAIL */
    atomic_uint passed;
} entry_t;

/* Who wrote the plan last. Written before `state` says READY, only counters after. */
enum { UNREAD, READING, READY };
static atomic_int state;
static entry_t entries[ENTRIES_MAX];
static size_t entry_count;
static char only[NAME_MAX_BYTES]; /* "": every process */

static atomic_uint injected;
static _Atomic int64_t owner; /* the process whose passings the counters count */

/* The seam's own points are passed while this file asks the seam something. */
static _Thread_local int inside;

static const struct {
    const char *name;
    apr_status_t status;
} statuses[] = {
    {"ENOMEM", APR_ENOMEM}, {"EMFILE", APR_EMFILE}, {"ENOSPC", APR_ENOSPC}, {"EIO", EIO},
    {"EAGAIN", APR_EAGAIN}, {"EINTR", APR_EINTR},   {"EPIPE", APR_EPIPE},
};

/* ---- reading a plan ---------------------------------------------------------------------- */

static int parse_action(entry_t *entry, const char *text, size_t length) {
    size_t index;
    char number[24];
    char *end;

    entry->action = ACTION_FAIL;
    if (length == 4 && memcmp(text, "kill", 4) == 0) {
        entry->action = ACTION_KILL;
        return 1;
    }
    if (length == 4 && memcmp(text, "stop", 4) == 0) {
        entry->action = ACTION_STOP;
        return 1;
    }
    for (index = 0; index < sizeof statuses / sizeof statuses[0]; index++) {
        if (strlen(statuses[index].name) == length &&
            memcmp(statuses[index].name, text, length) == 0) {
            entry->status = statuses[index].status;
            return 1;
        }
    }
    if (length == 0 || length >= sizeof number) {
        return 0;
    }
    memcpy(number, text, length);
    number[length] = '\0';
    entry->status = (apr_status_t)strtol(number, &end, 10);
    return *end == '\0' && entry->status != APR_SUCCESS;
}

/* One "POINT:K:ACTION" or "POINT:K+:ACTION"; 0 when it is not one. */
static int parse_entry(entry_t *entry, const char *text, size_t length) {
    const char *first = memchr(text, ':', length);
    const char *second;
    size_t name_length;
    char *end;
    unsigned long from;

    if (length > 1 && text[0] == '-' && first == NULL && length <= NAME_MAX_BYTES) {
        memcpy(entry->point, text + 1, length - 1);
        entry->point[length - 1] = '\0';
        entry->action = ACTION_SPARE;
        return 1;
    }
    if (first == NULL) {
        return 0;
    }
    name_length = (size_t)(first - text);
    second = memchr(first + 1, ':', length - name_length - 1);
    if (second == NULL || name_length == 0 || name_length >= NAME_MAX_BYTES) {
        return 0;
    }
    from = strtoul(first + 1, &end, 10);
    entry->and_later = *end == '+';
    if (end + entry->and_later != second || from == 0 || from > UINT32_MAX) {
        return 0;
    }
    entry->from = (unsigned)from;
    memcpy(entry->point, text, name_length);
    entry->point[name_length] = '\0';
    atomic_store(&entry->passed, 0);
    return parse_action(entry, second + 1, length - (size_t)(second + 1 - text));
}

/* Fills the table. What is no entry is left out: a plan is a test's own text. */
static void read_plan(const char *plan) {
    const char *name = getenv("BROOD_FAULT_ONLY");

    entry_count = 0;
    while (plan != NULL && *plan != '\0' && entry_count < ENTRIES_MAX) {
        size_t length = strcspn(plan, ",");

        if (parse_entry(&entries[entry_count], plan, length)) {
            entry_count++;
        }
        plan += length + (plan[length] == ',');
    }
    only[0] = '\0';
    if (name != NULL && strlen(name) < sizeof only) {
        memcpy(only, name, strlen(name) + 1);
    }
    atomic_store(&injected, 0);
    inside = 1;
    atomic_store(&owner, brood_current_pid());
    inside = 0;
}

void brood__fault_plan(const char *plan) {
    atomic_store(&state, READING);
    read_plan(plan);
    /* release: the plan before the word for it; pairs with the acquire in ready() */
    atomic_store_explicit(&state, READY, memory_order_release);
}

/* Whether there is a plan to follow; reads it from the environment the first time. A thread
 * that comes while another reads it passes its point untouched. */
static int ready(void) {
    int expected = UNREAD;

    /* acquire: pairs with the release of who read the plan */
    if (atomic_load_explicit(&state, memory_order_acquire) == READY) {
        return entry_count > 0;
    }
    if (!atomic_compare_exchange_strong(&state, &expected, READING)) {
        return 0;
    }
    brood__fault_plan(getenv("BROOD_FAULT"));
    return entry_count > 0;
}

/* ---- passing a point --------------------------------------------------------------------- */

/* In a forked child the counters are the parent's: they begin again. */
static void begin_again_after_fork(void) {
    int64_t before = atomic_load(&owner);
    int64_t self = brood_current_pid();
    size_t index;

    if (before != self && atomic_compare_exchange_strong(&owner, &before, self)) {
        for (index = 0; index < entry_count; index++) {
            atomic_store(&entries[index].passed, 0);
        }
        atomic_store(&injected, 0);
    }
}

/* Whether "*" does not mean this point. */
static int is_spared(const char *point) {
    size_t index;

    for (index = 0; index < entry_count; index++) {
        if (entries[index].action == ACTION_SPARE &&
            strcmp(entries[index].point, point) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Whether the entry is about this point. */
static int concerns(const entry_t *entry, const char *point, int may_fail) {
    if (entry->action == ACTION_SPARE || (entry->action == ACTION_FAIL && !may_fail)) {
        return 0;
    }
    return strcmp(entry->point, "*") == 0 ? !is_spared(point)
                                          : strcmp(entry->point, point) == 0;
}

/* Counts this passing, does what the plan says, and returns the status it asks for. */
static apr_status_t pass(const char *point, int may_fail) {
    apr_status_t status = APR_SUCCESS;
    size_t index;

    for (index = 0; index < entry_count; index++) {
        entry_t *entry = &entries[index];
        unsigned passed;

        if (!concerns(entry, point, may_fail)) {
            continue;
        }
        passed = atomic_fetch_add(&entry->passed, 1) + 1;
        if (passed != entry->from && !(entry->and_later && passed > entry->from)) {
            continue;
        }
        if (entry->action == ACTION_KILL) {
            brood_os_kill_self();
        } else if (entry->action == ACTION_STOP) {
            brood_os_stop_self();
        } else if (status == APR_SUCCESS) {
            status = entry->status;
            atomic_fetch_add(&injected, 1);
        }
    }
    return status;
}

static apr_status_t pass_if_meant(const char *point, int may_fail) {
    apr_status_t status = APR_SUCCESS;

    if (inside || !ready()) {
        return APR_SUCCESS;
    }
    inside = 1;
    begin_again_after_fork();
    if (only[0] == '\0' || strcmp(only, brood_current_name()) == 0) {
        status = pass(point, may_fail);
    }
    inside = 0;
    return status;
}

apr_status_t brood__fault_at(const char *point) {
    return pass_if_meant(point, 1);
}

void brood__kill_at(const char *point) {
    (void)pass_if_meant(point, 0);
}

unsigned brood__fault_count(void) {
    return atomic_load(&injected);
}

#endif
