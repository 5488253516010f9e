/* behaviour.md: the table, and the reasons below it. */
#include "driver.h"
#include <string.h>

/* Text in a cell: no line ends, no bars. */
static const char *in_cell(const char *text, apr_pool_t *pool) {
    const char *line = in_one_line(text, 60, pool);
    char *result = apr_palloc(pool, strlen(line) * 5 + 1), *to = result;
    for (; *line != '\0'; line++) {
        if (*line == '|' || *line == '`') {
            *to++ = ' ';
        } else {
            *to++ = *line;
        }
    }
    *to = '\0';
    return result;
}

static void write_row(FILE *file, const row_t *row, apr_pool_t *pool) {
    fprintf(file, "| **%s** %s ", row->id, row->title);
    for (where_t where = 0; where < BROOD_PLACES; where++) {
        const cell_t *cell = &row->cells[where];
        if (cell->verdict == NOT_RUN) {
            fputs("| · ", file);
        } else {
            fprintf(file, "| %s `%s` ", cell->verdict == AS_EXPECTED ? "✔" : "✘",
                    in_cell(cell->observed, pool));
        }
    }
    fputs("| ", file);
    for (where_t where = AT_PYTHON_FORK; where < PLACES; where++) {
        static const char *const marks[] = {"·", "=", "≠", "?"};
        fprintf(file, "%s ", marks[row->cells[where].verdict]);
    }
    fputs("|\n", file);
}

void write_markdown(FILE *file, apr_array_header_t *rows, const options_t *options,
                    const summary_t *summary, apr_pool_t *pool) {
    fprintf(file, "# What starting a process means\n\n");
    fprintf(file, "%d of %d rows are as expected, in %d runs. %s, %s%s%s%s.\n\n",
            summary->rows_ok, summary->rows, summary->runs, options->when,
            options->system, options->wine_version != NULL ? ", " : "",
            options->wine_version != NULL ? options->wine_version : "",
            options->windows == NULL ? "; Windows was not run" : "");
    if (options->python_version != NULL) {
        fprintf(
            file,
            "CPython %s beside it, under fork, forkserver and spawn: = the same as Brood "
            "(%d), ≠ differs as explained below (%d), ? differs (%d).\n\n",
            options->python_version, summary->python_same, summary->python_explained,
            summary->python_other);
    }
    fputs("| row | fork | forkserver | spawn | Windows spawn | CPython |\n"
          "| --- | --- | --- | --- | --- | --- |\n",
          file);
    for (int i = 0; i < rows->nelts; i++) {
        write_row(file, &APR_ARRAY_IDX(rows, i, row_t), pool);
    }
    fputs("\n## Reasons\n\n", file);
    for (int i = 0; i < rows->nelts; i++) {
        const row_t *row = &APR_ARRAY_IDX(rows, i, row_t);
        const char *why = reasons(row, "  \n  ", pool);
        if (why[0] != '\0') {
            fprintf(file, "- **%s** %s\n", row->id, why);
        }
    }
}
