/* Walking over encoded bytes that nobody vouches for. Internal. */
#ifndef BROOD_COMMON_VALUES_SCAN_H
#define BROOD_COMMON_VALUES_SCAN_H

#include "values_node.h"

/* The extension type of a handle. Its five bytes are the index into the table of handles,
 * big end first, and the code of the class. */
#define BROOD__EXTENSION_HANDLE 1
#define BROOD__HANDLE_SIZE 5

/* One object without what lies in it. */
typedef struct brood__token_t {
    brood_kind_t kind;   /* BROOD_INT stands for BROOD_UINT too */
    const uint8_t *head; /* where it begins */
    const uint8_t *body; /* a string's text, bytes, the five bytes of a handle */
    uint32_t size;       /* of the body; the items of a list, the pairs of a map */
} brood__token_t;

typedef struct brood__scan_t {
    const uint8_t *start;
    const uint8_t *at;
    const uint8_t *end;
} brood__scan_t;

/* What a whole sequence needs when it is decoded. */
typedef struct brood__totals_t {
    uint32_t top;      /* values at the top */
    uint32_t nodes;    /* values at all depths */
    uint32_t lists;    /* lists at all depths */
    size_t text_bytes; /* strings with their terminators */
} brood__totals_t;

/* Reads one token and steps behind it. BROOD_EENCODING: there is no whole one, or it is of
 * a type that values do not have; the detail says where. Counts are checked against the
 * bytes that are left, strings are UTF-8. */
apr_status_t brood__scan_token(brood__scan_t *scan, brood__token_t *token);

/* Checks everything from scan->at to the end: BROOD_EENCODING, or the totals. */
apr_status_t brood__scan_all(brood__scan_t *scan, brood_handle_t *const *handles,
                             size_t handle_count, brood__totals_t *totals);

/* The index in the body of a handle's token, and writing another one there. */
uint32_t brood__handle_index(const uint8_t *body);
void brood__handle_body(uint8_t *body, uint32_t index, uint8_t code);

/* Whether a text is UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
bool brood__is_utf8(const void *text, size_t size);

#endif
