/* Whether an observation is as expected. An expectation is lines divided by \n (these two
 * characters) in which
 *
 *   {a\nb|c}   are chains of lines that run at the same time: a before b, c anywhere
 *   line*      is that line any number of times, or never
 *   <pid> <n> <x> <hex> <text>   stand for a number of a process, an integer, a decimal
 *              number, a hexadecimal one, and anything
 *   <pid:name> is the same everywhere it has that name, and another than those of other
 *              names
 */
#include "driver.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define CHAINS_MAX 16
#define NAMES_MAX 32

typedef struct line_t {
    const char *text;
    int many;
} line_t;

typedef struct block_t {
    apr_array_header_t *chains[CHAINS_MAX]; /* of line_t */
    int count;
} block_t;

typedef struct bound_t {
    const char *name, *value;
    int name_length, value_length;
} bound_t;

typedef struct match_t {
    apr_array_header_t *blocks;   /* of block_t */
    apr_array_header_t *observed; /* of const char * */
    bound_t bound[NAMES_MAX];
    int bound_count;
} match_t;

/* ---- the notation ---- */

static void add_line(apr_array_header_t *chain, const char *begin, const char *end,
                     apr_pool_t *pool) {
    line_t *line = apr_array_push(chain);
    line->many = end > begin && end[-1] == '*';
    line->text = apr_pstrndup(pool, begin, (apr_size_t)(end - begin - line->many));
}

/* Adds the lines of [begin, end) to a chain. */
static void add_lines(apr_array_header_t *chain, const char *begin, const char *end,
                      apr_pool_t *pool) {
    while (begin < end) {
        const char *stop = begin;
        while (stop < end && !(stop[0] == '\\' && stop + 1 < end && stop[1] == 'n')) {
            stop++;
        }
        add_line(chain, begin, stop, pool);
        begin = stop + 2;
    }
}

static block_t *add_block(apr_array_header_t *blocks) {
    block_t *block = apr_array_push(blocks);
    memset(block, 0, sizeof(*block));
    return block;
}

static void add_chain(block_t *block, const char *begin, const char *end,
                      apr_pool_t *pool) {
    if (block->count == CHAINS_MAX) {
        fprintf(stderr, "more than %d chains of lines in an expectation\n", CHAINS_MAX);
        exit(2);
    }
    block->chains[block->count] = apr_array_make(pool, 4, sizeof(line_t));
    add_lines(block->chains[block->count++], begin, end, pool);
}

static apr_array_header_t *parse(const char *expected, apr_pool_t *pool) {
    apr_array_header_t *blocks = apr_array_make(pool, 4, sizeof(block_t));
    const char *at = expected;
    while (*at != '\0') {
        const char *end = strchr(at, *at == '{' ? '}' : '{');
        block_t *block = add_block(blocks);
        if (end == NULL) {
            end = at + strlen(at);
        }
        if (*at == '{') {
            const char *chain = at + 1;
            for (const char *c = chain; c <= end; c++) {
                if (*c == '|' || c == end) {
                    add_chain(block, chain, c, pool);
                    chain = c + 1;
                }
            }
            at = end + (*end == '}');
            at += strncmp(at, "\\n", 2) == 0 ? 2 : 0;
        } else {
            add_chain(block, at, end, pool);
            at = end;
        }
    }
    return blocks;
}

/* ---- one line ---- */

static int span(const char *kind, int kind_length, const char *text) {
    int length = 0;
    if (strncmp(kind, "hex", (size_t)kind_length) == 0) {
        while (isxdigit((unsigned char)text[length]) ||
               (length == 1 && *text == '0' && text[1] == 'x')) {
            length++;
        }
    } else {
        length += kind[0] != 'p' && *text == '-';
        while (isdigit((unsigned char)text[length]) ||
               (kind[0] == 'x' && text[length] == '.')) {
            length++;
        }
    }
    return length;
}

/* Whether a name may stand for a value, given what it and the others stand for. */
static int may_stand_for(match_t *match, const char *name, int name_length,
                         const char *value, int value_length) {
    for (int i = 0; i < match->bound_count; i++) {
        const bound_t *bound = &match->bound[i];
        int same_name = bound->name_length == name_length &&
                        strncmp(bound->name, name, (size_t)name_length) == 0;
        int same_value = bound->value_length == value_length &&
                         strncmp(bound->value, value, (size_t)value_length) == 0;
        if (same_name || same_value) {
            return same_name && same_value;
        }
    }
    if (match->bound_count == NAMES_MAX) {
        return 0;
    }
    match->bound[match->bound_count++] =
        (bound_t){name, value, name_length, value_length};
    return 1;
}

