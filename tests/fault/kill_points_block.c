/* Kill points of a block's name: whoever dies between two steps of making, attaching, unlinking
 * or taking back leaves nothing that the next one does not put right. One that is stopped there
 * is waited for. */
#include "killing.h"

#include "os/name.h"
#include "traces.h"
#include <apr_strings.h>
#include <string.h>

#define SIZE 10000

/* What a point asks of the workers. */
enum { ATTACH, UNLINK, TAKE_BACK };

static char the_name[BROOD_BLOCK_NAME_MAX - 1];
static char the_left_name[BROOD_BLOCK_NAME_MAX + 1];

/* Somebody has made the name, or nobody: both are well, as long as it is one or the other. */
static int make_or_attach(killing_worker_t *self, const char *name, apr_pool_t *pool) {
    brood_block_t *block, *other;
    size_t count;
    apr_status_t rv = brood_block_create_named(&block, name, SIZE, NULL, pool);
    if (rv == APR_SUCCESS) {
        if (*(char *)brood_block_data(block) != 0) {
            killing_fault(self, "a new block is not empty", self->me);
        }
        memset(brood_block_data(block), 1, SIZE);
    } else {
        CHILD_CHECK(APR_STATUS_IS_EEXIST(rv));
        rv = brood_block_attach(&block, name, pool);
        if (APR_STATUS_IS_ENOENT(rv)) {
            return 0; /* it was unlinked in between */
        }
        CHILD_OK(rv);
    }
    if (brood_block_size(block) != SIZE) {
        killing_fault(self, "a block of another size", (int64_t)brood_block_size(block));
    }
    if (self->variant ==
        ATTACH) { /* nobody unlinks: so it is this process's as long as it holds it */
        CHILD_STATUS(brood_block_create_named(&other, name, SIZE, NULL, pool),
                     APR_EEXIST);
        CHILD_OK(brood_block_reclaim(name, &count));
        if (count != 0) {
            killing_fault(self, "a name that is held was taken back", (int64_t)count);
        }
    }
    CHILD_OK(brood_block_close(block));
    return 0;
}

static int use(const brood_values_t *state, apr_pool_t *pool) {
    killing_worker_t self;
    const char *name, *left;
    brood_block_info_t *infos;
    apr_pool_t *round;
    size_t count;
    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &name, &left));
    CHILD_OK(apr_pool_create(&round, pool));
    killing_plan(&self);
    if (self.variant == TAKE_BACK && self.me == KILLING_VICTIM) {
        CHILD_OK(brood_block_reclaim(left, &count));
        CHILD_CHECK(count == 1);
    }
    while (!killing_over(&self)) {
        int code = make_or_attach(&self, name, round);
        if (code != 0) {
            killing_fault(&self, "a call failed", code);
            return code;
        }
        if (self.variant == UNLINK) {
            apr_status_t rv = brood_block_unlink(name);
            CHILD_CHECK(rv == APR_SUCCESS || APR_STATUS_IS_ENOENT(rv));
        }
        if (self.variant ==
            TAKE_BACK) { /* who lists looks at what was left, and lets it be */
            CHILD_OK(brood_block_list(&infos, &count, round));
        }
        killing_step(&self);
        apr_pool_clear(round);
    }
    return 0;
}

/* Leaves a name to be taken back. */
static int leave(const brood_values_t *state, apr_pool_t *pool) {
    const char *name;
    brood_block_t *block;
    CHILD_OK(BROOD_UNPACK(state, &name));
    CHILD_OK(brood_block_create_named(&block, name, SIZE, NULL, pool));
    memset(brood_block_data(block), 2, SIZE);
    return 0;
}

static apr_status_t make(killing_t *run) {
    static unsigned number;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *process;
    apr_status_t rv;
    apr_snprintf(the_name, sizeof the_name, "kp-%lx-%u",
                 (unsigned long)brood_current_pid(), ++number);
    apr_snprintf(the_left_name, sizeof the_left_name, "%s-l", the_name);
    if (run->at->variant != TAKE_BACK) {
        return APR_SUCCESS;
    }
    options.method = run->method;
    rv = brood_process_create(&process, leave, BROOD_ARGS((const char *)the_left_name),
                              &options, run->pool);
    if (rv == APR_SUCCESS) {
        rv = brood_process_start(process);
    }
    return rv == APR_SUCCESS && killing_code_of(process) != 0 ? APR_EGENERAL : rv;
}

static apr_status_t place(killing_t *run, uint32_t worker) {
    return killing_place(run, worker, use,
                         BROOD_ARGS((const char *)the_name, (const char *)the_left_name));
}

static void check_name(killing_t *run, const char *name) {
    brood_block_t *block;
    apr_status_t rv = brood_block_reclaim(name, NULL);
    if (rv != APR_SUCCESS) {
        killing_complain(run->at->point, "a name cannot be taken back", rv);
    }
    rv = brood_block_attach(&block, name, run->pool);
    if (!APR_STATUS_IS_ENOENT(rv)) {
        killing_complain(run->at->point, "a name is still there", rv);
    }
}

static void check(killing_t *run) {
    check_name(run, the_name);
    check_name(run, the_left_name);
    if (brood_test_traces(the_name, run->pool) != 0) {
        killing_complain(run->at->point, "files are left", 0);
    }
}

#define BOTH (1u << 1 | 1u << 2)

/* All points lie between taking the name's lock and giving it back. The last ones are of names
 * that outlive their processes. */
#define LASTING 3
static const killing_point_t points[] = {
    {"block.locked", 5, ATTACH, BOTH, 0},     {"block.attached", 5, ATTACH, BOTH, 0},
    {"block.locked", 5, UNLINK, BOTH, 0},     {"block.attached", 5, UNLINK, BOTH, 0},
    {"block.noted", 5, UNLINK, BOTH, 0},      {"block.planned", 5, UNLINK, BOTH, 0},
    {"block.named", 5, UNLINK, BOTH, 0},      {"block.made", 5, UNLINK, BOTH, 0},
    {"block.reserved", 5, UNLINK, BOTH, 0},   {"block.ready", 5, UNLINK, BOTH, 0},
    {"block.unlinked", 5, UNLINK, BOTH, 0},   {"block.forgotten", 5, UNLINK, BOTH, 0},
    {"block.taken_back", 1, TAKE_BACK, 0, 0},
};

int main(int argc, char **argv) {
    killing_kind_t kind = {.name = "block",
                           .points = points,
                           .point_count = sizeof points / sizeof points[0],
                           .workers = 3,
                           .log_size = sizeof(killing_log_t),
                           .make = make,
                           .place = place,
                           .check = check};
    if (!brood_os_names_persist()) {
        kind.point_count -= LASTING;
    }
    return killing_main(&kind, 1, argc, argv);
}
