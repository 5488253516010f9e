/* What a benchmark has to say beside its figures goes to standard error. */
#ifndef BENCH_SAY_H
#define BENCH_SAY_H

#include <apr_errno.h>

/* "what: text of the status (detail)". */
void bench_say_status(const char *what, apr_status_t status);

/* "what: text of errno". */
void bench_say_errno(const char *what);

#endif
