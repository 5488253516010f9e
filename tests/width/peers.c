/* Processes of 64 and of 32 bits in one session.
 *
 * Brood starts its own program again, and a program of another width is another build, which it
 * refuses. What lies in shared memory is the same for both, though, and this holds it to that:
 * the first process is an ordinary one and starts PROGRAM, the same source in another build,
 * which goes through the steps of a child's boot but for the one that looks for the target in
 * the module of the same build. From there on both use the same objects.
 *
 *   width_peers [--peer PROGRAM] [TEST]
 *
 * Without a peer it starts itself, so that every build has this test; with one, the build that
 * starts makes the objects and the peer attaches them, so it is run once in each direction. */
#include "methods.h"

#include "boot_child.h"
#include "handle.h"
#include "os/clock.h"
#include "os/handle.h"
#include "os/identity.h"
#include "os/process.h"
#include "os/program.h"
#include "session.h"
#include "values.h"
#include <apr_env.h>
#include <apr_strings.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000)
#define ROUNDS 20000
#define TURNS 2000
#define MESSAGES 400u
#define LARGE 300000u
#define PEER "BROOD_TEST_PEER" /* in the environment of one that shall be a peer */

typedef int peer_fn(const brood_values_t *args, apr_pool_t *pool);

static const char *peer_program; /* NULL: this one */

/* ---- what the two do together ------------------------------------------------------------ */

typedef struct counts_t {
    uint64_t by_lock;
    uint64_t by_rlock;
} counts_t;

/* Plain numbers, which only the locks make right. */
static int count(brood_lock_t *lock, brood_rlock_t *rlock, counts_t *counts) {
    int i;

    for (i = 0; i < ROUNDS; i++) {
        CHILD_OK(brood_lock_acquire(lock, LATE));
        counts->by_lock++;
        CHILD_OK(brood_lock_release(lock));
        CHILD_OK(brood_rlock_acquire(rlock, LATE));
        CHILD_OK(brood_rlock_acquire(rlock, LATE));
        counts->by_rlock++;
        CHILD_OK(brood_rlock_release(rlock));
        CHILD_OK(brood_rlock_release(rlock));
    }
    return 0;
}

/* One gives the other its turn, and sleeps most of the time. */
static int take_turns(brood_semaphore_t *mine, brood_semaphore_t *theirs) {
    int i;

    for (i = 0; i < TURNS; i++) {
        CHILD_OK(brood_semaphore_acquire(mine, LATE));
        CHILD_OK(brood_semaphore_release(theirs, 1));
    }
    return 0;
}

/* Message number i: most lie in the ring, some in the space for large ones. */
static size_t fill(unsigned char *bytes, uint32_t i, unsigned mask) {
    size_t size = i % 50 == 49 ? LARGE + i : (size_t)i * 37 % 4000;
    size_t at;

    for (at = 0; at < size; at++) {
        bytes[at] = (unsigned char)((i + at) ^ mask);
    }
    return size;
}

/* ---- the peer's side --------------------------------------------------------------------- */

static int peer_counts(const brood_values_t *args, apr_pool_t *pool) {
    brood_lock_t *lock;
    brood_rlock_t *rlock;
    brood_block_t *block;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(args, &lock, &rlock, &block));
    CHILD_CHECK(brood_block_size(block) == sizeof(counts_t));
    return count(lock, rlock, brood_block_data(block));
}

static int peer_takes_turns(const brood_values_t *args, apr_pool_t *pool) {
    brood_semaphore_t *mine, *theirs;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(args, &mine, &theirs));
    return take_turns(mine, theirs);
}

static int peer_answers(const brood_values_t *args, apr_pool_t *pool) {
    unsigned char *got = apr_palloc(pool, LARGE + MESSAGES);
    unsigned char *wanted = apr_palloc(pool, LARGE + MESSAGES);
    brood_queue_t *there, *back;
    uint32_t i;

    CHILD_OK(BROOD_UNPACK(args, &there, &back));
    for (i = 0; i < MESSAGES; i++) {
        size_t size, filled = fill(wanted, i, 0);

        CHILD_OK(brood_queue_get_bytes(there, got, LARGE + MESSAGES, &size, LATE));
        CHILD_CHECK(size == filled && memcmp(got, wanted, size) == 0);
        size = fill(got, i, 0xffu);
        CHILD_OK(brood_queue_put_bytes(back, got, size, LATE));
    }
    return 0;
}

