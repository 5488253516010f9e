/* Figures of many runs made into one. */
#include "support/stats.h"

#include <stdlib.h>

static int by_size(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

double bench_median(double *figures, size_t count) {
    qsort(figures, count, sizeof *figures, by_size);
    if (count % 2)
        return figures[count / 2];
    return (figures[count / 2 - 1] + figures[count / 2]) / 2;
}
