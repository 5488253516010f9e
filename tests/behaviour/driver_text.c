/* Words for people, shared by the reports. */
#include "driver.h"
#include <string.h>

/* How many bytes a character of UTF-8 has, and how many columns it takes: ideographs and
 * what stands behind them take two. */
static int character(const char *text, int *columns) {
    unsigned char first = (unsigned char)*text;
    int bytes = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    *columns = bytes >= 3 && first >= 0xe3 ? 2 : 1;
    return bytes;
}

int columns_of(const char *text) {
    int sum = 0, columns;
    while (*text != '\0') {
        text += character(text, &columns);
        sum += columns;
    }
    return sum;
}

const char *in_one_line(const char *text, int width, apr_pool_t *pool) {
    char *line = apr_palloc(pool, strlen(text) * 3 + 8), *to = line;
    const char *at = text;
    int used = 0;
    if (*text == '\0') {
        return "nothing";
    }
    while (*at != '\0') {
        int columns, bytes = character(at, &columns);
        if (*at == '\n') {
            if (at[1] == '\0') {
                break;
            }
            columns = 3;
        }
        if (used + columns > width - (at[bytes] != '\0')) {
            memcpy(to, "…", 3);
            to += 3;
            break;
        }
        if (*at == '\n') {
            memcpy(to, " / ", 3);
            to += 3;
        } else {
            memcpy(to, at, (size_t)bytes);
            to += bytes;
        }
        at += bytes;
        used += columns;
    }
    *to = '\0';
    return line;
}

int row_is_ok(const row_t *row) {
    for (int i = 0; i < BROOD_PLACES; i++) {
        if (row->cells[i].verdict == UNEXPECTED) {
            return 0;
        }
    }
    return 1;
}

const char *python_word(const cell_t *cell) {
    switch (cell->verdict) {
    case AS_EXPECTED: return "the same";
    case EXPLAINED: return "differs, explained";
    case UNEXPECTED: return "differs, not explained";
    default: return "not run";
    }
}

static const char *place_for_people(where_t where) {
    static const char *const words[PLACES] = {
        "fork",         "forkserver",         "spawn",        "Windows",
        "CPython fork", "CPython forkserver", "CPython spawn"};
    return words[where];
}

const char *reasons(const row_t *row, const char *line_end, apr_pool_t *pool) {
    const char *all =
        row->note[0] != '\0' ? apr_pstrcat(pool, row->note, line_end, NULL) : "";
    for (where_t where = 0; where < PLACES; where++) {
        const char *note = row->cells[where].note, *places = place_for_people(where);
        int told = note[0] == '\0';
        for (where_t before = 0; before < where; before++) {
            told |= strcmp(row->cells[before].note, note) == 0;
        }
        for (where_t after = where + 1; !told && after < PLACES; after++) {
            if (strcmp(row->cells[after].note, note) == 0) {
                places = apr_pstrcat(pool, places, ", ", place_for_people(after), NULL);
            }
        }
        if (!told) {
            all = apr_pstrcat(pool, all, places, ": ", note, line_end, NULL);
        }
    }
    return all;
}

const char *read_whole(const char *path, apr_pool_t *pool) {
    FILE *file = fopen(path, "rb");
    char *text = "";
    char buffer[4096];
    size_t count;
    if (file == NULL) {
        return NULL;
    }
    while ((count = fread(buffer, 1, sizeof(buffer), file)) > 0) {
        text = apr_pstrcat(pool, text, apr_pstrndup(pool, buffer, count), NULL);
    }
    fclose(file);
    return text;
}
