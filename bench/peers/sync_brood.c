/* Brood's semaphores, event and condition among the ways to tell another process. */
#include "peers/syncs.h"
#include "support/say.h"

#include <brood/brood.h>

/* What a condition guards lies in the room; each pair of handles is made before the processes
 * that inherit it. There is one pair at a time. */
typedef struct brood_pair_t {
    apr_pool_t *pool;
    brood_semaphore_t *semaphores[2];
    brood_event_t *events[2];
    brood_condition_t *changed;
    int *given; /* [2] */
} brood_pair_t;

static brood_pair_t the_pair;

static brood_pair_t *opened(const char *what, apr_status_t status) {
    if (status == APR_SUCCESS)
        return &the_pair;
    bench_say_status(what, status);
    apr_pool_destroy(the_pair.pool);
    return NULL;
}

static void pair_close(void *pair) {
    apr_pool_destroy(((brood_pair_t *)pair)->pool);
}

/* ---- semaphores ---------------------------------------------------------------------------- */

static void *semaphore_open(void *room) {
    apr_status_t status = apr_pool_create(&the_pair.pool, NULL);
    (void)room;
    for (int i = 0; i < 2 && status == APR_SUCCESS; i++)
        status = brood_semaphore_create(&the_pair.semaphores[i], 0, 0, the_pair.pool);
    return opened("brood_semaphore_create", status);
}

static void *bounded_open(void *room) {
    apr_status_t status = apr_pool_create(&the_pair.pool, NULL);
    (void)room;
    for (int i = 0; i < 2 && status == APR_SUCCESS; i++)
        status =
            brood_semaphore_create_bounded(&the_pair.semaphores[i], 0, 1, the_pair.pool);
    return opened("brood_semaphore_create_bounded", status);
}

/* Only a holder may release: the one permit is held from the beginning. */
static void *owned_open(void *room) {
    apr_status_t status = apr_pool_create(&the_pair.pool, NULL);
    (void)room;
    if (status == APR_SUCCESS)
        status = brood_semaphore_create(&the_pair.semaphores[0], 1, BROOD_SEM_OWNED,
                                        the_pair.pool);
    if (status == APR_SUCCESS)
        status = brood_semaphore_acquire(the_pair.semaphores[0], 0);
    return opened("brood_semaphore_create", status);
}

static int semaphore_give(void *pair, unsigned side) {
    return brood_semaphore_release(((brood_pair_t *)pair)->semaphores[side], 1);
}

static int semaphore_take(void *pair, unsigned side) {
    return brood_semaphore_acquire(((brood_pair_t *)pair)->semaphores[side],
                                   BROOD_FOREVER);
}

static void owned_close(void *pair) {
    (void)brood_semaphore_release(((brood_pair_t *)pair)->semaphores[0], 1);
    pair_close(pair);
}

const bench_sync_kind_t bench_brood_semaphore = {
    "Brood semaphore", BENCH_BROOD,    1,         semaphore_open,
    semaphore_give,    semaphore_take, pair_close};

const bench_sync_kind_t bench_brood_bounded_semaphore = {"Brood bounded semaphore",
                                                         BENCH_BROOD,
                                                         1,
                                                         bounded_open,
                                                         semaphore_give,
                                                         semaphore_take,
                                                         pair_close};

const bench_sync_kind_t bench_brood_owned_semaphore = {
    "Brood owned semaphore", BENCH_BROOD,    1,          owned_open,
    semaphore_give,          semaphore_take, owned_close};

/* ---- event ----------------------------------------------------------------------------------- */

static void *event_open(void *room) {
    apr_status_t status = apr_pool_create(&the_pair.pool, NULL);
    (void)room;
    for (int i = 0; i < 2 && status == APR_SUCCESS; i++)
        status = brood_event_create(&the_pair.events[i], the_pair.pool);
    return opened("brood_event_create", status);
}

static int event_give(void *pair, unsigned side) {
    return brood_event_set(((brood_pair_t *)pair)->events[side]);
}

static int event_take(void *pair, unsigned side) {
    brood_event_t *event = ((brood_pair_t *)pair)->events[side];
    apr_status_t status = brood_event_wait(event, BROOD_FOREVER);
    return status == APR_SUCCESS ? brood_event_clear(event) : status;
}

const bench_sync_kind_t bench_brood_event = {
    "Brood event", BENCH_BROOD, 1, event_open, event_give, event_take, pair_close};

/* ---- condition, and a flag for each side ------------------------------------------------------ */

static void *condition_open(void *room) {
    apr_status_t status = apr_pool_create(&the_pair.pool, NULL);
    the_pair.given = room;
    if (status == APR_SUCCESS)
        status = brood_condition_create(&the_pair.changed, the_pair.pool);
    return opened("brood_condition_create", status);
}

static int condition_give(void *context, unsigned side) {
    brood_pair_t *pair = context;
    apr_status_t status = brood_condition_acquire(pair->changed, BROOD_FOREVER);
    if (status != APR_SUCCESS)
        return status;
    pair->given[side] = 1;
    status = brood_condition_notify(pair->changed, 1, NULL);
    (void)brood_condition_release(pair->changed);
    return status;
}

static int condition_take(void *context, unsigned side) {
    brood_pair_t *pair = context;
    apr_status_t status = brood_condition_acquire(pair->changed, BROOD_FOREVER);
    while (status == APR_SUCCESS && !pair->given[side])
        status = brood_condition_wait(pair->changed, BROOD_FOREVER);
    if (status != APR_SUCCESS)
        return status;
    pair->given[side] = 0;
    return brood_condition_release(pair->changed);
}

const bench_sync_kind_t bench_brood_condition = {
    "Brood condition", BENCH_BROOD,    1,         condition_open,
    condition_give,    condition_take, pair_close};
