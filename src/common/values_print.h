/* Values in readable form. Internal. */
#ifndef BROOD_COMMON_VALUES_PRINT_H
#define BROOD_COMMON_VALUES_PRINT_H

#include "values_node.h"

/* A line that is cut to a buffer while its whole length is counted. */
typedef struct brood__line_t {
    char *buffer;
    size_t size;
    size_t length;
} brood__line_t;

void brood__line_add(brood__line_t *line, const char *text, size_t size);
void brood__line_text(brood__line_t *line, const char *text);
void brood__line_int(brood__line_t *line, int64_t integer);
void brood__line_uint(brood__line_t *line, uint64_t integer);
/* The shortest form that reads back as the same number; always with a point. */
void brood__line_double(brood__line_t *line, double real);
/* In quotes, control characters escaped. */
void brood__line_string(brood__line_t *line, const char *text, size_t size);
void brood__line_bytes(brood__line_t *line, brood_bytes_t bytes);
void brood__line_handle(brood__line_t *line, const brood_handle_t *handle);
void brood__line_values(brood__line_t *line, const brood_values_t *values);
/* Terminates the buffer, not in the middle of a character, and returns the whole length. */
size_t brood__line_end(brood__line_t *line);

#endif
