/* The figures of one work on the terminal and as JSON. */
#include "support/table.h"

#include "support/options.h"

#include <stdio.h>

/* The best peer's figure; less than 0: none was measured. */
static double best_peer(const bench_work_t *work, const bench_row_t *rows,
                        size_t row_count) {
    double best = -1;
    for (size_t i = 0; i < row_count; i++) {
        const bench_row_t *row = &rows[i];
        if (row->absent || row->part != BENCH_PEER)
            continue;
        if (best < 0 || (work->rate ? row->value > best : row->value < best))
            best = row->value;
    }
    return best;
}

void bench_table_print(const bench_work_t *work, const bench_row_t *rows,
                       size_t row_count, double probe) {
    double best = best_peer(work, rows, row_count);
    printf("\n%s", work->name);
    if (probe > 0)
        printf("   [cache line there and back: %.0f ns]", probe);
    printf("\n  %-38s %10s %-5s %7s  %s\n", "", work->rate ? "rate" : "time", "", "ratio",
           "least .. most (rounds)");
    for (size_t i = 0; i < row_count; i++) {
        const bench_row_t *row = &rows[i];
        char ratio[24] = "-";
        if (row->absent) {
            printf("  %-38s %s\n", row->subject, row->absent);
            continue;
        }
        if (best > 0)
            snprintf(ratio, sizeof ratio, "%.2f", row->value / best);
        printf("%c %-38s %10.4g %-5s %7s  %.4g .. %.4g (%u)\n",
               row->part == BENCH_BROOD ? '*' : ' ', row->subject, row->value, work->unit,
               ratio, row->least, row->most, row->rounds);
    }
    fflush(stdout);
}

/* Names here hold no character that JSON would want escaped. */
void bench_json_append(const bench_work_t *work, const bench_row_t *rows,
                       size_t row_count, double probe) {
    double best = best_peer(work, rows, row_count);
    const char *path = bench_options()->json;
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file) {
        if (path)
            perror(path);
        return;
    }
    for (size_t i = 0; i < row_count; i++) {
        const bench_row_t *row = &rows[i];
        if (row->absent)
            continue;
        fprintf(
            file,
            "{\"work\": \"%s\", \"subject\": \"%s\", \"value\": %.6g, \"unit\": \"%s\", ",
            work->name, row->subject, row->value, work->unit);
        if (best > 0)
            fprintf(file, "\"ratio\": %.4g, ", row->value / best);
        else
            fprintf(file, "\"ratio\": null, ");
        fprintf(file,
                "\"better\": \"%s\", \"least\": %.6g, \"most\": %.6g, \"rounds\": %u, ",
                work->rate ? "more" : "less", row->least, row->most, row->rounds);
        if (probe > 0)
            fprintf(file, "\"probe_ns\": %.0f}\n", probe);
        else
            fprintf(file, "\"probe_ns\": null}\n");
    }
    fclose(file);
}
