/* A clock that is told how often to tick: a process type in place of a subclass of Process. (The document's clock waits two seconds for each tick.) */
#include "support/say.h"

typedef struct ticker_t {
    int32_t ticks;
    int64_t interval_us;
} ticker_t;

static const brood_field_t ticker_fields[] = {
    BROOD_FIELD_INT(ticker_t, ticks, BROOD_LIMITS(1, 100)),
    BROOD_FIELD_INT(ticker_t, interval_us),
};
static const brood_descriptor_t ticker_descriptor =
    BROOD_DESCRIPTOR("ticker", 1, 1, ticker_t, ticker_fields, NULL);

static int run(void *self, apr_pool_t *pool) {
    const ticker_t *ticker = self;
    (void)pool;
    for (int i = 0; i < ticker->ticks; i++) {
        char now[APR_CTIME_LEN];
        MUST(apr_ctime(now, apr_time_now()));
        say("The time is %s\n", now);
        apr_sleep(ticker->interval_us);
    }
    return 0;
}
BROOD_PROCESS_TYPE(ticker_type, "ClockProcess", ticker_descriptor, run);

int main(int argc, char **argv) {
    ticker_t ticker = {5, apr_time_from_msec(20)};
    brood_process_t *child;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_process_create_type(&child, &ticker_type, &ticker, NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
