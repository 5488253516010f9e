/* docs/behaviour.md: what the rows claim and what is expected of them, without a run. */
#include "driver.h"
#include <string.h>

#define WIDTH 110 /* columns of an expectation */

/* The expectation in one line, fit for a cell of a table. */
static const char *flat(const char *expected, apr_pool_t *pool) {
    static const struct {
        const char *from, *to;
    } joints[] = {{":\n  ", ": "}, {"\n  then ", ", then "}, {"\n  ", " / "}, {"`", "'"}};
    const char *at = expected_in_words(expected, pool);
    char *line = apr_palloc(pool, strlen(at) * 2 + 1), *to = line;
    while (*at != '\0') {
        size_t i = 0, count = sizeof(joints) / sizeof(joints[0]);
        while (i < count && strncmp(at, joints[i].from, strlen(joints[i].from)) != 0) {
            i++;
        }
        if (i < count) {
            to = apr_cpystrn(to, joints[i].to, strlen(joints[i].to) + 1);
            at += strlen(joints[i].from);
        } else {
            *to++ = *at++;
        }
    }
    *to = '\0';
    return in_one_line(line, WIDTH, pool);
}

static int alike(const cell_t *one, const cell_t *other) {
    return one->expected != NULL && other->expected != NULL &&
           strcmp(one->expected, other->expected) == 0;
}

/* The places from `where` to before `end` that expect the same; `all` if those are all. */
static const char *places_of(const row_t *row, where_t where, where_t end,
                             const char *all, apr_pool_t *pool) {
    const char *names = where < BROOD_PLACES ? "" : all,
               *comma = names[0] != '\0' ? " " : "";
    where_t begin = where < BROOD_PLACES ? AT_FORK : AT_PYTHON_FORK;
    int count = 0;
    for (where_t same = where; same < end; same++) {
        if (alike(&row->cells[where], &row->cells[same])) {
            const char *name = same == AT_WINDOWS ? "Windows" : place_method(same);
            names = apr_pstrcat(pool, names, comma, name, NULL);
            comma = ", ";
            count++;
        }
    }
    return count == (int)(end - begin) ? all : names;
}

static int told_before(const row_t *row, where_t begin, where_t where) {
    for (where_t before = begin; before < where; before++) {
        if (alike(&row->cells[before], &row->cells[where])) {
            return 1;
        }
    }
    return 0;
}

static void write_places(FILE *file, const row_t *row, where_t begin, where_t end,
                         const char *all, apr_pool_t *pool) {
    for (where_t where = begin; where < end; where++) {
        const cell_t *cell = &row->cells[where];
        if (cell->expected != NULL && !told_before(row, begin, where)) {
            fprintf(file, "%s%s: `%s`", where == AT_FORK ? "" : "<br>",
                    places_of(row, where, end, all, pool), flat(cell->expected, pool));
        }
    }
}

void write_claims(FILE *file, apr_array_header_t *rows, apr_pool_t *pool) {
    fputs(
        "# What the documents claim, and what is true\n\n"
        "Each row is a program, and the expectation that it is held to by every run of\n"
        "`ci/demo`; CPython is named where it does something else than Brood. `<pid>`, "
        "`<n>`\n"
        "and `<text>` stand for what differs from run to run.\n\n"
        "This page is made from "
        "[tests/behaviour/expected.tsv](../tests/behaviour/expected.tsv)\n"
        "by `cmake --build build/dev --target claims`.\n\n"
        "| row | claim, or what is tried | what happens | why |\n"
        "| --- | --- | --- | --- |\n",
        file);
    for (int i = 0; i < rows->nelts; i++) {
        const row_t *row = &APR_ARRAY_IDX(rows, i, row_t);
        fprintf(file, "| [%s](../tests/behaviour/rows/%s.c) | %s | ", row->id,
                row->program, row->title);
        write_places(file, row, AT_FORK, BROOD_PLACES, "everywhere", pool);
        write_places(file, row, AT_PYTHON_FORK, PLACES, "CPython", pool);
        fprintf(file, " | %s |\n", reasons(row, " ", pool));
    }
}
