/* Processes of 64 and of 32 bits in one session.
 *
 * Brood starts its own program again, and a program of another width is another build, which it
 * refuses. What lies in shared memory is the same for both, though, and this holds it to that:
 * the first process is an ordinary one and starts PROGRAM, the same source in another build,
 * which goes through the steps of a child's boot but for the one that looks for the target in
 * the module of the same build. From there on both use the same objects (objects.c, waits.c).
 *
 *   width_peers [--peer PROGRAM] [TEST]
 *
 * Without a peer it starts itself, so that every build has this test; with one, the build that
 * starts makes the objects and the peer attaches them, so it is run once in each direction. */
#include "peers.h"

#include "boot_child.h"
#include "handle.h"
#include "os/handle.h"
#include "os/identity.h"
#include "session.h"
#include "values.h"
#include <apr_env.h>
#include <stdlib.h>
#include <string.h>

#define PEER "BROOD_TEST_PEER" /* in the environment of one that shall be a peer */

static const char *peer_program; /* NULL: this one */

static width_peer_fn *const peers[] = {
    [WIDTH_COUNTS] = width_peer_counts,
    [WIDTH_TAKES_TURNS] = width_peer_takes_turns,
    [WIDTH_ANSWERS] = width_peer_answers,
    [WIDTH_HOLDS] = width_peer_holds,
    [WIDTH_DOES_NOT_GET_IT] = width_peer_does_not_get_it,
    [WIDTH_SEES_VALUES] = width_peer_sees_values,
    [WIDTH_KNOWS_THE_NAME] = width_peer_knows_the_name,
    [WIDTH_WAITS] = width_peer_waits,
    [WIDTH_ADDS] = width_peer_adds,
};

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

brood_process_t *width_start(uint32_t which, brood_args_t args, brood_test_t *test) {
    brood_process_t *process = make_peer(which, args, test);
    apr_status_t rv;

    assert_int_equal(apr_env_set(PEER, "1", test->pool), APR_SUCCESS);
    rv = brood_process_start(process);
    assert_int_equal(apr_env_delete(PEER, test->pool), APR_SUCCESS);
    assert_success(rv);
    return process;
}

/* What a program gets that tries this with the public functions alone. */
static void another_build_is_refused(void **state) {
    brood_test_t *test = *state;
    brood_process_t *peer = make_peer(WIDTH_COUNTS, BROOD_NO_ARGS, test);

    if (peer_program == NULL) {
        assert_success(brood_process_start(peer));
        brood_test_join(peer, 7);
    } else {
        assert_status(brood_process_start(peer), BROOD_EBUILD);
        assert_detail("another build");
    }
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(width_both_count_under_locks),  BROOD_TEST(width_they_take_turns),
    BROOD_TEST(width_messages_there_and_back), BROOD_TEST(width_a_peers_death_is_told),
    BROOD_TEST(width_a_living_owner_keeps_it), BROOD_TEST(width_values_arrive),
    BROOD_TEST(width_a_block_by_its_name),     BROOD_TEST(width_they_wait_for_each_other),
    BROOD_TEST(width_both_add_to_values),      BROOD_TEST(another_build_is_refused),
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