/* Takes everything there is, says so, and waits for its death. */
static int peer_holds(const brood_values_t *args, apr_pool_t *pool) {
    brood_lock_t *lock;
    brood_rlock_t *rlock;
    brood_semaphore_t *owned;
    brood_queue_t *held;
    int i;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(args, &lock, &rlock, &owned, &held));
    CHILD_OK(brood_lock_acquire(lock, LATE));
    CHILD_OK(brood_rlock_acquire(rlock, LATE));
    for (i = 0; i < 3; i++) {
        CHILD_OK(brood_semaphore_acquire(owned, LATE));
    }
    CHILD_OK(brood_queue_put(held, BROOD_NO_ARGS, LATE));
    CHILD_OK(brood_semaphore_acquire(owned, BROOD_FOREVER));
    return 1;
}

/* The owner lives, and is not taken for dead. */
static int peer_does_not_get_it(const brood_values_t *args, apr_pool_t *pool) {
    brood_lock_t *lock;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(args, &lock));
    CHILD_STATUS(brood_lock_acquire(lock, 300000), APR_TIMEUP);
    return 0;
}

static int peer_sees_values(const brood_values_t *args, apr_pool_t *pool) {
    int64_t least;
    uint64_t most;
    double real;
    const char *text;
    brood_bytes_t bytes;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(args, &least, &most, &real, &text, &bytes));
    CHILD_CHECK(least == INT64_MIN && most == UINT64_MAX);
    CHILD_CHECK(real > 0.1 - 1e-17 && real < 0.1 + 1e-17);
    CHILD_CHECK(strcmp(text, "Grüße") == 0);
    CHILD_CHECK(bytes.size == 3 && memcmp(bytes.data, "\0\xff\1", 3) == 0);
    return 0;
}

static int peer_knows_the_name(const brood_values_t *args, apr_pool_t *pool) {
    const char *name;
    brood_block_t *block;
    uint64_t *numbers;

    CHILD_OK(BROOD_UNPACK(args, &name));
    CHILD_OK(brood_block_attach(&block, name, pool));
    CHILD_CHECK(brood_block_size(block) == 2 * sizeof *numbers);
    numbers = brood_block_data(block);
    CHILD_CHECK(numbers[0] == UINT64_C(0x0123456789abcdef));
    numbers[1] = ~numbers[0];
    CHILD_OK(brood_block_close(block));
    return 0;
}

enum {
    COUNTS,
    TAKES_TURNS,
    ANSWERS,
    HOLDS,
    DOES_NOT_GET_IT,
    SEES_VALUES,
    KNOWS_THE_NAME
};
static peer_fn *const peers[] = {
    peer_counts,          peer_takes_turns, peer_answers,       peer_holds,
    peer_does_not_get_it, peer_sees_values, peer_knows_the_name};

/* ---- how a peer comes into the session ---------------------------------------------------- */

/* What a child's boot does, but for looking for the target. */
static int enter(brood_os_handle_t stream, brood_values_t **state, apr_pool_t *pool) {
    brood__boot_record_t record;
    brood__parcel_t *parcel;
    brood_os_handle_t control;
    brood_os_identity_t self;
    brood_handle_t **handles;
    size_t i;

    CHILD_OK(brood__boot_receive(stream, &record, &parcel, pool));
    brood__session_set_name(record.name);
    brood__session_set_parent(&record.parent);
    CHILD_OK(brood__parcel_take_os_handle(parcel, &control));
    CHILD_OK(brood__session_adopt(control, record.participant));
    handles = apr_pcalloc(pool, sizeof *handles * (record.codes.size + 1));
    for (i = 0; i < record.codes.size; i++) {
        uint8_t code = ((const uint8_t *)record.codes.data)[i];
        const brood__handle_class_t *cls = brood__handle_class(code);

        CHILD_CHECK(cls != NULL);
        CHILD_OK(cls->unpack(cls, &handles[i], parcel, pool));
    }
    CHILD_OK(brood__values_decode(state, record.state.data, record.state.size, handles,
                                  record.codes.size, 0, pool));
    CHILD_OK(brood_os_identity_self(&self));
    CHILD_OK(brood__notice_send(stream, BROOD__NOTICE_READY, APR_SUCCESS, self.pid,
                                (int64_t)self.birth, NULL));
    return 0;
}

