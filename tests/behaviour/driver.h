/* The driver of the behaviour table: what its parts tell each other.
 *
 *   driver.c           the command line, and what comes after what
 *   driver_expected.c  reads the table of expectations
 *   driver_match.c     whether an observation is as expected
 *   driver_jobs.c      which programs are run, several at a time
 *   driver_run.c       runs one program and takes down what it does
 *   driver_text.c      words for people, shared by the reports
 *   driver_table.c     the terminal's table
 *   driver_json.c, driver_markdown.c, driver_html.c, driver_style.c   the files
 *   driver_claims.c    the page of docs/, which needs no run
 */
#ifndef BEHAVIOUR_DRIVER_H
#define BEHAVIOUR_DRIVER_H

#include <apr_pools.h>
#include <apr_strings.h>
#include <apr_tables.h>
#include <stdio.h>

/* Where a program is run: Brood under the start methods that this system has, Brood's Windows
 * build, and CPython. */
typedef enum where_t {
    AT_FORK,
    AT_FORKSERVER,
    AT_SPAWN,
    AT_WINDOWS,
    AT_PYTHON_FORK,
    AT_PYTHON_FORKSERVER,
    AT_PYTHON_SPAWN,
    PLACES
} where_t;

#define BROOD_PLACES 4

typedef enum verdict_t {
    NOT_RUN,
    AS_EXPECTED, /* CPython: the same as Brood */
    EXPLAINED,   /* CPython only: another outcome, which the table expects and explains */
    UNEXPECTED
} verdict_t;

typedef struct cell_t {
    const char *expected; /* in the table's notation; NULL, of CPython only: as Brood */
    const char *note;     /* the reason, "" if none */
    const char *observed; /* NULL: not run */
    double ms;
    verdict_t verdict;
} cell_t;

typedef struct row_t {
    const char *id;
    const char *program;
    const char *python; /* NULL: there is no counterpart */
    const char *title;
    const char *note;
    cell_t cells[PLACES];
} row_t;

typedef struct options_t {
    const char *programs, *python_dir, *expected, *out, *windows, *wine, *only, *claims;
    const char *rows_dir; /* the sources of the programs, beside the table */
    const char *system, *python_version, *wine_version, *when;
} options_t;

typedef struct summary_t {
    int rows, rows_ok, runs, runs_ok, python_same, python_explained, python_other;
} summary_t;

/* What one run of a program left. */
typedef struct outcome_t {
    char *text; /* what it printed, and then how it ended if not well */
    double ms;
} outcome_t;

/* ---- driver_expected.c ---- */

/* Reads the table; ends the program with words about the line when it is malformed. */
apr_array_header_t *read_expected(const char *path, apr_pool_t *pool);
/* The table's name of a place: "fork", …, "windows", "py-fork", … */
const char *place_name(where_t where);
/* The start method of a place. */
const char *place_method(where_t where);
/* What Brood is expected to do where CPython is run: the cell that CPython is compared with. */
const cell_t *counterpart(const row_t *row, where_t where);

/* ---- driver_match.c ---- */

int matches(const char *expected, const char *observed, apr_pool_t *pool);
/* The expectation in words, a line each. */
const char *expected_in_words(const char *expected, apr_pool_t *pool);

/* ---- driver_jobs.c ---- */

void run_rows(apr_array_header_t *rows, const options_t *options, apr_pool_t *pool);
summary_t judge_rows(apr_array_header_t *rows, apr_pool_t *pool);

/* ---- driver_run.c ---- */

/* Runs a program by its path or, without a slash, from PATH. What it leaves running after
 * 30 s is killed. `python` says that of standard error the name of the last exception is
 * enough. */
outcome_t run_program(const char *const *argv, const char *const *settings, int python,
                      apr_pool_t *pool);

/* ---- driver_text.c ---- */

/* The observation in one line of at most `width` columns. */
const char *in_one_line(const char *text, int width, apr_pool_t *pool);
int columns_of(const char *text);
int row_is_ok(const row_t *row);
/* "same", "differs (see the note)", … for a CPython cell. */
const char *python_word(const cell_t *cell);
/* The reasons that a row gives, each with its place; "" if none. */
const char *reasons(const row_t *row, const char *line_end, apr_pool_t *pool);
const char *read_whole(const char *path, apr_pool_t *pool);

/* ---- reports ---- */

void print_table(apr_array_header_t *rows, const options_t *options, apr_pool_t *pool);
void write_json(FILE *file, apr_array_header_t *rows, apr_pool_t *pool);
void write_markdown(FILE *file, apr_array_header_t *rows, const options_t *options,
                    const summary_t *summary, apr_pool_t *pool);
void write_html(FILE *file, apr_array_header_t *rows, const options_t *options,
                const summary_t *summary, apr_pool_t *pool);
/* Lines, ended by NULL. */
void write_claims(FILE *file, apr_array_header_t *rows, apr_pool_t *pool);
extern const char *const html_style[];

#endif
