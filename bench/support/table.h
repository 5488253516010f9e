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
    double extras[BENCH_EXTRAS_MOST]; /* NAN: none */
} bench_row_t;

/* How the processors lay to each other in the rounds that count. */
typedef struct bench_placement_t {
    double probe_ns; /* 0: not looked at */
    unsigned alike;  /* so many of all rounds were like that */
    unsigned rounds;
} bench_placement_t;

void bench_table_print(const bench_work_t *work, const bench_row_t *rows,
                       size_t row_count, const bench_placement_t *placement);

/* Appends one object a line to the file of --json: work, subject, value, unit, and ratio to
 * the best peer (null when there is none); least, most, rounds, better ("more" or "less"),
 * cores ("near", "far" or null), probe_ns and the work's further figures besides. */
void bench_json_append(const bench_work_t *work, const bench_row_t *rows,
                       size_t row_count, const bench_placement_t *placement);

#endif
