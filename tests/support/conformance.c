/* Conformance suites: gates, and one run of a case in processes or in threads. */
#include "conformance_run.h"

#include "block.h"
#include "os/clock.h"
#include "os/process.h"
#include "outside.h"
#include "values.h"
#include "waiting.h"
#include <apr_thread_proc.h>
#include <stdio.h>
#include <string.h>

#define END_US (60 * (int64_t)1000000) /* for all parties of a case */

/* What all parties share before the case's own place. */
typedef struct head_t {
    _Atomic uint32_t arrived; /* at gates, ever */
    _Atomic uint32_t failed;  /* parties */
    _Atomic int64_t pids[CONFORMANCE_PARTIES_MAX];
} head_t;

/* The place's offset in the memory that processes share. */
#define PLACE_AT ((sizeof(head_t) + 63) / 64 * 64)

/* ---- for parties -------------------------------------------------------------------- */

int conformance_wait(conformance_party_t *self, int64_t end_us) {
    head_t *head = self->head;
    brood_os_yield();
    return atomic_load(&head->failed) == 0 && brood_test_now_us() < end_us;
}

int conformance_gate(conformance_party_t *self) {
    head_t *head = self->head;
    int64_t end_us = brood_test_now_us() + CONFORMANCE_LATE_US;
    uint32_t before = atomic_fetch_add(&head->arrived, 1);
    /* Nobody comes to the next gate before all have come to this one. */
    uint32_t wanted = (before / self->count + 1) * self->count;
    while (atomic_load(&head->arrived) < wanted) {
        if (!conformance_wait(self, end_us)) {
            return 0;
        }
    }
    return 1;
}

void conformance_die(conformance_party_t *self) {
    (void)self;
    brood_os_kill_self();
}

void conformance_kill(conformance_party_t *self, uint32_t party) {
    head_t *head = self->head;
    (void)brood_test_kill(atomic_load(&head->pids[party]));
}

int conformance_await_death(conformance_party_t *self, uint32_t party) {
    head_t *head = self->head;
    int64_t end_us = brood_test_now_us() + CONFORMANCE_LATE_US;
    while (brood_test_lives(atomic_load(&head->pids[party]))) {
        if (!conformance_wait(self, end_us)) {
            return 0;
        }
    }
    return 1;
}

int conformance_await_waiters(conformance_party_t *self, void *object, uint32_t count) {
    int64_t end_us = brood_test_now_us() + CONFORMANCE_LATE_US;
    while (brood_test_waiters_in(object) < count) {
        if (!conformance_wait(self, end_us)) {
            return 0;
        }
    }
    return 1;
}

/* ---- for setup ---------------------------------------------------------------------- */

void conformance_args(conformance_t *run, brood_args_t args) {
    assert_success(brood_values_pack(&run->args, args, run->pool));
}

/* ---- a party ------------------------------------------------------------------------ */

static int run_party(const conformance_case_t *at, conformance_party_t *self) {
    head_t *head = self->head;
    int code;
    self->count = at->parties;
    self->variant = at->variant;
    atomic_store(&head->pids[self->me], brood_current_pid());
    code = at->party(self);
    if (code != 0) {
        atomic_fetch_add(&head->failed, 1);
    }
    return code;
}

static int in_process(const brood_values_t *state, apr_pool_t *pool) {
    conformance_party_t self;
    const char *path;
    uint32_t index;
    void *memory;
    memset(&self, 0, sizeof self);
    CHILD_OK(BROOD_UNPACK(state, &index, &self.me, &path, &self.state));
    CHILD_OK(brood_test_block_open(&memory, path, pool));
    self.head = memory;
    self.place = (char *)memory + PLACE_AT;
    self.pool = pool;
    return run_party(conformance_case(index), &self);
}

/* Values with the same bytes and handles of their own, as a child gets them. */
static apr_status_t values_again(const brood_values_t **again, brood_values_t *values,
                                 apr_pool_t *pool) {
    brood_bytes_t bytes = brood__values_bytes(values);
    brood_handle_t *const *handles;
    size_t count = brood__values_handles(values, &handles);
    brood_handle_t **own = apr_pcalloc(pool, (count + 1) * sizeof *own);
    brood_values_t *made = NULL;
    apr_status_t rv = APR_SUCCESS;
    for (size_t i = 0; rv == APR_SUCCESS && i < count; i++) {
        brood__parcel_t *parcel;
        rv = brood__parcel_create(&parcel, pool);
        if (rv == APR_SUCCESS) {
            rv = handles[i]->cls->pack(handles[i], parcel);
        }
        if (rv == APR_SUCCESS) {
            rv = handles[i]->cls->unpack(handles[i]->cls, &own[i], parcel, pool);
        }
    }
    if (rv == APR_SUCCESS) {
        rv = brood__values_decode(&made, bytes.data, bytes.size, own, count, 1, pool);
    }
    *again = made;
    return rv;
}