static int line_matches(match_t *match, const char *pattern, const char *text) {
    while (*pattern != '\0') {
        const char *end = *pattern == '<' ? strchr(pattern, '>') : NULL;
        const char *colon;
        int length;
        if (end == NULL) {
            if (*pattern++ != *text++) {
                return 0;
            }
            continue;
        }
        pattern++;
        if (strncmp(pattern, "text>", 5) == 0) {
            for (const char *rest = text;; rest++) {
                if (line_matches(match, end + 1, rest)) {
                    return 1;
                }
                if (*rest == '\0') {
                    return 0;
                }
            }
        }
        colon = memchr(pattern, ':', (size_t)(end - pattern));
        length = span(pattern, (int)((colon != NULL ? colon : end) - pattern), text);
        if (length == 0 ||
            (colon != NULL &&
             !may_stand_for(match, pattern, (int)(end - pattern), text, length))) {
            return 0;
        }
        text += length;
        pattern = end + 1;
    }
    return *text == '\0';
}

/* ---- all lines ---- */

static int match_from(match_t *match, int block_index, const int *positions,
                      int line_index) {
    const block_t *block;
    int next[CHAINS_MAX], left = 0;
    if (block_index == match->blocks->nelts) {
        return line_index == match->observed->nelts;
    }
    block = &APR_ARRAY_IDX(match->blocks, block_index, block_t);
    for (int c = 0; c < block->count; c++) {
        const line_t *line;
        int bound_before = match->bound_count;
        if (positions[c] == block->chains[c]->nelts) {
            continue;
        }
        left = 1;
        line = &APR_ARRAY_IDX(block->chains[c], positions[c], line_t);
        memcpy(next, positions, sizeof(next));
        if (line_index < match->observed->nelts &&
            line_matches(match, line->text,
                         APR_ARRAY_IDX(match->observed, line_index, const char *))) {
            next[c] = positions[c] + !line->many;
            if (match_from(match, block_index, next, line_index + 1)) {
                return 1;
            }
        }
        match->bound_count = bound_before;
        next[c] = positions[c] + 1;
        if (line->many && match_from(match, block_index, next, line_index)) {
            return 1;
        }
        match->bound_count = bound_before;
    }
    memset(next, 0, sizeof(next));
    return !left && match_from(match, block_index + 1, next, line_index);
}

int matches(const char *expected, const char *observed, apr_pool_t *pool) {
    static const int at_begin[CHAINS_MAX];
    match_t match;
    char *state, *copy = apr_pstrdup(pool, observed);
    memset(&match, 0, sizeof(match));
    match.blocks = parse(expected, pool);
    match.observed = apr_array_make(pool, 16, sizeof(const char *));
    for (char *line = apr_strtok(copy, "\n", &state); line != NULL;
         line = apr_strtok(NULL, "\n", &state)) {
        APR_ARRAY_PUSH(match.observed, const char *) = line;
    }
    return match_from(&match, 0, at_begin, 0);
}

const char *expected_in_words(const char *expected, apr_pool_t *pool) {
    apr_array_header_t *blocks = parse(expected, pool);
    const char *words = "";
    for (int b = 0; b < blocks->nelts; b++) {
        const block_t *block = &APR_ARRAY_IDX(blocks, b, block_t);
        const char *indent = block->count > 1 ? "  " : "";
        if (block->count > 1) {
            words = apr_pstrcat(pool, words, "in any order:\n", NULL);
        }
        for (int c = 0; c < block->count; c++) {
            const char *before = indent;
            for (int i = 0; i < block->chains[c]->nelts; i++) {
                const line_t *line = &APR_ARRAY_IDX(block->chains[c], i, line_t);
                words =
                    apr_pstrcat(pool, words, before, line->text,
                                line->many ? "   (any number of times)\n" : "\n", NULL);
                before = block->count > 1 ? "  then " : "";
            }
        }
    }
    return words[0] != '\0' ? words : "nothing\n";
}
