/* The document joins only the last child and then takes the number, for which a late child may wait. Here
 * one is late for certain: it is told to begin when the number is gone. */
#include "support/say.h"
#include <apr_time.h>

static int replace(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_event_t *begin;
    brood_values_t *message;
    apr_status_t rv;
    int own;
    MUST(BROOD_UNPACK(state, &own, &queue, &begin));
    MUST(brood_event_wait(begin, BROOD_FOREVER));
    rv = brood_queue_get(queue, &message, BROOD_FOREVER, pool);
    if (rv != APR_SUCCESS) {
        say("process %d: %s\n", own, name_of(rv));
        return 3;
    }
    say("process %d\n", own);
    MUST(brood_queue_put(queue, BROOD_ARGS(own), BROOD_FOREVER));
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *late, *last;
    brood_event_t *at_once, *later;
    brood_values_t *message;
    brood_queue_t *queue;
    apr_pool_t *pool;
    apr_status_t rv;
    int number;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&queue, NULL, pool));
    MUST(brood_event_create(&at_once, pool));
    MUST(brood_event_create(&later, pool));
    MUST(brood_event_set(at_once));
    MUST(brood_queue_put(queue, BROOD_ARGS(0), BROOD_FOREVER));
    MUST(brood_process_create(&late, replace, BROOD_ARGS(8, queue, later), NULL, pool));
    MUST(brood_process_create(&last, replace, BROOD_ARGS(9, queue, at_once), NULL, pool));
    MUST(brood_process_start(late));
    MUST(brood_process_start(last));

    MUST(brood_process_join(last, BROOD_FOREVER));
    MUST(brood_queue_get(queue, &message, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(message, &number));
    say("last: %d\n", number);
    MUST(brood_event_set(later));
    rv = brood_process_join(late, apr_time_from_msec(200));
    say("the late one: %s\n", rv == APR_TIMEUP ? "waits" : name_of(rv));
    MUST(brood_queue_shutdown(queue, 0, BROOD_FOREVER)); /* tells it that nothing comes */
    MUST(brood_process_join(late, BROOD_FOREVER));
    MUST(brood_process_exit_code(late, &number));
    say("ended with %d\n", number);
    return 0;
}
