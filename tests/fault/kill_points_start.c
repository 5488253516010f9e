/* Kill points of the start: a parent or a child that is killed in the middle of one leaves
 * nothing behind, and another can be started. */
#include "killing.h"
#include "ledger.h"
#include "os/fault.h"
#include "methods.h"
#include <apr_env.h>
#include <apr_file_io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static brood_process_t *start(brood_start_method_t method, brood_target_fn *target,
                              brood_args_t args, const char *name, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *process;

    options.method = method;
    options.name = name;
    if (brood_process_create(&process, target, args, &options, pool) != APR_SUCCESS ||
        brood_process_start(process) != APR_SUCCESS) {
        killing_complain(name, "cannot be started", 0);
        return NULL;
    }
    return process;
}

static int end_at_once(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 0;
}

/* A parent with a plan: it dies while it starts a child, who has the other end of a pipe. */
static int start_and_die(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *connection;
    brood_process_t *child;
    const char *plan;

    CHILD_OK(BROOD_UNPACK(state, &connection, &plan));
    CHILD_OK(
        brood_process_create(&child, end_at_once, BROOD_ARGS(connection), NULL, pool));
    brood__fault_plan(plan);
    CHILD_OK(brood_process_start(child));
    brood__fault_plan("");
    CHILD_OK(brood_process_join(child, KILLING_LATE_US));
    return 0;
}

static void parent_dies(const char *point, int passing, brood_start_method_t method) {
    brood_connection_t *mine, *theirs;
    brood_process_t *parent;
    apr_pool_t *pool;
    char plan[100];
    char byte;
    size_t size;
    int code;

    killing_count_case();
    (void)snprintf(plan, sizeof plan, "%s:%d:kill", point, passing);
    brood_test_ledger_open();
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS ||
        brood_pipe_create(&mine, &theirs, 0, pool) != APR_SUCCESS) {
        return;
    }
    (void)brood_set_start_method(method);
    parent = start(method, start_and_die, BROOD_ARGS(theirs, plan), "parent", pool);
    code = killing_code_of(parent);
    /* fork sends nothing, so it does not come there. */
    if (code != -9 && !(method == BROOD_START_FORK && code == 0)) {
        killing_complain(point, "the parent was not killed there", code);
    }
    (void)brood_connection_close(theirs);
    if (brood_connection_recv_bytes_into(mine, &byte, 1, &size, KILLING_LATE_US) !=
        APR_EOF) {
        killing_complain(point, "a half-born child lives on", 0);
    }
    (void)brood_set_start_method(BROOD_START_DEFAULT);
    apr_pool_destroy(pool);
    if (brood_test_ledger_check() != 0) {
        killing_complain(point, "something was left", 0);
    }
}

/* Pauses until it is asked to end, and says so. */
static int hear_request(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *connection;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &connection));
    CHILD_OK(brood_stop_wait(KILLING_LATE_US));
    CHILD_OK(brood_connection_send_bytes(connection, "x", 1, KILLING_LATE_US));
    return 0;
}

static int ask_and_die(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *connection;
    brood_process_t *child;

    CHILD_OK(BROOD_UNPACK(state, &connection));
    CHILD_OK(
        brood_process_create(&child, hear_request, BROOD_ARGS(connection), NULL, pool));
    CHILD_OK(brood_process_start(child));
    brood__fault_plan("stop.asked:1:kill");
    CHILD_OK(brood_process_ask(child));
    return 0;
}

/* A parent that dies between its request and the wake-up: the child hears it all the same. */
static void asker_dies(brood_start_method_t method) {
    brood_connection_t *mine, *theirs;
    brood_process_t *parent;
    apr_pool_t *pool;
    char byte;
    size_t size;

    killing_count_case();
    brood_test_ledger_open();
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS ||
        brood_pipe_create(&mine, &theirs, 0, pool) != APR_SUCCESS) {
        return;
    }
    (void)brood_set_start_method(method);
    parent = start(method, ask_and_die, BROOD_ARGS(theirs), "asker", pool);
    if (killing_code_of(parent) != -9) {
        killing_complain("stop.asked", "the asker was not killed there", 0);
    }
    (void)brood_connection_close(theirs);
    if (brood_connection_recv_bytes_into(mine, &byte, 1, &size, KILLING_LATE_US) !=
        APR_SUCCESS) {
        killing_complain("stop.asked", "the child has not heard", 0);
    }
    if (brood_connection_recv_bytes_into(mine, &byte, 1, &size, KILLING_LATE_US) !=
        APR_EOF) {
        killing_complain("stop.asked", "the child has not ended", 0);
    }
    (void)brood_set_start_method(BROOD_START_DEFAULT);
    apr_pool_destroy(pool);
    if (brood_test_ledger_check() != 0) {
        killing_complain("stop.asked", "something was left", 0);
    }
}

