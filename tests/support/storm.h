/* Storms: workers in several processes, killed and stopped at random, while a log that they
 * share outlives them. What every storm needs; what it checks is its own. */
#ifndef BROOD_STORM_H
#define BROOD_STORM_H

#include "brood/brood.h"
#include <stdint.h>

typedef struct storm_options_t {
    unsigned kills;
    unsigned seconds; /* at the most, for each method; 0: until the kills are done */
    uint64_t seed;
    brood_start_method_t method; /* BROOD_START_DEFAULT: every one in turn */
} storm_options_t;

/* Reads --kills N, --seconds S, --seed X, --method NAME. 0: they are wrong, and said so. */
int storm_options(storm_options_t *options, int argc, char **argv);

/* Whether this machine and the options have a method; and how many there are. */
int storm_has(const storm_options_t *options, brood_start_method_t method);
unsigned storm_methods(const storm_options_t *options);

/* A number below `below`, from a seed that is stepped on. */
uint32_t storm_random(uint64_t *seed, uint32_t below);

/* How long the others stood still after a death, in microseconds. */
typedef struct storm_delays_t {
    uint32_t *us;
    size_t count;
    size_t room;
} storm_delays_t;

void storm_delay_add(storm_delays_t *delays, int64_t us);

/* Sorts them and says the one that `percent` of them do not exceed. */
uint32_t storm_delay_at(storm_delays_t *delays, unsigned percent);

/* Lets a random moment pass, at most `most_us` microseconds: the next blow may fall anywhere
 * in what the workers do. */
void storm_moment(uint64_t *seed, uint32_t most_us);

#endif
