/* A pipe that goes both ways: the parent asks, the child answers, until an empty message says
 * that no more will come. (The end of the stream would not say it under fork: there the child
 * has a copy of the parent's end, too.) */
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

static int answer(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *pipe;
    brood_values_t *question;
    check(BROOD_UNPACK(state, &pipe), "unpack");
    check(brood_connection_recv(pipe, &question, BROOD_FOREVER, pool), "recv");
    while (brood_values_count(question) > 0) {
        int a, b;
        check(BROOD_UNPACK(question, &a, &b), "unpack");
        check(brood_connection_send(pipe, BROOD_ARGS(a + b), BROOD_FOREVER), "send");
        check(brood_connection_recv(pipe, &question, BROOD_FOREVER, pool), "recv");
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_connection_t *own, *childs;
    brood_process_t *child;
    brood_values_t *reply;
    apr_pool_t *pool;
    int sum, code;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_pipe_create(&own, &childs, 1, pool), "pipe");

    check(brood_process_create(&child, answer, BROOD_ARGS(childs), NULL, pool), "create");
    check(brood_process_start(child), "start");
    check(brood_connection_close(childs), "close"); /* the child has its own */
    for (int i = 1; i <= 3; i++) {
        check(brood_connection_send(own, BROOD_ARGS(i, 10 * i), BROOD_FOREVER), "send");
        check(brood_connection_recv(own, &reply, BROOD_FOREVER, pool), "recv");
        check(BROOD_UNPACK(reply, &sum), "unpack");
        printf("%d + %d = %d\n", i, 10 * i, sum);
    }
    check(brood_connection_send(own, BROOD_NO_ARGS, BROOD_FOREVER), "send");
    check(brood_process_join(child, BROOD_FOREVER), "join");
    check(brood_process_exit_code(child, &code), "exit code");
    return code;
}
