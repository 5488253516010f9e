/* Reading and writing are two accesses: what another counts in between is lost. The one who
 * was faster is held by a message between the two, so that it happens every time. */
#include "support/say.h"

#define LATE (20 * 1000000)

static void await(brood_connection_t *connection) {
    char word;
    size_t size;
    MUST(brood_connection_recv_bytes_into(connection, &word, 1, &size, LATE));
}

static int count_slowly(const brood_values_t *state, apr_pool_t *pool) {
    brood_shared_value_t *counter;
    brood_connection_t *connection;
    int64_t number;
    (void)pool;
    MUST(BROOD_UNPACK(state, &counter, &connection));
    MUST(brood_shared_value_get_int(counter, &number, LATE));
    MUST(brood_connection_send_bytes(connection, "r", 1, LATE));
    await(connection);
    MUST(brood_shared_value_set_int(counter, number + 1, LATE));
    return 0;
}

int main(int argc, char **argv) {
    brood_connection_t *mine, *theirs;
    brood_shared_value_t *counter;
    brood_process_t *child;
    int64_t number;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_shared_value_create(&counter, 'i', NULL, pool));
    MUST(brood_pipe_create(&mine, &theirs, 1, pool));
    MUST(brood_process_create(&child, count_slowly, BROOD_ARGS(counter, theirs), NULL,
                              pool));
    MUST(brood_process_start(child));

    await(mine); /* the child has read */
    for (int i = 0; i < 10; i++) {
        MUST(brood_shared_value_get_int(counter, &number, LATE));
        MUST(brood_shared_value_set_int(counter, number + 1, LATE));
    }
    MUST(brood_connection_send_bytes(mine, "w", 1, LATE));
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(brood_shared_value_get_int(counter, &number, LATE));
    say("counted 11 times, the value is %d\n", (int)number);
    return 0;
}
