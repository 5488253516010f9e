/* One command line out of many arguments. */
#ifndef BROOD_WIN32_QUOTE_H
#define BROOD_WIN32_QUOTE_H

#include <stddef.h>

/* How many bytes brood__quote() writes for the argument at the most, without a
 * terminator. */
size_t brood__quote_room(const char *argument);

/* Writes the argument so that the C runtime and CommandLineToArgvW read it back unchanged,
 * and returns where it ended. Not for the first argument. */
char *brood__quote(char *out, const char *argument);

/* The same for the first argument, the program's name, which is read by other rules: up to
 * the next quote, backslashes as they are. A name with a quote in it cannot be written:
 * NULL. */
char *brood__quote_name(char *out, const char *name);

#endif
