/* The figures of one work on the terminal and as JSON. */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "support/work.h"

typedef struct bench_row_t {
    const char *subject;
    bench_part_t part;
    const char *absent; /* why there is no figure, or NULL */
    double value;
    double least;
    double most;
    unsigned rounds;
} bench_row_t;

/* `probe` is nanoseconds, 0 for none. */
void bench_table_print(const bench_work_t *work, const bench_row_t *rows,
                       size_t row_count, double probe);

/* Appends one object a line to the file of --json: work, subject, value, unit, and ratio to
 * the best peer (null when there is none); least, most, rounds, better ("more" or "less") and
 * probe_ns besides. */
void bench_json_append(const bench_work_t *work, const bench_row_t *rows,
                       size_t row_count, double probe);

#endif
