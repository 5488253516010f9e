/* A pipe between two children: a text and then a list. */
#include "support/say.h"

static int sender(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *out;
    (void)pool;
    MUST(BROOD_UNPACK(state, &out));
    MUST(brood_connection_send(out, BROOD_ARGS("Hello from sender"), BROOD_FOREVER));
    MUST(brood_connection_send(out, BROOD_ARGS(1, 2, 3), BROOD_FOREVER));
    return 0;
}

static int receiver(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *in;
    brood_values_t *message;
    const char *text;
    int a, b, c;
    MUST(BROOD_UNPACK(state, &in));
    MUST(brood_connection_recv(in, &message, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(message, &text));
    say("%s\n", text);
    MUST(brood_connection_recv(in, &message, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(message, &a, &b, &c));
    say("[%d, %d, %d]\n", a, b, c);
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *sending, *receiving;
    brood_connection_t *one, *other;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_pipe_create(&one, &other, 1, pool));

    MUST(brood_process_create(&sending, sender, BROOD_ARGS(one), NULL, pool));
    MUST(brood_process_create(&receiving, receiver, BROOD_ARGS(other), NULL, pool));
    MUST(brood_process_start(sending));
    MUST(brood_process_start(receiving));
    MUST(brood_process_join(sending, BROOD_FOREVER));
    MUST(brood_process_join(receiving, BROOD_FOREVER));
    return 0;
}
