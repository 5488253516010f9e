/* Whether a text is UTF-8, as Unicode's table of well-formed byte sequences has it. */
#include "values_scan.h"

#include <string.h>

/* How many bytes a character of more than one has, by its first byte, and between what
 * limits its second byte lies; the rest lie between 80 and BF. */
static size_t sequence(uint8_t first, uint8_t *low, uint8_t *high) {
    *low = 0x80;
    *high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef) {
        if (first == 0xe0)
            *low = 0xa0;
        if (first == 0xed)
            *high = 0x9f;
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        if (first == 0xf0)
            *low = 0x90;
        if (first == 0xf4)
            *high = 0x8f;
        return 4;
    }
    return 0;
}

bool brood__is_utf8(const void *text, size_t size) {
    const uint8_t *at = text;
    while (size > 0) {
        uint64_t eight;
        uint8_t low, high;
        /* most text is ASCII: eight bytes at a time */
        while (size >= sizeof eight) {
            memcpy(&eight, at, sizeof eight);
            if ((eight & UINT64_C(0x8080808080808080)) != 0)
                break;
            at += sizeof eight;
            size -= sizeof eight;
        }
        if (size == 0)
            break;
        if (*at < 0x80) {
            at++;
            size--;
            continue;
        }
        size_t length = sequence(*at, &low, &high);
        if (length == 0 || length > size || at[1] < low || at[1] > high)
            return false;
        for (size_t i = 2; i < length; i++)
            if ((at[i] & 0xc0) != 0x80)
                return false;
        at += length;
        size -= length;
    }
    return true;
}
