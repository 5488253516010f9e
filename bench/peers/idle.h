/* The memory that an idle child has for itself. */
#ifndef BENCH_IDLE_H
#define BENCH_IDLE_H

#include "support/work.h"

/* What the program is to be called with, to wait until it is killed. */
#define BENCH_WAIT_FOR_EVER "--wait-for-ever"

enum { BENCH_IDLES = 6 };

/* Each starts a child, looks at it, and ends it. In place of seconds they return kilobytes. */
const bench_subject_t *bench_idles(void);

#endif
