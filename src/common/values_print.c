/* Values in readable form, for messages and logs. */
#include "values_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of more bytes than this only the first are shown. */
#define BYTES_SHOWN 16

/* ---- lines ---- */

void brood__line_add(brood__line_t *line, const char *text, size_t size) {
    if (line->length < line->size) {
        size_t room = line->size - line->length;
        memcpy(line->buffer + line->length, text, size < room ? size : room);
    }
    line->length += size;
}

void brood__line_text(brood__line_t *line, const char *text) {
    brood__line_add(line, text, strlen(text));
}

void brood__line_int(brood__line_t *line, int64_t integer) {
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRId64, integer);
    brood__line_text(line, text);
}

void brood__line_uint(brood__line_t *line, uint64_t integer) {
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRIu64, integer);
    brood__line_text(line, text);
}

/* The decimal point is the locale's; ours is always a point. */
static void use_point(char *text) {
    size_t kept = strspn(text, "-0123456789");
    size_t point = strcspn(text + kept, "0123456789e");
    if (text[kept] == '\0' || point == 0)
        return;
    text[kept] = '.';
    memmove(text + kept + 1, text + kept + point, strlen(text + kept + point) + 1);
}

void brood__line_double(brood__line_t *line, double real) {
    char text[64] = "nan";
    if (real != real) {
        brood__line_text(line, text);
        return;
    }
    if (real - real != 0) {
        brood__line_text(line, real > 0 ? "inf" : "-inf");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, real);
        double back = strtod(text, NULL);
        if (memcmp(&back, &real, sizeof real) == 0)
            break;
    }
    use_point(text);
    brood__line_text(line, text);
    if (strpbrk(text, ".e") == NULL)
        brood__line_text(line, ".0");
}

static void add_character(brood__line_t *line, char character) {
    static const char named[] = "\"\\\n\r\t";
    static const char letters[] = "\"\\nrt";
    char text[8];
    const char *found = character == '\0' ? NULL : strchr(named, character);
    if (found != NULL) {
        text[0] = '\\';
        text[1] = letters[found - named];
        brood__line_add(line, text, 2);
    } else if ((unsigned char)character < 0x20 || character == 0x7f) {
        (void)snprintf(text, sizeof text, "\\u%04x", (unsigned)character);
        brood__line_text(line, text);
    } else {
        brood__line_add(line, &character, 1);
    }
}

void brood__line_string(brood__line_t *line, const char *text, size_t size) {
    brood__line_text(line, "\"");
    for (size_t i = 0; i < size; i++)
        add_character(line, text[i]);
    brood__line_text(line, "\"");
}

void brood__line_bytes(brood__line_t *line, brood_bytes_t bytes) {
    const uint8_t *data = bytes.data;
    char text[8];
    brood__line_text(line, "<");
    brood__line_uint(line, bytes.size);
    brood__line_text(line, bytes.size == 1 ? " byte" : " bytes");
    for (size_t i = 0; i < bytes.size && i < BYTES_SHOWN; i++) {
        (void)snprintf(text, sizeof text, "%s%02x", i == 0 ? ": " : " ", data[i]);
        brood__line_text(line, text);
    }
    brood__line_text(line, bytes.size > BYTES_SHOWN ? " ...>" : ">");
}

void brood__line_handle(brood__line_t *line, const brood_handle_t *handle) {
    bool ours = handle->magic == BROOD__HANDLE_MAGIC && handle->cls != NULL;
    brood__line_text(line, "<");
    brood__line_text(line, ours ? handle->cls->name : "no object");
    brood__line_text(line, ">");
}

size_t brood__line_end(brood__line_t *line) {
    if (line->size == 0)
        return line->length;
    if (line->length < line->size) {
        line->buffer[line->length] = '\0';
        return line->length;
    }
    size_t end = line->size - 1;
    while (end > 0 && ((unsigned char)line->buffer[end] & 0xc0) == 0x80)
        end--;
    line->buffer[end] = '\0';
    return line->length;
}

/* ---- values ---- */

static void print_range(brood__line_t *line, const brood__node_t *node,
                        const brood__node_t *end, bool map);

static void print_node(brood__line_t *line, const brood__node_t *node) {
    switch ((brood_kind_t)node->kind) {
    case BROOD_NIL: brood__line_text(line, "nil"); break;
    case BROOD_BOOL: brood__line_text(line, node->of.boolean ? "true" : "false"); break;
    case BROOD_INT: brood__line_int(line, node->of.integer); break;
    case BROOD_UINT: brood__line_uint(line, node->of.unsigned_integer); break;
    case BROOD_DOUBLE: brood__line_double(line, node->of.real); break;
    case BROOD_STRING:
        brood__line_string(line, node->of.text.data, node->of.text.size);
        break;
    case BROOD_BYTES: brood__line_bytes(line, node->of.text); break;
    case BROOD_LIST: print_range(line, node + 1, node + node->span, false); break;
    case BROOD_MAP: print_range(line, node + 1, node + node->span, true); break;
    case BROOD_HANDLE: brood__line_handle(line, node->of.handle); break;
    }
}

/* Calls itself through print_node, at the most BROOD_DEPTH_MAX deep. */
static void print_range(brood__line_t *line, const brood__node_t *node,
                        const brood__node_t *end, bool map) {
    brood__line_text(line, map ? "{" : "[");
    for (size_t i = 0; node < end; i++, node += node->span) {
        if (i > 0)
            brood__line_text(line, map && i % 2 == 1 ? ": " : ", ");
        print_node(line, node);
    }
    brood__line_text(line, map ? "}" : "]");
}

void brood__line_values(brood__line_t *line, const brood_values_t *values) {
    const brood__node_t *nodes = values->tree->nodes;
    print_range(line, nodes + values->first, nodes + values->end, false);
}

size_t brood_values_print(const brood_values_t *values, char *buffer, size_t size) {
    brood__line_t line = {buffer, size, 0};
    if (values == NULL)
        brood__line_text(&line, "NULL");
    else
        brood__line_values(&line, values);
    return brood__line_end(&line);
}