/* A child that dies while it boots: its start says so, or it had started and was killed. */
static void child_dies(const char *point, brood_start_method_t method,
                       apr_pool_t *setting) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_pool_t *pool;
    apr_status_t rv;
    char plan[100];
    int code = 0;

    killing_count_case();
    (void)snprintf(plan, sizeof plan, "%s:1:kill", point);
    brood_test_ledger_open();
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return;
    }
    options.method = method;
    options.name = "victim";
    (void)brood_process_create(&child, end_at_once, BROOD_NO_ARGS, &options, pool);
    if (method == BROOD_START_FORK) {
        brood__fault_plan(plan);
    } else {
        (void)apr_env_set("BROOD_FAULT", plan, setting);
    }
    rv = brood_process_start(child);
    brood__fault_plan("");
    (void)apr_env_delete("BROOD_FAULT", setting);
    if (rv == APR_SUCCESS) {
        code = killing_code_of(child);
        if (code != -9 && code != 0) {
            killing_complain(point, "the child ended in an odd way", code);
        }
    } else if (rv != BROOD_EBOOT) {
        killing_complain(point, "the start failed in an odd way", rv);
    }
    apr_pool_destroy(pool);
    if (brood_test_ledger_check() != 0) {
        killing_complain(point, "something was left", 0);
    }
    child = start(method, end_at_once, BROOD_NO_ARGS, "after", setting);
    if (killing_code_of(child) != 0) {
        killing_complain(point, "nothing can be started any more", 0);
    }
}

/* ---- under a forkserver -------------------------------------------------------------- */

/* The plan begins when the server has booted, and only in the first one: it takes the file. */
static int take_plan(apr_pool_t *pool) {
    char *path, *plan;

    if (apr_env_get(&path, "BROOD_TEST_ONCE", pool) == APR_SUCCESS &&
        apr_env_get(&plan, "BROOD_TEST_PLAN", pool) == APR_SUCCESS &&
        apr_file_remove(path, pool) == APR_SUCCESS) {
        brood__fault_plan(plan);
    }
    return 0;
}

static void set_plan(const char *point, const char *path, apr_pool_t *pool) {
    apr_file_t *file;
    char plan[100];

    (void)snprintf(plan, sizeof plan, "%s:1:kill", point);
    if (apr_file_open(&file, path, APR_FOPEN_WRITE | APR_FOPEN_CREATE,
                      APR_FPROT_OS_DEFAULT, pool) == APR_SUCCESS) {
        (void)apr_file_close(file);
    }
    (void)apr_env_set("BROOD_TEST_ONCE", path, pool);
    (void)apr_env_set("BROOD_TEST_PLAN", plan, pool);
}

/* What a start and an end must come to when the plan strikes at a point. */
typedef struct served_t {
    const char *point;
    apr_status_t start;
    int code; /* of the child, if it starts */
} served_t;

static void check_served(const served_t *served, const brood_process_options_t *options,
                         apr_pool_t *pool) {
    brood_process_t *child;
    apr_status_t rv;
    int code = 0;

    (void)brood_process_create(&child, end_at_once, BROOD_NO_ARGS, options, pool);
    rv = brood_process_start(child);
    if (rv != served->start) {
        killing_complain(served->point, brood_error_detail(), rv);
    }
    if (rv != APR_SUCCESS) {
        return;
    }
    (void)brood_process_join(child, KILLING_LATE_US);
    rv = brood_process_exit_code(child, &code);
    if (code != served->code || rv != (code == 255 ? BROOD_ESTATUSLOST : APR_SUCCESS)) {
        killing_complain(served->point, "the child ended in an odd way", code);
    }
}

