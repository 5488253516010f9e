/* Wait: for queues, connections, processes and commands at once.
 *
 * Connections and processes are handles that the system waits for. A queue is a word in shared
 * memory: for the time of the sleep the waiter has a bell, which is a handle, too, and a record
 * for each queue that names it; ring_wait.c says how whoever puts a message comes to ring it.
 * Readiness is always looked up in the things themselves; the bell only ends a sleep. */
#include "brood/wait.h"

#include "child.h"
#include "command.h"
#include "connection_parts.h"
#include "os/bell.h"
#include "os/clock.h"
#include "os/fault.h"
#include "pace.h"
#include "queue.h"
#include "status.h"
#include "wait_streams.h"
#include "waiter.h"
#include <stdlib.h>

/* Up to so many things are waited for without allocating. */
#define FEW 16

/* How long one sleeps who cannot be woken by all that may happen: a child of which the system has
 * no handle, a queue for which every record of the session is in use, or no bell at all. */
#define BLIND_NS (5 * 1000000LL)

typedef struct target_t {
    brood__child_t *child;   /* of an item that is a process or a command */
    brood__waiter_t *record; /* of an item that is a queue, while asleep */
} target_t;

typedef struct waiting_t {
    brood_wait_item_t *items;
    size_t count;
    target_t *targets; /* one for each item */
    /* The same, one more for the bell, and those of commands' streams. */
    brood_os_waitable_t *set;
    size_t set_count;
    size_t streams; /* how many places those have */
    size_t queues;
    size_t handles;
    int blind;
    int known; /* bell and records are there, as far as they can be */
    brood_os_bell_t bell;
    brood__wait_t wait;
    target_t few_targets[FEW];
    brood_os_waitable_t few_set[FEW + 1];
} waiting_t;

static brood__pace_t pace;

/* ---- what is waited for ------------------------------------------------------------- */

/* A child whose end no handle tells. */
static void look_often(waiting_t *waiting, size_t i) {
    waiting->set[i].handle = BROOD_OS_NO_HANDLE;
    waiting->blind = 1;
}

static apr_status_t take_child(waiting_t *waiting, size_t i) {
    const brood_wait_item_t *item = &waiting->items[i];
    brood__child_t *child;
    apr_status_t rv = item->process != NULL ? brood__process_child(item->process, &child)
                                            : brood__command_child(item->command, &child);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    waiting->targets[i].child = child;
    waiting->set[i].handle = brood__child_sentinel(child, &waiting->set[i].kind);
    if (waiting->set[i].handle == BROOD_OS_NO_HANDLE || child->lost) {
        look_often(waiting, i);
    }
    return APR_SUCCESS;
}

static apr_status_t take_item(waiting_t *waiting, size_t i) {
    const brood_wait_item_t *item = &waiting->items[i];
    int given = (item->queue != NULL) + (item->connection != NULL) +
                (item->process != NULL) + (item->command != NULL);
    apr_status_t rv;
    if (given != 1) {
        return brood__fail(APR_EINVAL, "%s",
                           given == 0 ? "neither queue, connection, process nor command"
                                      : "more than one of queue, connection, process and "
                                        "command");
    }
    if (item->queue != NULL) {
        waiting->queues++;
        return brood__queue_check(item->queue);
    }
    if (item->connection != NULL) {
        rv = brood__connection_check(item->connection, BROOD__READABLE);
        waiting->set[i].handle =
            rv == APR_SUCCESS ? item->connection->stream : BROOD_OS_NO_HANDLE;
        return rv;
    }
    return take_child(waiting, i);
}

static apr_status_t take_items(waiting_t *waiting) {
    const brood_os_waitable_t nothing = {BROOD_OS_NO_HANDLE, BROOD_OS_WAIT_STREAM, 0};
    const target_t none = {NULL, NULL};
    for (size_t i = 0; i < waiting->count; i++) {
        apr_status_t rv;
        waiting->set[i] = nothing;
        waiting->targets[i] = none;
        waiting->items[i].ready = 0;
        rv = take_item(waiting, i);
        if (rv != APR_SUCCESS) {
            return brood__fail_within(rv, "items[%llu]: ", (unsigned long long)i);
        }
        waiting->handles += waiting->set[i].handle != BROOD_OS_NO_HANDLE;
    }
    waiting->set[waiting->count] = nothing;
    waiting->set[waiting->count].kind = BROOD_OS_WAIT_BELL;
    return APR_SUCCESS;
}

/* ---- looking ------------------------------------------------------------------------ */

static int is_connection_ready(const brood_connection_t *connection,
                               const brood_os_waitable_t *seen) {
    /* What has come in already is in the object, not in the stream. */
    return connection->announced || connection->head_have != 0 || seen->ready;
}

