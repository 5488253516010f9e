/* behaviour.html: one page that needs nothing else. Each row is a line of the grid that opens
 * to what was expected and observed, the reasons, and the programs. Places where the same is
 * expected have the same colour, so that differences between start methods are seen. */
#include "driver.h"
#include <string.h>

static void write_text(FILE *file, const char *text) {
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<': fputs("&lt;", file); break;
        case '>': fputs("&gt;", file); break;
        case '&': fputs("&amp;", file); break;
        case '"': fputs("&quot;", file); break;
        default: fputc(*text, file);
        }
    }
}

static void write_element(FILE *file, const char *tag, const char *text) {
    fprintf(file, "<%s>", tag);
    write_text(file, text);
    fprintf(file, "</%s>", tag);
}

static const char *heads[] = {"fork", "forkserver", "spawn", "Windows spawn"};

/* a, b or c: which of the row's different expectations a place has. */
static const char *colour_of(const row_t *row, where_t where) {
    static const char *const colours[] = {"a", "b", "c", "c"};
    int different = 0;
    for (where_t i = 0; i < where; i++) {
        int repeated = 0;
        for (where_t before = 0; before < i; before++) {
            repeated |= strcmp(row->cells[before].expected, row->cells[i].expected) == 0;
        }
        if (strcmp(row->cells[i].expected, row->cells[where].expected) == 0) {
            return colours[different];
        }
        different += !repeated;
    }
    return colours[different];
}

static void write_cell(FILE *file, const row_t *row, where_t where) {
    const cell_t *cell = &row->cells[where];
    fprintf(file, "<span class=\"saw %s\" data-place=\"%s\">",
            cell->verdict == NOT_RUN      ? "empty"
            : cell->verdict == UNEXPECTED ? "wrong"
                                          : colour_of(row, where),
            heads[where]);
    fprintf(file, "<i>%s</i>", cell->verdict == UNEXPECTED ? "✘" : "✔");
    write_element(file, "span",
                  cell->verdict == NOT_RUN    ? "not run"
                  : cell->observed[0] == '\0' ? "nothing printed"
                                              : cell->observed);
    fputs("</span>\n", file);
}

static void write_python_mark(FILE *file, const row_t *row, where_t where) {
    static const char *const marks[] = {"·", "=", "≠", "?"};
    static const char *const classes[] = {"", "", "other", "open"};
    verdict_t verdict = row->cells[where].verdict;
    fprintf(file, "<span class=\"%s\" title=\"%s: %s\">%s</span>", classes[verdict],
            place_method(where), python_word(&row->cells[where]), marks[verdict]);
}

static void write_summary_line(FILE *file, const row_t *row) {
    fputs("<summary class=\"row\"><span class=\"name\"><span class=\"id\">", file);
    write_text(file, row->id);
    fputs("</span><span class=\"title\">", file);
    write_text(file, row->title);
    fputs("</span></span>\n", file);
    for (where_t where = 0; where < BROOD_PLACES; where++) {
        write_cell(file, row, where);
    }
    fputs("<span class=\"py\">", file);
    for (where_t where = AT_PYTHON_FORK; where < PLACES; where++) {
        write_python_mark(file, row, where);
    }
    fputs("</span></summary>\n", file);
}

static void write_why(FILE *file, const row_t *row, apr_pool_t *pool) {
    const char *why = reasons(row, "\n", pool);
    char *state, *copy = apr_pstrdup(pool, why);
    if (why[0] == '\0') {
        return;
    }
    fputs("<div class=\"why\">", file);
    for (char *line = apr_strtok(copy, "\n", &state); line != NULL;
         line = apr_strtok(NULL, "\n", &state)) {
        write_element(file, "p", line);
    }
    fputs("</div>\n", file);
}

static void write_run(FILE *file, const row_t *row, where_t where, apr_pool_t *pool) {
    const cell_t *cell = &row->cells[where];
    const cell_t *python = where == AT_WINDOWS ? NULL : &row->cells[where + BROOD_PLACES];
    fprintf(file, "<div class=\"run\"><h3>%s<small>", heads[where]);
    if (cell->verdict == NOT_RUN) {
        fputs("not run", file);
    } else {
        fprintf(file, "%s, %.0f ms",
                cell->verdict == AS_EXPECTED ? "as expected" : "not as expected",
                cell->ms);
    }
    fputs("</small></h3><p>expected</p>", file);
    write_element(file, "pre", expected_in_words(cell->expected, pool));
    if (cell->observed != NULL) {
        fputs("<p>observed</p>", file);
        write_element(file, "pre",
                      cell->observed[0] != '\0' ? cell->observed : "nothing");
    }
    if (python != NULL && python->observed != NULL) {
        fprintf(file, "<p>CPython: %s</p>", python_word(python));
        write_element(file, "pre",
                      python->observed[0] != '\0' ? python->observed : "nothing");
    }
    fputs("</div>\n", file);
}

