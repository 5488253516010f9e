/* A get and a put with a timeout, where nobody comes. */
#include "support/say.h"
#include <apr_time.h>

int main(int argc, char **argv) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_queue_t *queue;
    brood_values_t *value;
    apr_pool_t *pool;
    apr_time_t begin;
    apr_status_t rv;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    options.max_items = 1;
    MUST(brood_queue_create(&queue, &options, pool));
    begin = apr_time_now();
    rv = brood_queue_get(queue, &value, apr_time_from_msec(100), pool);
    say("get: %s, %s\n", rv == APR_TIMEUP ? "empty" : name_of(rv),
        apr_time_now() - begin >= apr_time_from_msec(90) ? "in time" : "early");
    MUST(brood_queue_put(queue, BROOD_ARGS(1), BROOD_FOREVER));
    begin = apr_time_now();
    rv = brood_queue_put(queue, BROOD_ARGS(2), apr_time_from_msec(100));
    say("put: %s, %s\n", rv == APR_TIMEUP ? "full" : name_of(rv),
        apr_time_now() - begin >= apr_time_from_msec(90) ? "in time" : "early");
    return 0;
}