/* A handle only says that it is worth asking: the child is reaped as a join would do it. */
static int is_child_ready(waiting_t *waiting, size_t i) {
    brood__child_t *child = waiting->targets[i].child;
    if (!child->ended && waiting->set[i].handle != BROOD_OS_NO_HANDLE &&
        !waiting->set[i].ready) {
        return 0;
    }
    if (brood__child_wait(child, 0) == APR_SUCCESS) {
        return 1;
    }
    look_often(waiting, i);
    return 0;
}

static int is_ready(waiting_t *waiting, size_t i) {
    brood_wait_item_t *item = &waiting->items[i];
    return item->queue != NULL ? brood__ring_is_ready(&item->queue->ring)
           : item->connection != NULL
               ? is_connection_ready(item->connection, &waiting->set[i])
               : is_child_ready(waiting, i);
}

static apr_status_t asked_system(apr_status_t rv) {
    return APR_STATUS_IS_TIMEUP(rv) || APR_STATUS_IS_EINTR(rv) ? APR_SUCCESS : rv;
}

/* Behind the items and the bell the set has the commands' streams. */
static void ask_streams(waiting_t *waiting) {
    brood__wait_streams_ask(waiting->items, waiting->count,
                            waiting->set + waiting->count + 1);
}

/* Marks what is ready, and counts it. */
static apr_status_t look(waiting_t *waiting, size_t *ready) {
    *ready = 0;
    if (waiting->handles != 0) {
        apr_status_t rv;
        ask_streams(waiting);
        rv = asked_system(brood_os_wait_any(waiting->set, waiting->set_count, 0));
        if (rv != APR_SUCCESS) {
            return brood__fail(rv, "waiting for several things");
        }
        rv = brood__wait_streams_move(waiting->items, waiting->count,
                                      waiting->set + waiting->count + 1);
        if (rv != APR_SUCCESS) {
            return rv;
        }
    }
    for (size_t i = 0; i < waiting->count; i++) {
        waiting->items[i].ready = is_ready(waiting, i);
        *ready += (size_t)waiting->items[i].ready;
    }
    return APR_SUCCESS;
}

/* ---- sleeping ----------------------------------------------------------------------- */

/* The bell is there, and a record for each queue names it. */
static apr_status_t make_known(waiting_t *waiting) {
    brood_os_bell_t *bell = &waiting->bell;
    apr_status_t rv;
    if (waiting->known) {
        return APR_SUCCESS;
    }
    rv = brood_os_bell_open(bell);
    if (APR_STATUS_IS_ENOTIMPL(rv)) {
        waiting->blind = 1;
    } else if (rv != APR_SUCCESS) {
        return brood__fail(rv, "making what wakes a wait for several things");
    }
    waiting->known = 1;
    waiting->set[waiting->count].handle = bell->handle;
    for (size_t i = 0; i < waiting->count; i++) {
        brood_queue_t *queue = waiting->items[i].queue;
        if (queue == NULL) {
            continue;
        }
        atomic_fetch_add_explicit(&queue->ring.shared->get_waits, 1,
                                  memory_order_relaxed);
        if (!brood__waiter_try_begin_bell(&waiting->targets[i].record, &queue->ring.items,
                                          bell->name)) {
            waiting->blind = 1;
            break;
        }
    }
    return APR_SUCCESS;
}

/* Asks for a ring from each queue. 1: one of them has become ready meanwhile. */
static int ask(waiting_t *waiting) {
    int ready = 0;
    for (size_t i = 0; i < waiting->count; i++) {
        brood_queue_t *queue = waiting->items[i].queue;
        if (queue != NULL) {
            brood__ring_ask_for_bells(&queue->ring);
            ready |= brood__ring_is_ready(&queue->ring);
        }
    }
    return ready;
}

static brood_os_deadline_t sleep_until(const waiting_t *waiting) {
    int64_t slice = waiting->blind         ? BLIND_NS
                    : waiting->queues != 0 ? BROOD__SLICE_NS
                                           : 0;
    int64_t end = brood_os_now_ns() + slice;
    return slice == 0 || waiting->wait.deadline < end ? waiting->wait.deadline : end;
}

/* Sleeps until something may have become ready, for a slice at the most where somebody may die
 * who should tell. */
static apr_status_t sleep_once(waiting_t *waiting) {
    apr_status_t rv;
    brood__wait_sleeps(&waiting->wait);
    if (waiting->queues != 0) {
        rv = make_known(waiting);
        if (rv != APR_SUCCESS || ask(waiting)) {
            return rv;
        }
    }
    ask_streams(waiting);
    BROOD_KILL_POINT("wait.asleep");
    rv = asked_system(
        brood_os_wait_any(waiting->set, waiting->set_count, sleep_until(waiting)));
    if (waiting->set[waiting->count].ready) {
        brood_os_bell_clear(&waiting->bell);
    }
    return rv == APR_SUCCESS ? rv : brood__fail(rv, "waiting for several things");
}

