/* Deadlocks: cycles of threads each of which waits for a lock that the next one holds.
 *
 * A thread waits for one thing at a time, so from each wait at most one way leads on: to the
 * wait of the thread that holds what is waited for. Following it, and marking what has been
 * passed, finds every cycle in as many steps as there are waits.
 *
 * The parts of a reading are of different moments, so a cycle in it need never have been. One
 * whose every edge is in two readings has: a wait that is the same in both (its record has the
 * same tenancy) lasted from the one to the other, and a thread that waits all that time neither
 * gives back nor takes a lock meanwhile. */
#include "doctor_report.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#define NOWHERE UINT32_MAX

/* Who waits here, as holders are named. */
static uint64_t waiter_of(const brood__wait_key_t *key) {
    return (uint64_t)key->owner << 32 | key->thread;
}

static int by_waiter(const void *a, const void *b) {
    uint64_t one = waiter_of(a);
    uint64_t other = waiter_of(b);
    return one < other ? -1 : one > other;
}

static int is_same(const brood__wait_key_t *a, const brood__wait_key_t *b) {
    return a->record == b->record && a->state == b->state && a->owner == b->owner &&
           a->thread == b->thread && a->segment == b->segment && a->offset == b->offset &&
           a->holder == b->holder;
}

/* The keys sorted by who waits, and for each the number of the next, or NOWHERE. */
typedef struct graph_t {
    brood__wait_key_t *keys;
    uint32_t *next;
    uint32_t *round; /* in which it was passed; 0: not yet */
    uint32_t count;
} graph_t;

static int graph_make(graph_t *graph, const apr_array_header_t *keys, apr_pool_t *pool) {
    uint32_t count = (uint32_t)keys->nelts;
    graph->count = count;
    graph->keys = apr_pmemdup(pool, keys->elts, count * sizeof *graph->keys);
    graph->next = apr_palloc(pool, (count + 1) * sizeof *graph->next);
    graph->round = apr_pcalloc(pool, (count + 1) * sizeof *graph->round);
    if (graph->keys == NULL || graph->next == NULL || graph->round == NULL) {
        return 0;
    }
    qsort(graph->keys, count, sizeof *graph->keys, by_waiter);
    for (uint32_t i = 0; i < count; i++) {
        brood__wait_key_t wanted = {0};
        brood__wait_key_t *found;
        wanted.owner = (uint32_t)(graph->keys[i].holder >> 32);
        wanted.thread = (uint32_t)graph->keys[i].holder;
        found = bsearch(&wanted, graph->keys, count, sizeof wanted, by_waiter);
        graph->next[i] = found == NULL ? NOWHERE : (uint32_t)(found - graph->keys);
    }
    return 1;
}

/* The next cycle that has not been passed, from wait number *at on; its length, with its first
 * wait in *first, or 0. */
static uint32_t cycle_next(graph_t *graph, uint32_t *at, uint32_t *first) {
    for (; *at < graph->count; (*at)++) {
        uint32_t round = *at + 1;
        uint32_t here = *at;
        while (here != NOWHERE && graph->round[here] == 0) {
            graph->round[here] = round;
            here = graph->next[here];
        }
        if (here != NOWHERE && graph->round[here] == round) {
            uint32_t length = 1;
            for (uint32_t i = graph->next[here]; i != here; i = graph->next[i]) {
                length++;
            }
            *first = here;
            (*at)++;
            return length;
        }
    }
    return 0;
}

int brood__report_is_suspect(const brood__report_t *report) {
    graph_t graph;
    uint32_t at = 0;
    uint32_t first;
    return report->keys->nelts != 0 && graph_make(&graph, report->keys, report->pool) &&
           cycle_next(&graph, &at, &first) != 0;
}

static int was_there(const graph_t *older, const brood__wait_key_t *key) {
    for (uint32_t i = 0; i < older->count; i++) {
        if (is_same(&older->keys[i], key)) {
            return 1;
        }
    }
    return 0;
}

/* The edges of a cycle; NULL when one of them is new. */
static brood_doctor_edge_t *edges_of(const graph_t *older, const graph_t *newer,
                                     const brood__report_t *report, uint32_t first,
                                     uint32_t length) {
    brood_doctor_edge_t *edges = apr_pcalloc(report->pool, length * sizeof *edges);
    uint32_t at = first;
    for (uint32_t i = 0; i < length && edges != NULL; i++, at = newer->next[at]) {
        const brood__wait_key_t *key = &newer->keys[at];
        if (!was_there(older, key)) {
            return NULL;
        }
        edges[i].wait = APR_ARRAY_IDX(report->waits, (int)key->wait, brood_doctor_wait_t);
        edges[i].hold = APR_ARRAY_IDX(report->holds, (int)key->hold, brood_doctor_hold_t);
    }
    return edges;
}

apr_array_header_t *brood__report_deadlocks(const brood__report_t *older,
                                            const brood__report_t *newer) {
    apr_array_header_t *found =
        apr_array_make(newer->pool, 2, sizeof(brood_doctor_deadlock_t));
    graph_t before;
    graph_t now;
    uint32_t at = 0;
    uint32_t first;
    uint32_t length;
    if (!graph_make(&before, older->keys, newer->pool) ||
        !graph_make(&now, newer->keys, newer->pool)) {
        return found;
    }
    while ((length = cycle_next(&now, &at, &first)) != 0) {
        brood_doctor_edge_t *edges = edges_of(&before, &now, newer, first, length);
        if (edges != NULL) {
            brood_doctor_deadlock_t *deadlock = apr_array_push(found);
            deadlock->edges = edges;
            deadlock->count = length;
        }
    }
    return found;
}
