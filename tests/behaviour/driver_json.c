/* behaviour.json: a list with an object for each row and place of Brood. */
#include "driver.h"

static void write_string(FILE *file, const char *text) {
    fputc('"', file);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            fprintf(file, "\\%c", c);
        } else if (c == '\n') {
            fputs("\\n", file);
        } else if (c < 0x20) {
            fprintf(file, "\\u%04x", c);
        } else {
            fputc(c, file);
        }
    }
    fputc('"', file);
}

static void write_member(FILE *file, const char *name, const char *text) {
    fprintf(file, ", \"%s\": ", name);
    if (text == NULL) {
        fputs("null", file);
    } else {
        write_string(file, text);
    }
}

/* The cell of CPython that stands beside a place of Brood, or NULL. */
static const cell_t *python_beside(const row_t *row, where_t where) {
    return where == AT_WINDOWS ? NULL : &row->cells[where + AT_PYTHON_FORK - AT_FORK];
}

static void write_cell(FILE *file, const row_t *row, where_t where, apr_pool_t *pool) {
    const cell_t *cell = &row->cells[where], *python = python_beside(row, where);
    fputs("  {\"row\": ", file);
    write_string(file, row->id);
    write_member(file, "title", row->title);
    write_member(file, "platform", where == AT_WINDOWS ? "windows" : "native");
    write_member(file, "start", place_method(where));
    write_member(file, "expected", expected_in_words(cell->expected, pool));
    write_member(file, "observed", cell->observed);
    write_member(file, "cpython", python != NULL ? python->observed : NULL);
    write_member(file, "cpython_verdict", python != NULL ? python_word(python) : NULL);
    write_member(file, "note", reasons(row, "\n", pool));
    fprintf(file, ", \"ms\": %.1f, \"ok\": %s}", cell->ms,
            cell->verdict == NOT_RUN       ? "null"
            : cell->verdict == AS_EXPECTED ? "true"
                                           : "false");
}

void write_json(FILE *file, apr_array_header_t *rows, apr_pool_t *pool) {
    const char *before = "[\n";
    for (int i = 0; i < rows->nelts; i++) {
        const row_t *row = &APR_ARRAY_IDX(rows, i, row_t);
        for (where_t where = 0; where < BROOD_PLACES; where++) {
            fputs(before, file);
            write_cell(file, row, where, pool);
            before = ",\n";
        }
    }
    fputs(rows->nelts > 0 ? "\n]\n" : "[]\n", file);
}
