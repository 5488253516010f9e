/* The same message through a pipe, and then the end of the stream: it shows when every
 * process has closed its copy of the sending end. */
#include "support/say.h"

static int reply(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *sender;
    (void)pool;
    MUST(BROOD_UNPACK(state, &sender));
    MUST(brood_connection_send(sender, BROOD_ARGS(42, brood_arg_nil(), "hello"),
                               BROOD_FOREVER));
    MUST(brood_connection_close(sender));
    return 0;
}

int main(int argc, char **argv) {
    brood_connection_t *receiver, *sender;
    brood_process_t *child;
    brood_values_t *message;
    const char *nothing, *text;
    apr_pool_t *pool;
    int number;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_pipe_create(&receiver, &sender, 0, pool));

    MUST(brood_process_create(&child, reply, BROOD_ARGS(sender), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_connection_close(sender)); /* the child has its own */
    MUST(brood_connection_recv(receiver, &message, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(message, &number, &nothing, &text));
    say("[%d, %s, '%s']\n", number, nothing == NULL ? "None" : nothing, text);
    if (brood_connection_recv(receiver, &message, BROOD_FOREVER, pool) == APR_EOF) {
        say("end of the stream\n");
    }
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