static int be_peer(brood_os_handle_t stream) {
    apr_pool_t *pool = brood__session_pool();
    const brood_values_t *args;
    brood_values_t *state;
    uint32_t which;
    int code = pool == NULL ? 1 : enter(stream, &state, pool);

    (void)brood_os_handle_close(stream);
    if (code == 0) {
        CHILD_OK(BROOD_UNPACK(state, &which, &args));
        CHILD_CHECK(which < sizeof peers / sizeof peers[0]);
        code = peers[which](args, pool);
    }
    brood__session_leave();
    return code;
}

/* ---- the first process -------------------------------------------------------------------- */

/* The target as the first process knows it; only a peer of the same build finds it. */
static int same_build(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 7;
}

static brood_process_t *make_peer(uint32_t which, brood_args_t args, brood_test_t *test) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *process;
    brood_values_t *packed;

    options.method = BROOD_START_SPAWN;
    options.program = peer_program;
    assert_success(brood_values_pack(&packed, args, test->pool));
    assert_success(brood_process_create(&process, same_build, BROOD_ARGS(which, packed),
                                        &options, test->pool));
    return process;
}

static brood_process_t *start_peer(uint32_t which, brood_args_t args,
                                   brood_test_t *test) {
    brood_process_t *process = make_peer(which, args, test);
    apr_status_t rv;

    assert_int_equal(apr_env_set(PEER, "1", test->pool), APR_SUCCESS);
    rv = brood_process_start(process);
    assert_int_equal(apr_env_delete(PEER, test->pool), APR_SUCCESS);
    assert_success(rv);
    return process;
}

static void both_count_under_locks(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *lock;
    brood_rlock_t *rlock;
    brood_block_t *block;
    brood_process_t *peer;
    const counts_t *counts;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_success(brood_block_create(&block, sizeof *counts, test->pool));
    counts = brood_block_data(block);
    peer = start_peer(COUNTS, BROOD_ARGS(lock, rlock, block), test);
    assert_int_equal(count(lock, rlock, brood_block_data(block)), 0);
    brood_test_join(peer, 0);
    assert_int_equal(counts->by_lock, 2 * ROUNDS);
    assert_int_equal(counts->by_rlock, 2 * ROUNDS);
}

static void they_take_turns(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *mine, *theirs;
    brood_process_t *peer;
    uint32_t value;

    assert_success(brood_semaphore_create(&mine, 1, 0, test->pool));
    assert_success(brood_semaphore_create(&theirs, 0, 0, test->pool));
    peer = start_peer(TAKES_TURNS, BROOD_ARGS(theirs, mine), test);
    assert_int_equal(take_turns(mine, theirs), 0);
    brood_test_join(peer, 0);
    assert_success(brood_semaphore_value(mine, &value));
    assert_int_equal(value, 1);
}

static void messages_there_and_back(void **state) {
    brood_test_t *test = *state;
    unsigned char *put = apr_palloc(test->pool, LARGE + MESSAGES);
    unsigned char *got = apr_palloc(test->pool, LARGE + MESSAGES);
    brood_queue_t *there, *back;
    brood_process_t *peer;
    uint32_t i;

    assert_success(brood_queue_create(&there, NULL, test->pool));
    assert_success(brood_queue_create(&back, NULL, test->pool));
    peer = start_peer(ANSWERS, BROOD_ARGS(there, back), test);
    for (i = 0; i < MESSAGES; i++) {
        size_t size = fill(put, i, 0);

        assert_success(brood_queue_put_bytes(there, put, size, LATE));
        if (i % 3 != 0) {
            continue; /* so that the queues hold more than one */
        }
        assert_success(brood_queue_get_bytes(back, got, LARGE + MESSAGES, &size, LATE));
        assert_int_equal(size, fill(put, i / 3, 0xffu));
        assert_memory_equal(got, put, size);
    }
    for (i = (MESSAGES + 2) / 3; i < MESSAGES; i++) {
        size_t size;

        assert_success(brood_queue_get_bytes(back, got, LARGE + MESSAGES, &size, LATE));
        assert_int_equal(size, fill(put, i, 0xffu));
        assert_memory_equal(got, put, size);
    }
    brood_test_join(peer, 0);
}

