/* Spelling 128 random bits as the name of a pipe or an event. */
#include "name.h"

void brood__name_spell(wchar_t name[BROOD__NAME_UNITS], const wchar_t *prefix,
                       const unsigned char bits[BROOD__NAME_BITS_SIZE]) {
    static const wchar_t digits[] = L"0123456789abcdef";
    size_t length = 0;
    while (prefix[length] != L'\0' &&
           length < BROOD__NAME_UNITS - 1 - (size_t)2 * BROOD__NAME_BITS_SIZE) {
        name[length] = prefix[length];
        ++length;
    }
    for (size_t i = 0; i < BROOD__NAME_BITS_SIZE; ++i) {
        name[length++] = digits[bits[i] >> 4];
        name[length++] = digits[bits[i] & 15];
    }
    name[length] = L'\0';
}
