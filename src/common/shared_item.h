/* Items: the numbers in shared values and arrays, by their typecodes. Internal. */
#ifndef BROOD_COMMON_SHARED_ITEM_H
#define BROOD_COMMON_SHARED_ITEM_H

#include <apr_errno.h>
#include <stdint.h>

typedef enum brood__item_kind_t {
    BROOD__ITEM_CHAR, /* c and u: numbers, but no arithmetic */
    BROOD__ITEM_SIGNED,
    BROOD__ITEM_UNSIGNED,
    BROOD__ITEM_REAL
} brood__item_kind_t;

typedef struct brood__item_type_t {
    char code;
    uint8_t kind;  /* brood__item_kind_t */
    uint8_t width; /* in bytes: 1, 2, 4 or 8, the same in every process */
} brood__item_type_t;

/* The type of a typecode; NULL: there is none. */
const brood__item_type_t *brood__item_type(uint32_t code);

/* A number on its way from or to a caller. */
typedef struct brood__number_t {
    brood__item_kind_t kind; /* SIGNED, UNSIGNED or REAL */
    union {
        int64_t integer;
        uint64_t unsigned_integer;
        double real;
    } of;
} brood__number_t;

/* The number as the type has it in memory, in the low bits. BROOD_ERANGE: it has no such
 * number; BROOD_ETYPE: the number is real, the type is not. */
apr_status_t brood__item_encode(const brood__item_type_t *type,
                                const brood__number_t *number, uint64_t *bits);

/* Back again, to a number of the kind that is in it. BROOD_ETYPE: the type is real, the
 * number shall not be; BROOD_ERANGE: it does not fit. */
apr_status_t brood__item_decode(const brood__item_type_t *type, uint64_t bits,
                                brood__number_t *number);

/* Whether brood__item_decode() can come to a number of that kind at all. */
apr_status_t brood__item_can_be(const brood__item_type_t *type, brood__item_kind_t kind);

/* One access of the memory of an item, which nobody sees half done. */
uint64_t brood__item_load(const brood__item_type_t *type, const void *place);
void brood__item_store(const brood__item_type_t *type, void *place, uint64_t bits);

/* Sequentially consistent ones. */
uint64_t brood__item_load_ordered(const brood__item_type_t *type, const void *place);
void brood__item_store_ordered(const brood__item_type_t *type, void *place,
                               uint64_t bits);
uint64_t brood__item_fetch_add(const brood__item_type_t *type, void *place,
                               uint64_t bits);
int brood__item_compare_exchange(const brood__item_type_t *type, void *place,
                                 uint64_t *expected, uint64_t bits);

#endif
