/* Quoting by the rules of the C runtime: a process is given one string and takes it apart
 * itself.
 *
 * Those rules: spaces and tabs divide arguments unless they stand between quotes; a backslash
 * is an ordinary character unless a run of them is followed by a quote, in which case two
 * stand for one and an odd last one takes the quote's meaning away. So every quote inside
 * gets a backslash, and a run of backslashes is doubled where a quote follows, be it one of
 * the argument's own or the closing one. */
#include "quote.h"

#include <string.h>

/* Some runtimes expand * and ? where they stand outside quotes; the line breaks are there for
 * programs that split by isspace(). */
static int needs_quotes(const char *argument) {
    return argument[0] == '\0' || strpbrk(argument, " \t\n\v\f\r\"*?") != NULL;
}

size_t brood__quote_room(const char *argument) {
    return 2 * strlen(argument) + 2;
}

static char *put_backslashes(char *out, size_t count) {
    memset(out, '\\', count);
    return out + count;
}

char *brood__quote(char *out, const char *argument) {
    size_t run = 0; /* of backslashes just written */
    if (!needs_quotes(argument)) {
        size_t length = strlen(argument);
        memcpy(out, argument, length);
        return out + length;
    }
    *out++ = '"';
    for (const char *in = argument; *in != '\0'; ++in) {
        if (*in == '"') {
            out = put_backslashes(out, run + 1);
        }
        run = *in == '\\' ? run + 1 : 0;
        *out++ = *in;
    }
    out = put_backslashes(out, run);
    *out++ = '"';
    return out;
}

char *brood__quote_name(char *out, const char *name) {
    size_t length = strlen(name);
    if (strchr(name, '"') != NULL) {
        return NULL;
    }
    *out++ = '"';
    memcpy(out, name, length);
    out += length;
    *out++ = '"';
    return out;
}
