/* The storm on names of blocks: workers make, attach, unlink and take back the same few names
 * while they are killed.
 *
 * Some names nobody unlinks: what a worker holds of them must stay its own, whoever dies and
 * whoever takes names back meanwhile. Others are unlinked all the time. One was made on purpose
 * to outlive everybody. At the end each name can be made anew or taken back, and no file is left
 * of any. */
#include "storm.h"

#include "os/name.h"
#include "traces.h"
#include <apr_strings.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define HELD 3u     /* names that nobody unlinks */
#define UNLINKED 3u /* names that are unlinked all the time */
#define CONSTANT UINT64_C(0x5354415953544159)

typedef struct log_t {
    storm_log_t head;
    _Atomic uint64_t made, attached, unlinked;
} log_t;

/* What lies in every block; the rest of it is zero. */
typedef struct content_t {
    _Atomic uint64_t words[STORM_WORKERS_MAX + 1];
} content_t;

typedef struct worker_t {
    storm_worker_t self;
    const char *stem;
    log_t *log;
    apr_pool_t *pool;
} worker_t;

static char the_stem[20];
static brood_block_t *the_stayer;
static uint64_t made, attached, unlinked; /* in the storm that is over */

static const char *name_of(const char *stem, uint32_t number, apr_pool_t *pool) {
    return apr_psprintf(pool, "%s-%u", stem, number);
}

static size_t size_of(uint32_t number) {
    return sizeof(content_t) + (size_t)number * 3001;
}

/* While somebody holds a name it is nobody else's: not to make, not to take back; and whoever
 * attaches it finds the same memory. */
static int hold(worker_t *worker, const char *name, brood_block_t *block) {
    content_t *content = brood_block_data(block);
    uint64_t nonce = worker->self.seed + storm_random(&worker->self.seed, 1u << 30);
    brood_block_t *other;
    size_t count;
    CHILD_STATUS(brood_block_create_named(&other, name, 1, NULL, worker->pool),
                 APR_EEXIST);
    CHILD_OK(brood_block_reclaim(name, &count));
    if (count != 0) {
        storm_violation(worker->log, "%s was taken back while a process held it", name);
    }
    CHILD_OK(brood_block_attach(&other, name, worker->pool));
    atomic_store(&content->words[worker->self.me], nonce);
    content = brood_block_data(other);
    if (atomic_load(&content->words[worker->self.me]) != nonce) {
        storm_violation(worker->log, "%s is another block while a process holds it",
                        name);
    }
    CHILD_OK(brood_block_close(other));
    return 0;
}

/* Makes or attaches one of the names that nobody unlinks, and holds it for a while. */
static int use_held(worker_t *worker, uint32_t number) {
    const char *name = name_of(worker->stem, number, worker->pool);
    brood_block_view_t *view;
    brood_block_t *block;
    content_t *content;
    size_t count;
    CHILD_OK(brood_block_reclaim(name, &count));
    for (; count > 0; count--) {
        storm_repaired(worker->log);
    }
    apr_status_t rv =
        brood_block_create_named(&block, name, size_of(number), NULL, worker->pool);
    if (rv == APR_SUCCESS) {
        atomic_fetch_add(&worker->log->made, 1);
    } else {
        CHILD_CHECK(APR_STATUS_IS_EEXIST(rv));
        rv = brood_block_attach(&block, name, worker->pool);
        if (APR_STATUS_IS_ENOENT(rv)) {
            return 0; /* its maker died, and it was taken back in between */
        }
        CHILD_OK(rv);
        atomic_fetch_add(&worker->log->attached, 1);
    }
    if (brood_block_size(block) != size_of(number)) {
        storm_violation(worker->log, "%s has %zu bytes", name, brood_block_size(block));
    }
    CHILD_OK(brood_block_view_create(&view, block, 0, sizeof(content_t), worker->pool));
    int code = hold(worker, name, block);
    CHILD_OK(brood_block_close(block));
    content = brood_block_view_data(view);
    atomic_fetch_add(&content->words[STORM_WORKERS_MAX], 1);
    CHILD_OK(brood_block_view_close(view));
    return code;
}

/* Makes one of the others, or unlinks it. */
static int use_unlinked(worker_t *worker, uint32_t number) {
    const char *name = name_of(worker->stem, number, worker->pool);
    brood_block_t *block;
    apr_status_t rv =
        brood_block_create_named(&block, name, size_of(number), NULL, worker->pool);
    if (rv == APR_SUCCESS) {
        content_t *content = brood_block_data(block);
        atomic_fetch_add(&worker->log->made, 1);
        if (atomic_load(&content->words[STORM_WORKERS_MAX]) != 0) {
            storm_violation(worker->log, "%s is not fresh", name);
        }
        atomic_store(&content->words[STORM_WORKERS_MAX], worker->self.me + 1);
        if (atomic_load(&content->words[STORM_WORKERS_MAX]) != worker->self.me + 1) {
            storm_violation(worker->log, "%s was made twice", name);
        }
        CHILD_OK(brood_block_close(block));
    } else {
        CHILD_CHECK(APR_STATUS_IS_EEXIST(rv));
    }
    rv = brood_block_unlink(name);
    CHILD_CHECK(rv == APR_SUCCESS || APR_STATUS_IS_ENOENT(rv));
    if (rv == APR_SUCCESS) {
        atomic_fetch_add(&worker->log->unlinked, 1);
    }
    return 0;
}

