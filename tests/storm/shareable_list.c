/* The storm on shareable lists: six processes, each of which writes its own item, as a text, as
 * bytes and as a number in turn, and reads all.
 *
 * There is no lock, so nobody is told of a death; but whenever a worker is killed, its item is
 * one that it wrote, whole, and not older than the last one of which it has said in the log
 * that it was written. */
#include "storm.h"
#include <apr_strings.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WORKERS 6u
#define ROOM 64u

typedef struct log_t {
    storm_log_t head;
    _Atomic uint64_t written[WORKERS]; /* the number in the item, at least */
} log_t;

static brood_shareable_list_t *the_list;

/* Number n as an item: an int, a text of it with as many letters as it says, or such bytes. */
static brood_arg_t an_item(char *text, uint64_t number) {
    size_t letters = (size_t)(number % 40);
    int length;
    if (number % 3 == 0) {
        return brood_arg_int((int64_t)number);
    }
    length = snprintf(text, ROOM, "%" PRIu64 ":", number);
    memset(text + length, (int)('a' + number % 26), letters);
    text[(size_t)length + letters] = '\0';
    return number % 3 == 1 ? brood_arg_string(text)
                           : brood_arg_bytes(brood_bytes(text, (size_t)length + letters));
}

/* The number of a whole item; UINT64_MAX: it is none. */
static uint64_t number_of(brood_shareable_list_t *list, size_t index) {
    char text[ROOM], wanted[ROOM];
    brood_arg_t item;
    size_t length = 0;
    uint64_t number;
    apr_status_t rv =
        brood_shareable_list_get_bytes(list, index, text, sizeof text - 1, &length);
    if (rv == BROOD_ETYPE) {
        rv = brood_shareable_list_get(list, index, &item, NULL);
        if (rv == APR_SUCCESS && item.kind == BROOD_INT) {
            return item.of.integer % 3 == 0 ? (uint64_t)item.of.integer : UINT64_MAX;
        }
        if (rv == APR_EINVAL) { /* it has become a text meanwhile */
            return number_of(list, index);
        }
        return UINT64_MAX;
    }
    text[length] = '\0';
    number = (uint64_t)apr_atoi64(text);
    if (rv != APR_SUCCESS || number % 3 == 0) {
        return UINT64_MAX;
    }
    (void)an_item(wanted, number);
    return strcmp(text, wanted) == 0 ? number : UINT64_MAX;
}

static void look(void *log_, brood_shareable_list_t *list, size_t index) {
    log_t *log = log_;
    uint64_t least = atomic_load(&log->written[index]);
    uint64_t number = number_of(list, index);
    if (number == UINT64_MAX || number < least) {
        storm_violation(log, "item %d: number %" PRIu64 ", at least %" PRIu64 " (%s)",
                        (int)index, number, least, brood_error_detail());
    }
}

static int work(const brood_values_t *state, apr_pool_t *pool) {
    storm_worker_t self;
    brood_shareable_list_t *list;
    char text[ROOM];
    CHILD_OK(storm_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &list));
    log_t *log = self.log;
    /* The one before may have written one more than it has said. */
    uint64_t number = number_of(list, self.me);
    CHILD_CHECK(number != UINT64_MAX);
    if (number > atomic_load(&log->written[self.me]) + 1) {
        storm_violation(log, "the dead one has written %" PRIu64 ", and said %" PRIu64,
                        number, atomic_load(&log->written[self.me]));
    }
    while (!storm_stopping(log)) {
        number++;
        CHILD_OK(brood_shareable_list_set(list, self.me, an_item(text, number)));
        atomic_store(&log->written[self.me], number);
        look(log, list, storm_random(&self.seed, WORKERS));
        storm_step(&self);
    }
    return 0;
}

static apr_status_t make(storm_t *storm) {
    brood_arg_t items[WORKERS];
    char longest[ROOM];
    apr_status_t rv;
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    for (uint32_t i = 0; i < WORKERS; i++) {
        items[i] = brood_arg_string(longest);
    }
    rv = brood_shareable_list_create(&the_list, brood_args(WORKERS, items), storm->pool);
    for (uint32_t i = 0; rv == APR_SUCCESS && i < WORKERS; i++) {
        rv = brood_shareable_list_set(the_list, i, brood_arg_int(0));
    }
    return rv;
}

static apr_status_t place(storm_t *storm, uint32_t worker) {
    return storm_place(storm, worker, work, BROOD_ARGS(the_list));
}

static void check(storm_t *storm) {
    for (size_t i = 0; i < WORKERS; i++) {
        look(storm->log, the_list, i);
    }
}

static const storm_kind_t kinds[] = {
    {.name = "shareable list",
     .workers = WORKERS,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check,
     .steps = "items written"},
};

STORM_MAIN(kinds)
