/* What stands for the exceptions: a message that is larger than the memory for it, and a time
 * that has run out. */
#include "support/say.h"

static int be_late(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *leave;
    (void)pool;
    MUST(BROOD_UNPACK(state, &leave));
    MUST(brood_event_wait(leave, BROOD_FOREVER));
    return 0;
}

static void receive_too_much(apr_pool_t *pool) {
    brood_connection_t *here, *there;
    char small[4], large[16];
    apr_status_t status;
    size_t size;
    MUST(brood_pipe_create(&here, &there, 0, pool));
    MUST(brood_connection_send_bytes(there, "hello", 5, BROOD_FOREVER));
    status = brood_connection_recv_bytes_into(here, small, sizeof(small), &size,
                                              BROOD_FOREVER);
    say("5 bytes into 4: %s, it has %d\n", name_of(status), (int)size);
    status = brood_connection_recv_bytes_into(here, large, sizeof(large), &size, 0);
    say("then into 16: %s\n", name_of(status));
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_event_t *leave;
    apr_status_t status;
    apr_pool_t *pool;
    char text[80];
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    receive_too_much(pool);

    MUST(brood_event_create(&leave, pool));
    MUST(brood_process_create(&child, be_late, BROOD_ARGS(leave), NULL, pool));
    MUST(brood_process_start(child));
    status = brood_process_join(child, 10000);
    say("a child that is late: %s\n", name_of(status));
    MUST(brood_event_set(leave));
    MUST(brood_process_join(child, BROOD_FOREVER));
    status = brood_process_start(child);
    say("a wrong call: %s, %s\n", name_of(status),
        brood_strerror(status, text, sizeof(text)));
    return 0;
}