/* It is there, and says what it said at the beginning. */
static int use_stayer(worker_t *worker) {
    const char *name = name_of(worker->stem, HELD + UNLINKED, worker->pool);
    brood_block_t *block;
    CHILD_OK(brood_block_attach(&block, name, worker->pool));
    if (*(uint64_t *)brood_block_data(block) != CONSTANT) {
        storm_violation(worker->log, "%s does not say what it said", name);
    }
    CHILD_OK(brood_block_close(block));
    return 0;
}

static int work(const brood_values_t *state, apr_pool_t *pool) {
    worker_t worker;
    CHILD_OK(storm_worker(&worker.self, state, pool));
    CHILD_OK(BROOD_UNPACK(worker.self.state, &worker.stem));
    worker.log = worker.self.log;
    CHILD_OK(apr_pool_create(&worker.pool, pool));
    while (!storm_stopping(worker.log)) {
        uint32_t number = storm_random(&worker.self.seed, HELD + UNLINKED + 1);
        int code = number < HELD              ? use_held(&worker, number)
                   : number < HELD + UNLINKED ? use_unlinked(&worker, number)
                                              : use_stayer(&worker);
        if (code != 0) {
            storm_violation(worker.log, "a call failed");
            return code;
        }
        storm_step(&worker.self);
        apr_pool_clear(worker.pool);
    }
    return 0;
}

static apr_status_t make(storm_t *storm) {
    brood_block_options_t options = BROOD_BLOCK_OPTIONS_INIT;
    uint64_t seed = storm->options.seed;
    apr_status_t rv;
    options.persistent = brood_os_names_persist();
    apr_snprintf(the_stem, sizeof the_stem, "st-%lx-%x",
                 (unsigned long)brood_current_pid(), storm_random(&seed, 1u << 16));
    rv = brood_block_create_named(&the_stayer,
                                  name_of(the_stem, HELD + UNLINKED, storm->pool),
                                  sizeof CONSTANT, &options, storm->pool);
    if (rv == APR_SUCCESS) {
        *(uint64_t *)brood_block_data(the_stayer) = CONSTANT;
        if (brood_os_names_persist()) { /* elsewhere it lives by being held */
            rv = brood_block_close(the_stayer);
        }
    }
    return rv;
}

static apr_status_t place(storm_t *storm, uint32_t worker) {
    return storm_place(storm, worker, work, BROOD_ARGS((const char *)the_stem));
}

/* Everybody is dead: nothing keeps a name but the wish that it stay. */
static void check(storm_t *storm) {
    log_t *log = storm->log;
    made = atomic_load(&log->made);
    attached = atomic_load(&log->attached);
    unlinked = atomic_load(&log->unlinked);
    for (uint32_t i = 0; i < HELD + UNLINKED; i++) {
        const char *name = name_of(the_stem, i, storm->pool);
        brood_block_t *block;
        apr_status_t rv;
        if (i % 2 == 0) { /* half of them are taken back, half are made anew */
            rv = brood_block_reclaim(name, NULL);
        } else {
            rv = brood_block_create_named(&block, name, 1, NULL, storm->pool);
            if (rv == APR_SUCCESS) {
                rv = brood_block_unlink(name);
                (void)brood_block_close(block);
            }
        }
        if (rv != APR_SUCCESS ||
            !APR_STATUS_IS_ENOENT(brood_block_attach(&block, name, storm->pool))) {
            storm_violation(storm->log, "%s cannot be had again (%d)", name, rv);
        }
    }
    (void)brood_block_close(the_stayer);
    (void)brood_block_unlink(name_of(the_stem, HELD + UNLINKED, storm->pool));
    if (brood_test_traces(the_stem, storm->pool) != 0) {
        storm_violation(storm->log, "files are left");
    }
}

static void tell(const storm_t *storm, char *line, size_t size) {
    (void)snprintf(line, size,
                   "%" PRIu64 " made, %" PRIu64 " attached, %" PRIu64
                   " unlinked, %" PRIu64 " taken back",
                   made, attached, unlinked, storm->repairs);
}

static const storm_kind_t kinds[] = {
    {.name = "block",
     .workers = 6,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check,
     .tell = tell},
};

STORM_MAIN(kinds)
