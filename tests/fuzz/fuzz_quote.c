/* Quoting for Windows: whatever the arguments are, the line that is made of them is read back
 * the same by the rules of every reader: CommandLineToArgvW, the C runtime since 2008 (two
 * quotes between quotes are one, and go on) and the one before (and end). Those rules are
 * written down here once more; unit_os_arguments asks the readers themselves.
 *
 * The input is a list of arguments, each ended by a zero; the first is the program's name. */
#include "../../src/win32/quote.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARGUMENTS_MOST 64

static void require(int holds) {
    if (!holds) {
        abort();
    }
}

static int is_blank(char c) {
    return c == ' ' || c == '\t';
}

/* Backslashes from *line on: those that stand for themselves go to *out. 1 when a quote follows
 * that they have made an ordinary character; *line is then behind it. */
static int read_backslashes(const char **line, char **out) {
    const size_t run = strspn(*line, "\\");
    const int quoted = (*line)[run] == '"';
    const size_t kept = quoted ? run / 2 : run;

    memset(*out, '\\', kept);
    *out += kept;
    *line += run;
    if (quoted && run % 2 == 1) {
        *(*out)++ = '"';
        ++*line;
        return 1;
    }
    return 0;
}

/* Reads one argument into `out` and returns where the line goes on. */
static const char *read_argument(const char *line, char *out, int since_2008) {
    int between = 0;

    while (*line != '\0' && (between || !is_blank(*line))) {
        if (*line == '\\') {
            (void)read_backslashes(&line, &out);
        } else if (*line == '"' && between && line[1] == '"') {
            *out++ = '"';
            line += 2;
            between = since_2008;
        } else if (*line == '"') {
            between = !between;
            line++;
        } else {
            *out++ = *line++;
        }
    }
    *out = '\0';
    return line + strspn(line, " \t");
}

/* The program's name: to the next quote, or to a blank. */
static const char *read_name(const char *line, char *out) {
    const char *end = *line == '"' ? strchr(line + 1, '"') : line + strcspn(line, " \t");

    require(end != NULL);
    line += *line == '"';
    memcpy(out, line, (size_t)(end - line));
    out[end - line] = '\0';
    end += *end == '"';
    return end + strspn(end, " \t");
}

static void check(const char *line, const char *const *arguments, size_t count,
                  int since_2008) {
    char *read = malloc(strlen(line) + 1);
    size_t i;

    require(read != NULL);
    line = read_name(line, read);
    require(strcmp(read, arguments[0]) == 0);
    for (i = 1; i < count; i++) {
        require(*line != '\0');
        line = read_argument(line, read, since_2008);
        require(strcmp(read, arguments[i]) == 0);
    }
    require(*line == '\0');
    free(read);
}

/* One in memory of exactly the size that it may take, so that a sanitizer sees a byte more. */
static char *append(char *line, const char *argument, int is_name) {
    const size_t used = strlen(line);
    const size_t room = brood__quote_room(argument);
    char *quoted = malloc(room > 0 ? room : 1);
    char *end;

    require(quoted != NULL);
    end = is_name ? brood__quote_name(quoted, argument) : brood__quote(quoted, argument);
    require(end != NULL && (size_t)(end - quoted) <= room);
    line = realloc(line, used + (size_t)(end - quoted) + 2);
    require(line != NULL);
    if (!is_name) {
        line[used] = ' ';
    }
    memcpy(line + used + !is_name, quoted, (size_t)(end - quoted));
    line[used + !is_name + (size_t)(end - quoted)] = '\0';
    free(quoted);
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *arguments[ARGUMENTS_MOST];
    char *text = malloc(size + 1);
    char *line = calloc(1, 1);
    size_t count = 0, at, i;

    require(text != NULL && line != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    for (at = 0; at <= size && count < ARGUMENTS_MOST; at += strlen(text + at) + 1) {
        arguments[count++] = text + at;
    }
    if (strchr(arguments[0], '"') != NULL) { /* no name can have one */
        char room[2];

        require(strlen(arguments[0]) > 0 && brood__quote_name(room, "\"") == NULL);
        arguments[0] = "program";
    }
    for (i = 0; i < count; i++) {
        line = append(line, arguments[i], i == 0);
    }
    check(line, arguments, count, 1);
    check(line, arguments, count, 0);
    free(line);
    free(text);
    return 0;
}
