/* A pipe that goes one way, from a child to its parent, to its end. The parent closes its own
 * copy of the sending end: otherwise the end would never come. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

static int send_lines(const brood_values_t *state, apr_pool_t *pool) {
    const char *lines[] = {"one way", "message by message", "to the end"};
    brood_connection_t *out;
    (void)pool;
    check(BROOD_UNPACK(state, &out), "unpack");
    for (int i = 0; i < 3; i++) {
        check(brood_connection_send(out, BROOD_ARGS(i, lines[i]), BROOD_FOREVER), "send");
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_connection_t *in, *out;
    brood_process_t *child;
    brood_values_t *message;
    const char *line;
    apr_status_t status;
    apr_pool_t *pool;
    int number;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_pipe_create(&in, &out, 0, pool), "pipe");

    check(brood_process_create(&child, send_lines, BROOD_ARGS(out), NULL, pool),
          "create");
    check(brood_process_start(child), "start");
    check(brood_connection_close(out), "close");

    while ((status = brood_connection_recv(in, &message, BROOD_FOREVER, pool)) ==
           APR_SUCCESS) {
        check(BROOD_UNPACK(message, &number, &line), "unpack");
        printf("%d: %s\n", number, line);
    }
    if (status != APR_EOF) {
        check(status, "recv");
    }
    check(brood_process_join(child, BROOD_FOREVER), "join");
    return 0;
}
