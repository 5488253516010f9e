/* The median of a few measured times. */
#ifndef BEHAVIOUR_MEDIAN_H
#define BEHAVIOUR_MEDIAN_H

#include "support/say.h"

static int compare_times(const void *a, const void *b) {
    apr_time_t one = *(const apr_time_t *)a, other = *(const apr_time_t *)b;
    return (one > other) - (one < other);
}

static double median_ms(apr_time_t *times, size_t count) {
    qsort(times, count, sizeof(times[0]), compare_times);
    return (double)times[count / 2] / 1000.0;
}

#endif
