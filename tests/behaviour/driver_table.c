/* The terminal's table: a column for each place, with what was observed there. */
#include "driver.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int colours = 0;

static const char *colour(const char *code) {
    return colours ? code : "";
}

#define BOLD colour("\033[1m")
#define DIM colour("\033[2m")
#define GREEN colour("\033[32m")
#define RED colour("\033[31m")
#define YELLOW colour("\033[33m")
#define PLAIN colour("\033[0m")

static int terminal_width(void) {
    const char *columns = getenv("COLUMNS");
    int width = columns != NULL ? atoi(columns) : 0;
    return width >= 80 && width <= 400 ? width : 118;
}

static void print_padded(const char *text, int width) {
    printf("%s%*s", text, width - columns_of(text), "");
}

static void print_cell(const cell_t *cell, int width, apr_pool_t *pool) {
    if (cell->verdict == NOT_RUN) {
        printf("%s", DIM);
        print_padded("· not run", width);
        printf("%s", PLAIN);
        return;
    }
    printf("%s%s%s ", cell->verdict == AS_EXPECTED ? GREEN : RED,
           cell->verdict == AS_EXPECTED ? "✔" : "✘", PLAIN);
    print_padded(in_one_line(cell->observed, width - 4, pool), width - 2);
}

static const char *python_mark(const cell_t *cell) {
    switch (cell->verdict) {
    case AS_EXPECTED: return "=";
    case EXPLAINED: return "≠";
    case UNEXPECTED: return "?";
    default: return "·";
    }
}

static void print_python(const row_t *row) {
    for (where_t where = AT_PYTHON_FORK; where < PLACES; where++) {
        const cell_t *cell = &row->cells[where];
        printf("%s%s%s ", cell->verdict == UNEXPECTED ? YELLOW : "", python_mark(cell),
               PLAIN);
    }
}

static void print_failure(const row_t *row, where_t where, apr_pool_t *pool) {
    const cell_t *cell = &row->cells[where];
    printf("%s%s, %s:%s\n", RED, row->id, place_name(where), PLAIN);
    printf("  expected:\n%s  observed:\n%s\n", expected_in_words(cell->expected, pool),
           cell->observed[0] != '\0' ? cell->observed : "nothing\n");
}

static void print_python_differences(const row_t *row, apr_pool_t *pool) {
    const char *told = "";
    for (where_t where = AT_PYTHON_FORK; where < PLACES; where++) {
        const cell_t *cell = &row->cells[where];
        if (cell->verdict != UNEXPECTED && cell->verdict != EXPLAINED) {
            continue;
        }
        printf("%-20s %-14s %s\n", row->id, place_name(where),
               in_one_line(cell->observed, terminal_width() - 40, pool));
        if (cell->verdict == UNEXPECTED) {
            printf("%21s%s(not explained)%s\n", "", YELLOW, PLAIN);
        } else if (strcmp(cell->note, told) != 0) {
            told = cell->note;
            printf("%21s%s%s%s\n", "", DIM, told, PLAIN);
        }
    }
}

void print_table(apr_array_header_t *rows, const options_t *options, apr_pool_t *pool) {
    static const char *const heads[] = {"fork", "forkserver", "spawn", "Windows spawn"};
    int width = (terminal_width() - 8) / BROOD_PLACES;
    int differences = 0;
    colours = isatty(1) && getenv("NO_COLOR") == NULL;

    printf("%sWhat starting a process means%s on %s", BOLD, PLAIN, options->system);
    printf("%s%s\n", options->wine_version != NULL ? "; Windows programs by " : "",
           options->wine_version != NULL ? options->wine_version : "");
    printf(
        "%sCPython %s beside it: = the same as Brood, ≠ differs as explained, ? differs; "
        "fork, forkserver, spawn%s\n\n",
        DIM, options->python_version != NULL ? options->python_version : "(not here)",
        PLAIN);
    for (int i = 0; i < BROOD_PLACES; i++) {
        printf("%s", BOLD);
        print_padded(heads[i], width);
        printf("%s", PLAIN);
    }
    printf("%sCPython%s\n", BOLD, PLAIN);
    for (int r = 0; r < rows->nelts; r++) {
        const row_t *row = &APR_ARRAY_IDX(rows, r, row_t);
        printf("%s%s%s  %s\n", BOLD, row->id, PLAIN, row->title);
        for (int i = 0; i < BROOD_PLACES; i++) {
            print_cell(&row->cells[i], width, pool);
        }
        print_python(row);
        printf("\n");
        for (int i = AT_PYTHON_FORK; i < PLACES; i++) {
            differences |= row->cells[i].verdict > AS_EXPECTED;
        }
    }
    printf("\n");
    if (differences) {
        printf("%sWhere CPython does something else%s\n", BOLD, PLAIN);
        for (int r = 0; r < rows->nelts; r++) {
            print_python_differences(&APR_ARRAY_IDX(rows, r, row_t), pool);
        }
        printf("\n");
    }
    for (int r = 0; r < rows->nelts; r++) {
        for (where_t where = 0; where < BROOD_PLACES; where++) {
            if (APR_ARRAY_IDX(rows, r, row_t).cells[where].verdict == UNEXPECTED) {
                print_failure(&APR_ARRAY_IDX(rows, r, row_t), where, pool);
            }
        }
    }
}
