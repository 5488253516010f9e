/* The figures of one work on the terminal and as JSON. */
#include "support/table.h"

#include "support/options.h"
#include "support/probe.h"

#include <math.h>
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

static const char *placement_name(const bench_placement_t *placement) {
    return bench_is_near(placement->probe_ns) ? "near" : "far";
}

static void print_head(const bench_work_t *work, const bench_placement_t *placement) {
    printf("\n%s", work->name);
    if (placement->probe_ns > 0)
        printf("   [cores %s: a cache line there and back %.0f ns; %u of %u rounds]",
               placement_name(placement), placement->probe_ns, placement->alike,
               placement->rounds);
    printf("\n  %-38s %10s %-5s %7s", "", work->rate ? "rate" : "time", "", "ratio");
    for (unsigned i = 0; i < BENCH_EXTRAS_MOST && work->extras[i]; i++)
        printf(" %10s", work->extras[i]);
    printf("  least .. most (rounds)\n");
}

void bench_table_print(const bench_work_t *work, const bench_row_t *rows,
                       size_t row_count, const bench_placement_t *placement) {
    double best = best_peer(work, rows, row_count);
    print_head(work, placement);
    for (size_t i = 0; i < row_count; i++) {
        const bench_row_t *row = &rows[i];
        char ratio[24] = "-";
        if (row->absent) {
            printf("  %-38s %s\n", row->subject, row->absent);
            continue;
        }
        if (best > 0)
            snprintf(ratio, sizeof ratio, "%.2f", row->value / best);
        printf("%c %-38s %10.4g %-5s %7s", row->part == BENCH_BROOD ? '*' : ' ',
               row->subject, row->value, work->unit, ratio);
        for (unsigned j = 0; j < BENCH_EXTRAS_MOST && work->extras[j]; j++)
            if (isnan(row->extras[j]))
                printf(" %10s", "-");
            else
                printf(" %10.3g", row->extras[j]);
        printf("  %.4g .. %.4g (%u)\n", row->least, row->most, row->rounds);
    }
    fflush(stdout);
}

static void write_number(FILE *file, const char *name, double value, int is_there) {
    if (is_there)
        fprintf(file, ", \"%s\": %.6g", name, value);
    else
        fprintf(file, ", \"%s\": null", name);
}

/* Names here hold no character that JSON would want escaped. */
static void write_row(FILE *file, const bench_work_t *work, const bench_row_t *row,
                      double best, const bench_placement_t *placement) {
    int is_placed = placement->probe_ns > 0;
    fprintf(file, "{\"work\": \"%s\", \"subject\": \"%s\"", work->name, row->subject);
    write_number(file, "value", row->value, 1);
    fprintf(file, ", \"unit\": \"%s\", \"better\": \"%s\"", work->unit,
            work->rate ? "more" : "less");
    write_number(file, "ratio", row->value / best, best > 0);
    write_number(file, "least", row->least, 1);
    write_number(file, "most", row->most, 1);
    fprintf(file, ", \"rounds\": %u", row->rounds);
    if (is_placed)
        fprintf(file, ", \"cores\": \"%s\"", placement_name(placement));
    else
        fprintf(file, ", \"cores\": null");
    write_number(file, "probe_ns", placement->probe_ns, is_placed);
    for (unsigned i = 0; i < BENCH_EXTRAS_MOST && work->extras[i]; i++)
        write_number(file, work->extras[i], row->extras[i], !isnan(row->extras[i]));
    fprintf(file, "}\n");
}

void bench_json_append(const bench_work_t *work, const bench_row_t *rows,
                       size_t row_count, const bench_placement_t *placement) {
    double best = best_peer(work, rows, row_count);
    const char *path = bench_options()->json;
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file) {
        if (path)
            perror(path);
        return;
    }
    for (size_t i = 0; i < row_count; i++)
        if (!rows[i].absent)
            write_row(file, work, &rows[i], best, placement);
    fclose(file);
}
