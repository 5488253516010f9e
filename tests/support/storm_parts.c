/* Parts of the storms' engine: options, random numbers and delays. */
#include "storm.h"

#include "os/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int storm_options(storm_options_t *options, int argc, char **argv) {
    const storm_options_t defaults = {300, 0, 1, BROOD_START_DEFAULT, NULL};
    *options = defaults;
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *value = argv[i + 1];
        if (strcmp(argv[i], "--kills") == 0) {
            options->kills = (unsigned)strtoul(value, NULL, 10);
        } else if (strcmp(argv[i], "--seconds") == 0) {
            options->seconds = (unsigned)strtoul(value, NULL, 10);
        } else if (strcmp(argv[i], "--seed") == 0) {
            options->seed = strtoull(value, NULL, 10);
        } else if (strcmp(argv[i], "--kind") == 0) {
            options->kind = value;
        } else if (strcmp(argv[i], "--method") != 0 ||
                   brood_start_method_parse(value, &options->method) != APR_SUCCESS) {
            fprintf(stderr, "what is %s %s?\n", argv[i], value);
            return 0;
        }
    }
    if (argc % 2 == 0) {
        fprintf(stderr,
                "usage: %s [--kills N] [--seconds S] [--seed X] [--method NAME] "
                "[--kind NAME]\n",
                argv[0]);
        return 0;
    }
    return 1;
}

int storm_has(const storm_options_t *options, brood_start_method_t method) {
    return brood_has_start_method(method) &&
           (options->method == BROOD_START_DEFAULT || options->method == method);
}

unsigned storm_methods(const storm_options_t *options) {
    unsigned count = 0;
    for (int m = BROOD_START_FORK; m <= BROOD_START_FORKSERVER; m++) {
        count += (unsigned)storm_has(options, (brood_start_method_t)m);
    }
    return count;
}

/* xorshift64*: enough to spread blows. */
uint32_t storm_random(uint64_t *seed, uint32_t below) {
    uint64_t x = *seed == 0 ? 0x9e3779b97f4a7c15u : *seed;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *seed = x;
    return below == 0 ? 0 : (uint32_t)((x * 0x2545f4914f6cdd1du) >> 33) % below;
}

void storm_delay_add(storm_delays_t *delays, int64_t us) {
    if (delays->count == delays->room) {
        size_t room = delays->room == 0 ? 1024 : delays->room * 2;
        uint32_t *more = realloc(delays->us, room * sizeof *more);
        if (more == NULL) {
            return;
        }
        delays->us = more;
        delays->room = room;
    }
    delays->us[delays->count++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static int compare(const void *one, const void *other) {
    uint32_t a = *(const uint32_t *)one;
    uint32_t b = *(const uint32_t *)other;
    return a < b ? -1 : a > b;
}

uint32_t storm_delay_at(storm_delays_t *delays, unsigned percent) {
    if (delays->count == 0) {
        return 0;
    }
    qsort(delays->us, delays->count, sizeof *delays->us, compare);
    return delays->us[(delays->count - 1) * percent / 100];
}

size_t storm_delays_over(const storm_delays_t *delays, uint32_t us) {
    size_t over = 0;
    for (size_t i = 0; i < delays->count; i++) {
        over += delays->us[i] > us;
    }
    return over;
}

void storm_moment(uint64_t *seed, uint32_t most_us) {
    int64_t end = brood_os_now_ns() + (int64_t)storm_random(seed, most_us + 1) * 1000;
    while (brood_os_now_ns() < end) {
        brood_os_sleep_until(end);
    }
}
