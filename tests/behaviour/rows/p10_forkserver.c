/* The forkserver: who can reach it, what goes through it to a child, and what comes back. */
#include "support/kernel.h"
#include "outside.h"

#define PIPES 100

static int answer(const brood_values_t *state, apr_pool_t *pool) {
    brood_reader_t reader;
    int64_t starter;
    (void)pool;
    brood_reader_init(&reader, state);
    MUST(BROOD_READ(&reader, &starter));
    for (int i = 0; i < PIPES; i++) {
        brood_connection_t *pipe;
        MUST(BROOD_READ(&reader, &pipe));
        MUST(brood_connection_send(pipe, BROOD_ARGS(i), BROOD_FOREVER));
    }
    say("forked by %s\n", kernel_parent() == 0         ? "nobody"
                          : kernel_parent() == starter ? "the one that started it"
                                                       : "another");
    return 42;
}

/* What each pipe brings is its own number. */
static int received(brood_connection_t *const *pipes, apr_pool_t *pool) {
    int right = 0;
    for (int i = 0; i < PIPES; i++) {
        brood_values_t *message;
        int number;
        MUST(brood_connection_recv(pipes[i], &message, BROOD_FOREVER, pool));
        MUST(BROOD_UNPACK(message, &number));
        right += number == i;
    }
    return right;
}

int main(int argc, char **argv) {
    brood_connection_t *here[PIPES], *there[PIPES];
    brood_arg_t items[1 + PIPES];
    brood_process_t *child;
    apr_pool_t *pool;
    int64_t server;
    int code;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    items[0] = BROOD_ARG(brood_current_pid());
    for (int i = 0; i < PIPES; i++) {
        MUST(brood_pipe_create(&here[i], &there[i], 0, pool));
        items[1 + i] = BROOD_ARG(there[i]);
    }
    MUST(brood_process_create(&child, answer, brood_args(1 + PIPES, items), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    server = brood_forkserver_pid(NULL);
    say("names by which others could reach the server: %d\n",
        server == 0 ? 0 : brood_test_named_sockets(server));
    MUST(brood_process_exit_code(child, &code));
    say("pipes that work: %d of %d\nexit code %d\n", received(here, pool), PIPES, code);
    return 0;
}