static void a_peers_death_is_told(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *lock;
    brood_rlock_t *rlock;
    brood_semaphore_t *owned;
    brood_queue_t *held;
    brood_values_t *word;
    brood_process_t *peer;
    int64_t begin;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_success(brood_semaphore_create(&owned, 3, BROOD_SEM_OWNED, test->pool));
    assert_success(brood_queue_create(&held, NULL, test->pool));
    peer = start_peer(HOLDS, BROOD_ARGS(lock, rlock, owned, held), test);
    assert_success(brood_queue_get(held, &word, LATE, test->pool));
    assert_status(brood_lock_acquire(lock, 0), APR_TIMEUP);
    assert_status(brood_semaphore_acquire(owned, 0), APR_TIMEUP);
    begin = brood_test_now_us();
    assert_success(brood_process_kill(peer)); /* and nobody joins it */
    assert_status(brood_lock_acquire(lock, LATE), BROOD_EOWNERDEAD);
    assert_status(brood_rlock_acquire(rlock, LATE), BROOD_EOWNERDEAD);
    assert_success(brood_semaphore_acquire(owned, LATE));
    assert_true(brood_test_now_us() - begin < 3 * 200000);
    brood_test_join(peer, -9);
    assert_success(brood_lock_release(lock));
    assert_success(brood_rlock_release(rlock));
    assert_success(brood_semaphore_release(owned, 1));
}

static void a_living_owner_keeps_it(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *lock;
    brood_process_t *peer;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_lock_acquire(lock, 0));
    peer = start_peer(DOES_NOT_GET_IT, BROOD_ARGS(lock), test);
    brood_test_join(peer, 0);
    assert_success(brood_lock_release(lock));
}

static void values_arrive(void **state) {
    brood_process_t *peer =
        start_peer(SEES_VALUES,
                   BROOD_ARGS((int64_t)INT64_MIN, (uint64_t)UINT64_MAX, 0.1, "Grüße",
                              brood_bytes("\0\xff\1", 3)),
                   *state);

    brood_test_join(peer, 0);
}

static void a_block_by_its_name(void **state) {
    brood_test_t *test = *state;
    const char *name =
        apr_psprintf(test->pool, "width_%lld", (long long)brood_current_pid());
    brood_block_t *block;
    uint64_t *numbers;

    assert_success(
        brood_block_create_named(&block, name, 2 * sizeof *numbers, NULL, test->pool));
    numbers = brood_block_data(block);
    numbers[0] = UINT64_C(0x0123456789abcdef);
    brood_test_join(start_peer(KNOWS_THE_NAME, BROOD_ARGS(name), test), 0);
    assert_true(numbers[1] == ~numbers[0]);
    assert_success(brood_block_unlink(name));
}

/* What a program gets that tries this with the public functions alone. */
static void another_build_is_refused(void **state) {
    brood_test_t *test = *state;
    brood_process_t *peer = make_peer(COUNTS, BROOD_NO_ARGS, test);

    if (peer_program == NULL) {
        assert_success(brood_process_start(peer));
        brood_test_join(peer, 7);
    } else {
        assert_status(brood_process_start(peer), BROOD_EBUILD);
        assert_detail("another build");
    }
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(both_count_under_locks),  BROOD_TEST(they_take_turns),
    BROOD_TEST(messages_there_and_back), BROOD_TEST(a_peers_death_is_told),
    BROOD_TEST(a_living_owner_keeps_it), BROOD_TEST(values_arrive),
    BROOD_TEST(a_block_by_its_name),     BROOD_TEST(another_build_is_refused),
};

int main(int argc, char **argv) {
    brood_os_handle_t stream;

    if (getenv(PEER) != NULL && brood__boot_stream(&stream)) {
        return be_peer(stream);
    }
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    if (argc > 2 && strcmp(argv[1], "--peer") == 0) {
        peer_program = argv[2];
        argv += 2;
        argc -= 2;
    }
    return brood_test_run_once("width_peers", tests, sizeof tests / sizeof tests[0],
                               argc > 1 ? argv[1] : NULL);
}
