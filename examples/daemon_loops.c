/* Daemons whose loops take longer than anybody waits: each is waited for a while, and all end with
 * their parent. Without the waiting it would end at once, and they with it. */
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

static int loop(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *begun;
    int count;
    (void)pool;
    check(BROOD_UNPACK(state, &count, &begun), "unpack");
    for (int i = 0; i < count; i++) {
        if (i < 2) {
            printf("%s: LoopCount: %d\n", brood_current_name(), i);
            fflush(stdout);
        }
        if (i == 1) {
            check(brood_queue_put(begun, BROOD_NO_ARGS, BROOD_FOREVER), "put");
        }
        apr_sleep(1000);
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *daemons[3];
    brood_queue_t *begun;
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_queue_create(&begun, NULL, pool), "queue");

    options.daemon = 1;
    for (int i = 0; i < 3; i++) {
        check(brood_process_create(&daemons[i], loop, BROOD_ARGS(1000000 + i, begun),
                                   &options, pool),
              "create");
        check(brood_process_start(daemons[i]), "start");
    }
    for (int i = 0; i < 3; i++) {
        brood_values_t *message;
        check(brood_queue_get(begun, &message, BROOD_FOREVER, pool), "get");
    }
    for (int i = 0; i < 3; i++) {
        if (brood_process_join(daemons[i], 10000) == APR_TIMEUP) {
            printf("%s has not ended in its time\n", brood_process_name(daemons[i]));
        }
    }
    printf("end\n");
    return 0;
}