/* The server, or a child of it while it boots. The start after that one finds a server. */
static void server_dies(const served_t *served) {
    const served_t well = {"after", APR_SUCCESS, 0};
    brood_context_options_t settings = BROOD_CONTEXT_OPTIONS_INIT;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    apr_pool_t *pool;

    killing_count_case();
    brood_test_ledger_open();
    settings.preload = take_plan;
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS ||
        brood_context_create(&options.context, BROOD_START_FORKSERVER, &settings, pool) !=
            APR_SUCCESS) {
        killing_complain(served->point, "no context", 0);
        return;
    }
    set_plan(served->point, brood_test_file_name("once", pool), pool);
    options.name = "victim";
    check_served(served, &options, pool);
    (void)apr_env_delete("BROOD_TEST_PLAN", pool);
    /* A plan of the living server's strikes each child anew. */
    (void)brood_forkserver_stop(options.context);
    check_served(&well, &options, pool);
    apr_pool_destroy(pool);
    if (brood_test_ledger_check() != 0) {
        killing_complain(served->point, "something was left", 0);
    }
}

static void run_served(void) {
    static const served_t all[] = {
        {"forkserver.requested", APR_SUCCESS, 0}, /* another server is asked */
        {"forkserver.started", APR_SUCCESS, 255}, {"forkserver.reaped", APR_SUCCESS, 255},
        {"forkserver.forked", BROOD_EBOOT, 0},    {"boot.begin", BROOD_EBOOT, 0},
        {"boot.record", BROOD_EBOOT, 0},          {"participant.claimed", BROOD_EBOOT, 0},
        {"boot.attached", BROOD_EBOOT, 0},        {"boot.ready", APR_SUCCESS, -9},
        {"boot.finished", APR_SUCCESS, -9},
    };
    size_t i;

    for (i = 0; i < COUNT(all); i++) {
        server_dies(&all[i]);
    }
}

/* ---- all of them -------------------------------------------------------------------- */

static void run_method(brood_start_method_t method, apr_pool_t *pool) {
    static const char *const parents[] = {"start.reserved", "start.launched",
                                          "start.sent", "start.acknowledged"};
    static const char *const children[] = {"boot.begin",          "boot.record",
                                           "participant.claimed", "boot.attached",
                                           "boot.ready",          "boot.finished"};
    size_t i;

    for (i = 0; i < COUNT(parents); i++) {
        parent_dies(parents[i], 1, method);
    }
    /* The first time it was the server that was started. */
    for (i = 1; method == BROOD_START_FORKSERVER && i < COUNT(parents); i++) {
        parent_dies(parents[i], 2, method);
    }
    for (i = 0; method != BROOD_START_FORKSERVER && i < COUNT(children); i++) {
        child_dies(children[i], method, pool);
    }
    if (method == BROOD_START_FORKSERVER) {
        run_served();
    }
    asker_dies(method);
    killing_report("starts", "", method);
}

/* What the systems keep for good is made: the session, the forkserver. */
static void warm_up(brood_start_method_t method, apr_pool_t *pool) {
    brood_connection_t *mine, *theirs;

    if (brood_pipe_create(&mine, &theirs, 0, pool) != APR_SUCCESS ||
        killing_code_of(start(method, end_at_once, BROOD_ARGS(theirs), "first", pool)) !=
            0) {
        killing_complain("first", "nothing can be started", 0);
    }
    (void)brood_connection_close(mine);
    (void)brood_connection_close(theirs);
}

int main(int argc, char **argv) {
    unsigned rounds = 1;
    unsigned round;
    apr_pool_t *pool;
    int method;

    if (brood_init(&argc, &argv) != APR_SUCCESS ||
        apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return 2;
    }
    brood__fault_plan("");
    if (argc > 2 && strcmp(argv[1], "--rounds") == 0) {
        rounds = (unsigned)strtoul(argv[2], NULL, 10);
    }
    for (method = BROOD_START_FORK; method <= BROOD_START_FORKSERVER; method++) {
        if (brood_has_start_method((brood_start_method_t)method)) {
            warm_up((brood_start_method_t)method, pool);
            for (round = 0; round < rounds; round++) {
                run_method((brood_start_method_t)method, pool);
            }
        }
    }
    return killing_end();
}
