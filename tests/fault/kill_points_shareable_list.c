/* Kill points of shareable lists: wherever a writer dies or stops, its item is the old one or
 * the new one, whole; nobody waits for it; and the next writer writes. */
#include "killing.h"

#include <string.h>

#define ROOM 64

typedef struct log_t {
    killing_log_t head;
} log_t;

static brood_shareable_list_t *the_list;

/* Texts of one letter, as long as the letter says. */
static const char *a_text(char *text, unsigned number) {
    unsigned letter = number % 26;
    memset(text, (int)('a' + letter), 10 + letter);
    text[10 + letter] = '\0';
    return text;
}

static int is_a_text(const char *text, size_t length) {
    size_t i;
    for (i = 1; i < length && text[i] == text[0]; i++) {}
    return i == length && length == 10 + (size_t)(text[0] - 'a');
}

/* The victim writes item 0, the survivors items 1 and 2; all read all. */
static int use(const brood_values_t *state, apr_pool_t *pool) {
    killing_worker_t self;
    brood_shareable_list_t *list;
    char text[ROOM];

    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &list));
    killing_plan(&self);
    for (unsigned i = 0; !killing_over(&self); i++) {
        CHILD_OK(brood_shareable_list_set(list, self.me, BROOD_ARG(a_text(text, i))));
        for (size_t at = 0; at < 3; at++) {
            size_t length;
            apr_status_t rv =
                brood_shareable_list_get_bytes(list, at, text, sizeof text, &length);
            if (rv != APR_SUCCESS) {
                killing_fault(&self, "an item cannot be read", rv);
            } else if (!is_a_text(text, length)) {
                killing_fault(&self, "a torn item", (int64_t)at);
            }
        }
        killing_step(&self);
    }
    return 0;
}

static apr_status_t make(killing_t *run) {
    char longest[ROOM];
    const char *text = a_text(longest, 25);
    return brood_shareable_list_create(&the_list, BROOD_ARGS(text, text, text),
                                       run->pool);
}

static apr_status_t place(killing_t *run, uint32_t worker) {
    return killing_place(run, worker, use, BROOD_ARGS(the_list));
}

/* The item of the dead is set, by anybody. */
static void check(killing_t *run) {
    char text[ROOM];
    size_t length;
    if (brood_shareable_list_get_bytes(the_list, 0, text, sizeof text, &length) !=
            APR_SUCCESS ||
        !is_a_text(text, length)) {
        killing_complain(run->at->point, "the dead one's item is not whole", 0);
    }
    if (brood_shareable_list_set(the_list, 0, BROOD_ARG(a_text(text, 5))) !=
            APR_SUCCESS ||
        brood_shareable_list_get_bytes(the_list, 0, text, sizeof text, &length) !=
            APR_SUCCESS ||
        length != 15) {
        killing_complain(run->at->point, "the dead one's item cannot be set", 0);
    }
}

static const killing_point_t points[] = {
    {"shareable_list.writing", 50, 0, 0, 0}, {"shareable_list.writing", 51, 0, 0, 0},
    {"shareable_list.writing", 52, 0, 0, 0}, {"shareable_list.writing", 53, 0, 0, 0},
    {"shareable_list.written", 50, 0, 0, 0}, {"shareable_list.set", 50, 0, 0, 0},
};

static const killing_kind_t kinds[] = {
    {.name = "shareable list",
     .points = points,
     .point_count = sizeof points / sizeof points[0],
     .workers = 3,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check},
};

KILLING_MAIN(kinds)
