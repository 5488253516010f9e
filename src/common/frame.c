/* Frame: encoding and decoding the head of a message. */
#include "frame.h"

#define LONG_HEAD 0xffffffffu
#define SHORT_MOST 0x7fffffffu

static void put_bytes(uint8_t *at, uint64_t number, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        at[i] = (uint8_t)(number >> (8 * (count - 1 - i)));
    }
}

static uint64_t take_bytes(const uint8_t *at, unsigned count) {
    uint64_t number = 0;
    for (unsigned i = 0; i < count; i++) {
        number = number << 8 | at[i];
    }
    return number;
}

size_t brood__frame_encode(uint8_t head[BROOD__FRAME_MOST], uint64_t length) {
    if (length <= SHORT_MOST) {
        put_bytes(head, length, 4);
        return 4;
    }
    put_bytes(head, LONG_HEAD, 4);
    put_bytes(head + 4, length, 8);
    return BROOD__FRAME_MOST;
}

size_t brood__frame_need(const uint8_t *head, size_t have) {
    return have >= 4 && take_bytes(head, 4) == LONG_HEAD ? BROOD__FRAME_MOST : 4;
}

uint64_t brood__frame_decode(const uint8_t *head, int *valid) {
    uint64_t length = take_bytes(head, 4);
    *valid = length <= SHORT_MOST || length == LONG_HEAD;
    if (length == LONG_HEAD) {
        length = take_bytes(head + 4, 8);
        *valid = length <= INT64_MAX;
    }
    return *valid ? length : 0;
}
