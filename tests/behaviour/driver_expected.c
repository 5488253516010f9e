/* Reads the table of expectations: tab-separated lines with the columns
 *
 *   row  program  python  title  where  expected  note
 *
 * A line with an empty first column goes on with the row above: another place of it. A line
 * without `where` gives the row's own note. `where` is a list, divided by commas, of fork,
 * forkserver, spawn, windows (Brood) and py-fork, py-forkserver, py-spawn (CPython, where it
 * does something else than Brood); * is the first four, py the last three. A later line
 * overrides an earlier one. `python` is "=" when the program there has the same name and "-"
 * when there is none. How an expectation is written: driver_match.c. */
#include "driver.h"
#include <apr_file_info.h>
#include <stdlib.h>
#include <string.h>

enum { ROW, PROGRAM, PYTHON, TITLE, WHERE, EXPECTED, NOTE, COLUMNS };

static const char *const names[PLACES] = {
    "fork", "forkserver", "spawn", "windows", "py-fork", "py-forkserver", "py-spawn"};

const char *place_name(where_t where) {
    return names[where];
}

const char *place_method(where_t where) {
    switch (where) {
    case AT_FORK:
    case AT_PYTHON_FORK: return "fork";
    case AT_FORKSERVER:
    case AT_PYTHON_FORKSERVER: return "forkserver";
    default: return "spawn";
    }
}

const cell_t *counterpart(const row_t *row, where_t where) {
    return &row->cells[where - AT_PYTHON_FORK + AT_FORK];
}

static void malformed(const char *path, int number, const char *what) {
    fprintf(stderr, "%s:%d: %s\n", path, number, what);
    exit(2);
}

/* Divides a line at its tabs, in place. */
static int split(char *line, char *columns[COLUMNS]) {
    int count = 0;
    for (char *next = line; next != NULL && count < COLUMNS; count++) {
        columns[count] = next;
        next = strchr(next, '\t');
        if (next != NULL) {
            *next++ = '\0';
        }
    }
    for (int i = count; i < COLUMNS; i++) {
        columns[i] = line + strlen(line); /* empty */
    }
    return count;
}

static int names_place(const char *list, where_t where, apr_pool_t *pool) {
    char *state, *copy = apr_pstrdup(pool, list);
    for (char *name = apr_strtok(copy, ", ", &state); name != NULL;
         name = apr_strtok(NULL, ", ", &state)) {
        if (strcmp(name, names[where]) == 0 ||
            (strcmp(name, "*") == 0 && where < BROOD_PLACES) ||
            (strcmp(name, "py") == 0 && where >= BROOD_PLACES)) {
            return 1;
        }
    }
    return 0;
}

/* Every place of Brood has an expectation. */
static void check_complete(const char *path, int number, const row_t *row) {
    for (int i = 0; row != NULL && i < BROOD_PLACES; i++) {
        if (row->cells[i].expected == NULL) {
            malformed(path, number, "the row that ends here leaves a place of Brood out");
        }
    }
}

static row_t *add_row(apr_array_header_t *rows, char *columns[COLUMNS]) {
    row_t *row = apr_array_push(rows);
    memset(row, 0, sizeof(*row));
    row->id = columns[ROW];
    row->program = columns[PROGRAM];
    row->title = columns[TITLE];
    row->note = "";
    if (strcmp(columns[PYTHON], "-") != 0) {
        row->python = strcmp(columns[PYTHON], "=") == 0 ? row->program : columns[PYTHON];
    }
    for (int i = 0; i < PLACES; i++) {
        row->cells[i].note = "";
    }
    return row;
}

static int set_cells(row_t *row, char *columns[COLUMNS], apr_pool_t *pool) {
    int set = 0;
    for (where_t where = 0; where < PLACES; where++) {
        if (names_place(columns[WHERE], where, pool)) {
            row->cells[where].expected = columns[EXPECTED];
            row->cells[where].note = columns[NOTE];
            set = 1;
        }
    }
    return set;
}

apr_array_header_t *read_expected(const char *path, apr_pool_t *pool) {
    apr_array_header_t *rows = apr_array_make(pool, 64, sizeof(row_t));
    const char *whole = read_whole(path, pool);
    char *state, *columns[COLUMNS];
    row_t *row = NULL;
    int number = 0;

    if (whole == NULL) {
        malformed(path, 0, "cannot be read");
        return rows;
    }
    /* Empty lines are skipped by apr_strtok; the table has none. */
    for (char *line = apr_strtok(apr_pstrdup(pool, whole), "\n", &state); line != NULL;
         line = apr_strtok(NULL, "\n", &state)) {
        number++;
        if (number == 1) {
            continue; /* the names of the columns */
        }
        if (split(line, columns) < TITLE) {
            malformed(path, number, "too few columns");
        }
        if (columns[ROW][0] != '\0') {
            check_complete(path, number - 1, row);
            row = add_row(rows, columns);
        }
        if (row == NULL) {
            malformed(path, number, "it goes on with no row");
        } else if (columns[WHERE][0] == '\0') {
            row->note = columns[NOTE];
        } else if (!set_cells(row, columns, pool)) {
            malformed(path, number, "no such place");
        }
    }
    check_complete(path, number, row);
    return rows;
}
