/* Two processes take two locks in opposite order, and the doctor looks at them. */
#include "support/say.h"
#include "brood/doctor.h"

static int take_both(const brood_values_t *state, apr_pool_t *pool) {
    brood_lock_t *one, *other;
    brood_barrier_t *both;
    brood_event_t *seen;
    apr_status_t status;
    (void)pool;
    MUST(BROOD_UNPACK(state, &one, &other, &both, &seen));
    MUST(brood_lock_acquire(one, BROOD_FOREVER));
    MUST(brood_barrier_wait(both, BROOD_FOREVER, NULL));
    do {
        status = brood_lock_acquire(other, 300000);
    } while (status == APR_TIMEUP && !brood_event_is_set(seen));
    say("%s: the second lock: %s\n", brood_current_name(), name_of(status));
    MUST(brood_barrier_wait(both, BROOD_FOREVER, NULL)); /* neither gives way */
    MUST(brood_lock_release(one));
    return 0;
}

/* Looks until there is a deadlock, and says who waits for whom. */
static void say_ring(apr_pool_t *pool) {
    const brood_doctor_deadlock_t *ring;
    brood_doctor_session_t *session;
    do {
        MUST(brood_doctor_look(&session, pool));
    } while (session->deadlock_count == 0);
    ring = session->deadlocks;
    for (size_t i = 0; i < ring->count; i++) {
        say("%s waits for a lock that %s holds\n", ring->edges[i].wait.process.name,
            ring->edges[i].hold.process.name);
    }
}

int main(int argc, char **argv) {
    brood_process_t *children[2];
    brood_lock_t *one, *other;
    brood_barrier_t *both;
    brood_event_t *seen;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_lock_create(&one, pool));
    MUST(brood_lock_create(&other, pool));
    MUST(brood_event_create(&seen, pool));
    MUST(brood_barrier_create(&both, 2, NULL, BROOD_FOREVER, pool));

    MUST(brood_process_create(&children[0], take_both, BROOD_ARGS(one, other, both, seen),
                              NULL, pool));
    MUST(brood_process_create(&children[1], take_both, BROOD_ARGS(other, one, both, seen),
                              NULL, pool));
    MUST(brood_process_start(children[0]));
    MUST(brood_process_start(children[1]));
    say_ring(pool);
    MUST(brood_event_set(seen));
    MUST(brood_process_join(children[0], BROOD_FOREVER));
    MUST(brood_process_join(children[1], BROOD_FOREVER));
    return 0;
}
