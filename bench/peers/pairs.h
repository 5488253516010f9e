/* Many external programs, two at a time. */
#ifndef BENCH_PAIRS_H
#define BENCH_PAIRS_H

#include "support/work.h"

enum { BENCH_PAIRS = 4 };

/* Each runs a program that does nothing so many times. */
const bench_subject_t *bench_pairs(void);

#endif
