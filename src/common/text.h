/* Text: copying into a field of fixed size. Internal. */
#ifndef BROOD_COMMON_TEXT_H
#define BROOD_COMMON_TEXT_H

#include <stddef.h>

/* Copies as much as fits, and the terminating zero. As apr_cpystrn(), but without a call: in a
 * process that has just been forked each library that is entered costs a page fault, and so does
 * the part of the C library where its strings are. */
static inline void brood__text_copy(char *to, const char *from, size_t size) {
    size_t i;
    for (i = 0; i + 1 < size && from[i] != '\0'; i++) {
        to[i] = from[i];
    }
    to[i] = '\0';
}

#endif