static void wake_up(waiting_t *waiting) {
    for (size_t i = 0; i < waiting->count; i++) {
        brood__waiter_end(waiting->targets[i].record);
    }
    brood_os_bell_close(&waiting->bell);
}

/* ---- the whole ---------------------------------------------------------------------- */

static apr_status_t wait_for_one(waiting_t *waiting, size_t *ready) {
    for (;;) { /* ends with something ready, a failure or the deadline */
        apr_status_t rv;
        int late = brood__deadline_is_now(waiting->wait.deadline) ||
                   (waiting->wait.slept && brood_os_now_ns() >= waiting->wait.deadline);
        rv = look(waiting, ready);
        if (rv != APR_SUCCESS || *ready != 0) {
            return rv;
        }
        if (late) {
            return brood__fail_plainly(APR_TIMEUP);
        }
        if (waiting->queues != 0 && brood__wait_awake(&waiting->wait)) {
            continue;
        }
        rv = sleep_once(waiting);
        if (rv != APR_SUCCESS) {
            return rv;
        }
    }
}

static apr_status_t make_room(waiting_t *waiting) {
    waiting->targets = waiting->few_targets;
    waiting->set = waiting->few_set;
    waiting->streams = brood__wait_streams_count(waiting->items, waiting->count);
    waiting->handles = waiting->streams;
    waiting->set_count = waiting->count + 1 + waiting->streams;
    if (waiting->count > FEW) {
        waiting->targets = calloc(waiting->count, sizeof *waiting->targets);
    }
    if (waiting->set_count > FEW + 1) {
        waiting->set = calloc(waiting->set_count, sizeof *waiting->set);
    }
    return waiting->targets != NULL && waiting->set != NULL
               ? APR_SUCCESS
               : brood__fail(APR_ENOMEM, "waiting for %llu things",
                             (unsigned long long)waiting->count);
}

static apr_status_t wait_only(waiting_t *waiting, size_t *ready) {
    apr_status_t rv = wait_for_one(waiting, ready);
    wake_up(waiting);
    return rv;
}

/* The commands among the items are this thread's meanwhile. */
static apr_status_t wait_and_move(waiting_t *waiting, size_t *ready) {
    apr_status_t rv = brood__wait_streams_use(waiting->items, waiting->count);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood__wait_streams_begin(waiting->items, waiting->count);
    if (rv == APR_SUCCESS) {
        rv = wait_only(waiting, ready);
    }
    brood__wait_streams_unuse(waiting->items, waiting->count);
    return rv;
}

static void free_room(waiting_t *waiting) {
    if (waiting->targets != waiting->few_targets) {
        free(waiting->targets);
    }
    if (waiting->set != waiting->few_set) {
        free(waiting->set);
    }
}

static apr_status_t check_arguments(const brood_wait_item_t *items, size_t count,
                                    apr_interval_time_t timeout) {
    if (items == NULL && count != 0) {
        return brood__fail(APR_EINVAL, "items is NULL and count is %llu",
                           (unsigned long long)count);
    }
    if (count >
        SIZE_MAX / sizeof(brood_os_waitable_t) / (BROOD__COMMAND_WAITABLES + 1) - 1) {
        return brood__fail(APR_EINVAL, "count is %llu", (unsigned long long)count);
    }
    return count == 0 && timeout < 0
               ? brood__fail(APR_EINVAL, "there is nothing to wait for, for ever")
               : APR_SUCCESS;
}

apr_status_t brood_wait(brood_wait_item_t *items, size_t count,
                        apr_interval_time_t timeout, size_t *ready_count) {
    const brood_os_bell_t silent = BROOD_OS_BELL_INIT;
    waiting_t waiting;
    size_t ready = 0;
    apr_status_t rv = check_arguments(items, count, timeout);
    if (ready_count != NULL) {
        *ready_count = 0;
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    waiting.items = items;
    waiting.count = count;
    waiting.queues = waiting.handles = 0;
    waiting.blind = waiting.known = 0;
    waiting.bell = silent;
    waiting.wait = brood__wait_begin(&pace, brood__deadline(timeout));
    rv = make_room(&waiting);
    if (rv == APR_SUCCESS) {
        rv = take_items(&waiting);
    }
    if (rv == APR_SUCCESS) {
        rv = waiting.streams == 0 ? wait_only(&waiting, &ready)
                                  : wait_and_move(&waiting, &ready);
    }
    free_room(&waiting);
    if (rv == APR_SUCCESS) {
        brood__wait_end(&waiting.wait);
        if (ready_count != NULL) {
            *ready_count = ready;
        }
    }
    return rv;
}
