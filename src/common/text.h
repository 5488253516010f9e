/* Text: copying into a field of fixed size. Internal. */
#ifndef BROOD_COMMON_TEXT_H
#define BROOD_COMMON_TEXT_H

#include <string.h>

/* Copies as much as fits, and the terminating zero. As apr_cpystrn(), but without a call: in a
 * process that has just been forked each library that is entered costs a page fault. */
static inline void brood__text_copy(char *to, const char *from, size_t size) {
    size_t length = strlen(from);
    if (length >= size) {
        length = size - 1;
    }
    memcpy(to, from, length);
    to[length] = '\0';
}

#endif