static void write_sources(FILE *file, const row_t *row, const options_t *options,
                          apr_pool_t *pool) {
    const char *c = read_whole(
        apr_pstrcat(pool, options->rows_dir, "/", row->program, ".c", NULL), pool);
    const char *python = NULL;
    if (row->python != NULL) {
        python = read_whole(
            apr_pstrcat(pool, options->python_dir, "/", row->python, ".py", NULL), pool);
    }
    if (c == NULL) {
        return;
    }
    fprintf(file, "<details class=\"source\"><summary>%s</summary><div class=\"two\">",
            python != NULL ? "The programs: Brood and Python" : "The program");
    write_element(file, "pre", c);
    if (python != NULL) {
        write_element(file, "pre", python);
    }
    fputs("</div></details>\n", file);
}

static void write_row(FILE *file, const row_t *row, const options_t *options,
                      apr_pool_t *pool) {
    fprintf(file, "<details class=\"item\"%s>", row_is_ok(row) ? "" : " open");
    write_summary_line(file, row);
    fputs("<div class=\"body\">", file);
    write_why(file, row, pool);
    fputs("<div class=\"runs\">", file);
    for (where_t where = 0; where < BROOD_PLACES; where++) {
        write_run(file, row, where, pool);
    }
    fputs("</div>\n", file);
    write_sources(file, row, options, pool);
    fputs("</div></details>\n", file);
}

/* Rows named S-… are claims, the others are programs. */
static int is_claim(const row_t *row) {
    return strncmp(row->id, "S-", 2) == 0;
}

static void write_section(FILE *file, const char *title, int claims,
                          apr_array_header_t *rows, const options_t *options,
                          apr_pool_t *pool) {
    int count = 0;
    for (int i = 0; i < rows->nelts; i++) {
        const row_t *row = &APR_ARRAY_IDX(rows, i, row_t);
        if (is_claim(row) != claims) {
            continue;
        }
        if (count++ == 0) {
            write_element(file, "h2", title);
            fputs("<div class=\"grid\"><div class=\"head\"><span>row</span>", file);
            for (int h = 0; h < BROOD_PLACES; h++) {
                write_element(file, "span", heads[h]);
            }
            fputs("<span style=\"text-align:center\">CPython</span></div>\n", file);
        }
        write_row(file, row, options, pool);
    }
    if (count > 0) {
        fputs("</div>\n", file);
    }
}

static void write_tile(FILE *file, const char *kind, const char *number,
                       const char *words) {
    fprintf(file, "<div class=\"tile %s\"><b>%s</b><span>%s</span></div>\n", kind, number,
            words);
}

static void write_head(FILE *file, const options_t *options, const summary_t *summary,
                       apr_pool_t *pool) {
    int bad = summary->rows - summary->rows_ok;
    fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
          "<title>Brood: what starting a process means</title>\n<style>\n",
          file);
    for (int i = 0; html_style[i] != NULL; i++) {
        fprintf(file, "%s\n", html_style[i]);
    }
    fputs(
        "</style></head><body><main>\n<h1>What starting a process means</h1>\n"
        "<p class=\"lead\">Small programs about fork, spawn, inheritance, queues, "
        "globals "
        "and the guard of main, run by Brood under every start method and held against "
        "what is expected and against CPython. Open a row for its outcomes, the reasons "
        "and the programs.</p>\n<div class=\"tiles\">",
        file);
    write_tile(file, bad == 0 ? "good" : "",
               apr_psprintf(pool, "%d / %d", summary->rows_ok, summary->rows),
               "rows as expected");
    if (bad > 0) {
        write_tile(file, "bad", apr_itoa(pool, bad), "rows not as expected");
    }
    write_tile(file, summary->runs_ok == summary->runs ? "good" : "bad",
               apr_psprintf(pool, "%d / %d", summary->runs_ok, summary->runs),
               options->windows != NULL ? "outcomes of Brood, Windows among them"
                                        : "outcomes of Brood; Windows was not run");
    if (options->python_version != NULL) {
        write_tile(file, "", apr_itoa(pool, summary->python_same),
                   "outcomes are the same in CPython");
        write_tile(file, "", apr_itoa(pool, summary->python_explained),
                   "differ there, and the row says why");
        if (summary->python_other > 0) {
            write_tile(file, "", apr_itoa(pool, summary->python_other),
                       "differ there, and nobody has said why");
        }
    }
    fputs("</div>\n<p class=\"key\">Within a row, places where the same is expected have "
          "the "
          "same colour: <span class=\"swatch a\">as under fork</span> <span "
          "class=\"swatch b\""
          ">something else</span> <span class=\"swatch c\">something else again</span>. "
          "The "
          "last column is CPython under fork, forkserver and spawn: = the same as Brood, "
          "≠ differs for a reason that the row gives, ? differs.</p>\n",
          file);
}

void write_html(FILE *file, apr_array_header_t *rows, const options_t *options,
                const summary_t *summary, apr_pool_t *pool) {
    write_head(file, options, summary, pool);
    write_section(file, "Programs", 0, rows, options, pool);
    write_section(file, "Claims", 1, rows, options, pool);
    fputs("<footer>", file);
    write_text(file, options->when);
    fputs(" · ", file);
    write_text(file, options->system);
    if (options->wine_version != NULL) {
        fputs(" · Windows programs by ", file);
        write_text(file, options->wine_version);
    }
    if (options->python_version != NULL) {
        fputs(" · CPython ", file);
        write_text(file, options->python_version);
    }
    fputs("</footer>\n</main></body></html>\n", file);
}
