/* A tree is ended as one: a child, and what that has started. The grandchild would also end by
 * itself when its creator does, however that ends: options.end_with_parent. */
#include <brood/brood.h>
#include <apr_general.h>
#include <stdio.h>
#include <stdlib.h>

static void must(apr_status_t status, const char *what) {
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s\n", what, brood_error_detail());
        exit(1);
    }
}

static int grandchild(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *life;

    (void)pool;
    must(BROOD_UNPACK(state, &life), "state");
    must(brood_connection_send_bytes(life, "here", 4, BROOD_FOREVER), "send");
    (void)brood_stop_wait(BROOD_FOREVER);
    return 0;
}

static int child(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_connection_t *life;
    brood_process_t *process;

    must(BROOD_UNPACK(state, &life), "state");
    options.end_with_parent = 1;
    must(brood_process_create(&process, grandchild, BROOD_ARGS(life), &options, pool),
         "create");
    must(brood_process_start(process), "start");
    (void)brood_stop_wait(BROOD_FOREVER);
    return 0;
}

int main(int argc, char **argv) {
    brood_connection_t *mine, *theirs;
    brood_process_t *process;
    apr_pool_t *pool;
    apr_status_t status;
    size_t count, size;
    char word[8];
    int code;

    must(brood_init(&argc, &argv), "brood_init");
    must(apr_pool_create(&pool, NULL), "pool");
    must(brood_pipe_create(&mine, &theirs, 0, pool), "pipe");
    must(brood_process_create(&process, child, BROOD_ARGS(theirs), NULL, pool), "create");
    must(brood_process_start(process), "start");
    must(brood_connection_close(theirs), "close");
    must(brood_connection_recv_bytes_into(mine, word, sizeof word, &size, BROOD_FOREVER),
         "receive");

    status = brood_process_kill_tree(process, BROOD_STOP_KILL, &count);
    if (status != APR_ENOTIMPL) { /* where it is, the child alone was told */
        must(status, "kill_tree");
    }
    must(brood_process_join(process, BROOD_FOREVER), "join");
    must(brood_process_exit_code(process, &code), "exit_code");
    status =
        brood_connection_recv_bytes_into(mine, word, sizeof word, &size, BROOD_FOREVER);
    printf("the child: %d; the grandchild: %s\n", code,
           status == APR_EOF ? "gone" : "still there");
    return 0;
}