typedef struct thread_t {
    const conformance_case_t *at;
    conformance_party_t self;
    brood_values_t *args;
    int own_handles;
    int code;
    apr_thread_t *thread;
} thread_t;

static int party_in_thread(thread_t *its) {
    its->self.state = its->args;
    if (its->own_handles) {
        CHILD_OK(values_again(&its->self.state, its->args, its->self.pool));
    }
    return run_party(its->at, &its->self);
}

static void *APR_THREAD_FUNC in_thread(apr_thread_t *thread, void *data) {
    thread_t *its = data;
    (void)thread;
    its->code = apr_pool_create(&its->self.pool, NULL);
    if (its->code == 0) {
        its->code = party_in_thread(its);
        apr_pool_destroy(its->self.pool);
    }
    if (its->code != 0) {
        atomic_fetch_add(&((head_t *)its->self.head)->failed, 1);
    }
    return NULL;
}

/* ---- a run -------------------------------------------------------------------------- */

static void run_in_threads(conformance_t *run, int own_handles) {
    static thread_t threads[CONFORMANCE_PARTIES_MAX];
    head_t *head = apr_pcalloc(run->pool, sizeof *head);
    uint32_t count = run->at->parties;
    int bad = 0;
    memset(threads, 0, sizeof threads);
    for (uint32_t i = 0; i < count; i++) {
        thread_t *its = &threads[i];
        its->at = run->at;
        its->args = run->args;
        its->own_handles = own_handles;
        its->self.head = head;
        its->self.place = run->place;
        its->self.me = i;
        its->self.threads = 1;
        assert_int_equal(apr_thread_create(&its->thread, NULL, in_thread, its, run->pool),
                         APR_SUCCESS);
    }
    for (uint32_t i = 0; i < count; i++) {
        apr_status_t result;
        (void)apr_thread_join(&result, threads[i].thread);
        if (threads[i].code != 0) {
            print_error("party %u failed\n", (unsigned)i);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

/* One that does not end as it should is said so and counted; the others fail then too. */
static int end_party(conformance_t *run, brood_process_t *process, uint32_t number,
                     int64_t end_us) {
    int dies = number >= run->at->parties - run->at->dying;
    int64_t left_us = end_us - brood_test_now_us();
    int code = 0;
    if (brood_process_join(process, left_us < 0 ? 0 : left_us) != APR_SUCCESS) {
        print_error("party %u does not end\n", (unsigned)number);
        (void)brood_process_kill(process);
        (void)brood_process_join(process, BROOD_FOREVER);
        return 1;
    }
    (void)brood_process_exit_code(process, &code);
    if (dies ? code != -9 && code != BROOD_TEST_KILLED : code != 0) {
        print_error("party %u ended with %d\n", (unsigned)number, code);
        return 1;
    }
    return 0;
}

static void run_in_processes(conformance_t *run, const char *path, uint32_t index) {
    brood_process_t *processes[CONFORMANCE_PARTIES_MAX];
    const brood_values_t *args = run->args;
    head_t *head = (void *)((char *)run->place - PLACE_AT);
    uint32_t count = run->at->parties;
    uint32_t started = 0;
    int64_t end_us = brood_test_now_us() + END_US;
    int bad = 0;
    for (; started < count && bad == 0; started++) {
        brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
        options.method = run->method;
        if (brood_process_create(&processes[started], in_process,
                                 BROOD_ARGS(index, started, path, args), &options,
                                 run->pool) != APR_SUCCESS ||
            brood_process_start(processes[started]) != APR_SUCCESS) {
            print_error("party %u cannot be started: %s\n", (unsigned)started,
                        brood_error_detail());
            atomic_fetch_add(&head->failed, 1);
            bad++;
            break;
        }
    }
    for (uint32_t i = 0; i < started; i++) {
        bad += end_party(run, processes[i], i, end_us);
        atomic_fetch_add(&head->failed, (uint32_t)(bad != 0));
    }
    assert_int_equal(bad, 0);
}

void conformance_run(conformance_t *run, conformance_mode_t mode, uint32_t index) {
    const char *path = NULL;
    run->at = conformance_case(index);
    run->variant = run->at->variant;
    run->threads = mode <= CONFORMANCE_SHARED;
    run->method = conformance_method(mode);
    if (run->threads) {
        run->place = apr_pcalloc(run->pool, run->at->place_size + 1);
    } else {
        path = brood_test_file_name("conformance", run->pool);
        assert_success(brood_test_block_create(
            &run->place, path, PLACE_AT + run->at->place_size, run->pool));
        run->place = (char *)run->place + PLACE_AT;
    }
    run->at->setup(run);
    assert_non_null(run->args);
    if (run->threads) {
        run_in_threads(run, mode == CONFORMANCE_THREADS);
    } else {
        run_in_processes(run, path, index);
    }
    if (run->at->check != NULL) {
        run->at->check(run);
    }
}
