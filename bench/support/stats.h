/* Figures of many runs made into one. */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stddef.h>

/* The median. Sorts `figures`, of which there is at least one. */
double bench_median(double *figures, size_t count);

#endif
