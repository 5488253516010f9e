/* Items: widths, ranges, and the single accesses of the machine.
 *
 * Shared state: the items. Anybody may write one, at any time, in one access of its whole
 * width; so a reader sees a number that somebody wrote, and a death leaves the one before or
 * the one after. What several of them mean together is the caller's, who has the lock for it. */
#include "shared_item.h"

#include "brood/status.h"
#include "status.h"
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#define CODE_POINT_MAX 0x10ffffu

_Static_assert(sizeof(float) == 4 && sizeof(double) == 8, "f and d are IEEE 754's");
_Static_assert(ATOMIC_CHAR_LOCK_FREE == 2 && ATOMIC_SHORT_LOCK_FREE == 2 &&
                   ATOMIC_INT_LOCK_FREE == 2 && ATOMIC_LLONG_LOCK_FREE == 2,
               "items are shared between processes");
_Static_assert(sizeof(_Atomic uint8_t) == 1 && sizeof(_Atomic uint16_t) == 2 &&
                   sizeof(_Atomic uint32_t) == 4 && sizeof(_Atomic uint64_t) == 8,
               "an atomic item is as wide as the item");

static const brood__item_type_t types[] = {
    {'c', BROOD__ITEM_CHAR, 1},   {'u', BROOD__ITEM_CHAR, 4},
    {'b', BROOD__ITEM_SIGNED, 1}, {'B', BROOD__ITEM_UNSIGNED, 1},
    {'h', BROOD__ITEM_SIGNED, 2}, {'H', BROOD__ITEM_UNSIGNED, 2},
    {'i', BROOD__ITEM_SIGNED, 4}, {'I', BROOD__ITEM_UNSIGNED, 4},
    {'l', BROOD__ITEM_SIGNED, 8}, {'L', BROOD__ITEM_UNSIGNED, 8},
    {'q', BROOD__ITEM_SIGNED, 8}, {'Q', BROOD__ITEM_UNSIGNED, 8},
    {'f', BROOD__ITEM_REAL, 4},   {'d', BROOD__ITEM_REAL, 8},
};

const brood__item_type_t *brood__item_type(uint32_t code) {
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if ((uint32_t)types[i].code == code) {
            return &types[i];
        }
    }
    return NULL;
}

/* ---- numbers and bits ---- */

static uint64_t most_of(const brood__item_type_t *type) {
    switch ((brood__item_kind_t)type->kind) {
    case BROOD__ITEM_SIGNED: return UINT64_MAX >> (65 - type->width * 8);
    case BROOD__ITEM_CHAR: return type->width == 1 ? UINT8_MAX : CODE_POINT_MAX;
    default: return UINT64_MAX >> (64 - type->width * 8);
    }
}

static uint64_t bits_of_real(const brood__item_type_t *type, double real) {
    uint64_t bits = 0;
    if (type->width == 4) {
        float narrow = (float)real;
        uint32_t half;
        memcpy(&half, &narrow, sizeof half);
        return half;
    }
    memcpy(&bits, &real, sizeof bits);
    return bits;
}

static double real_of_bits(const brood__item_type_t *type, uint64_t bits) {
    double real;
    if (type->width == 4) {
        uint32_t half = (uint32_t)bits;
        float narrow;
        memcpy(&narrow, &half, sizeof narrow);
        return narrow;
    }
    memcpy(&real, &bits, sizeof real);
    return real;
}

static int64_t signed_of_bits(const brood__item_type_t *type, uint64_t bits) {
    switch (type->width) {
    case 1: return (int8_t)bits;
    case 2: return (int16_t)bits;
    case 4: return (int32_t)bits;
    default: return (int64_t)bits;
    }
}

static apr_status_t encode_integer(const brood__item_type_t *type,
                                   const brood__number_t *number, uint64_t *bits) {
    uint64_t most = most_of(type);
    if (number->kind == BROOD__ITEM_UNSIGNED || number->of.integer >= 0) {
        *bits = number->of.unsigned_integer;
        if (*bits > most) {
            return brood__fail(
                BROOD_ERANGE, "%llu does not fit into type %c, at most %llu",
                (unsigned long long)*bits, type->code, (unsigned long long)most);
        }
        return APR_SUCCESS;
    }
    if (type->kind != BROOD__ITEM_SIGNED || number->of.integer < -(int64_t)most - 1) {
        return brood__fail(BROOD_ERANGE, "%lld does not fit into type %c",
                           (long long)number->of.integer, type->code);
    }
    *bits = number->of.unsigned_integer;
    return APR_SUCCESS;
}

apr_status_t brood__item_encode(const brood__item_type_t *type,
                                const brood__number_t *number, uint64_t *bits) {
    if (type->kind == BROOD__ITEM_REAL) {
        *bits = bits_of_real(type, number->kind == BROOD__ITEM_REAL ? number->of.real
                                   : number->kind == BROOD__ITEM_UNSIGNED
                                       ? (double)number->of.unsigned_integer
                                       : (double)number->of.integer);
        return APR_SUCCESS;
    }
    if (number->kind == BROOD__ITEM_REAL) {
        return brood__fail(BROOD_ETYPE, "a real number for type %c", type->code);
    }
    return encode_integer(type, number, bits);
}

apr_status_t brood__item_can_be(const brood__item_type_t *type, brood__item_kind_t kind) {
    if (type->kind == BROOD__ITEM_REAL && kind != BROOD__ITEM_REAL) {
        return brood__fail(BROOD_ETYPE, "a number of type %c is no integer", type->code);
    }
    return APR_SUCCESS;
}

apr_status_t brood__item_decode(const brood__item_type_t *type, uint64_t bits,
                                brood__number_t *number) {
    int64_t integer = signed_of_bits(type, bits);
    int negative = type->kind == BROOD__ITEM_SIGNED && integer < 0;
    switch (number->kind) {
    case BROOD__ITEM_REAL:
        number->of.real = type->kind == BROOD__ITEM_REAL ? real_of_bits(type, bits)
                          : negative                     ? (double)integer
                                                         : (double)bits;
        return APR_SUCCESS;
    case BROOD__ITEM_UNSIGNED:
        if (negative) {
            return brood__fail(BROOD_ERANGE, "the number is %lld", (long long)integer);
        }
        number->of.unsigned_integer = bits;
        return APR_SUCCESS;
    default:
        if (!negative && bits > INT64_MAX) {
            return brood__fail(BROOD_ERANGE, "the number is %llu",
                               (unsigned long long)bits);
        }
        number->of.integer = negative ? integer : (int64_t)bits;
        return APR_SUCCESS;
    }
}

/* ---- single accesses ---- */

#define FOR_EACH_WIDTH(type, X) \
    switch ((type)->width) {    \
    case 1: X(uint8_t)          \
    case 2: X(uint16_t)         \
    case 4: X(uint32_t)         \
    default: X(uint64_t)        \
    }

/* relaxed: the lock orders, or the caller wants no order */
#define LOAD(int_t) \
    return atomic_load_explicit((const _Atomic int_t *)place, memory_order_relaxed);
uint64_t brood__item_load(const brood__item_type_t *type, const void *place) {
    FOR_EACH_WIDTH(type, LOAD)
}

#define STORE(int_t)                                                                  \
    atomic_store_explicit((_Atomic int_t *)place, (int_t)bits, memory_order_relaxed); \
    break;
void brood__item_store(const brood__item_type_t *type, void *place,
                       uint64_t bits){FOR_EACH_WIDTH(type, STORE)}
/* seq_cst, here and below: pairs with each other, as the manual promises the callers */
#define LOAD_ORDERED(int_t) return atomic_load((const _Atomic int_t *)place);
uint64_t brood__item_load_ordered(const brood__item_type_t *type, const void *place) {
    FOR_EACH_WIDTH(type, LOAD_ORDERED)
}

#define STORE_ORDERED(int_t)                           \
    atomic_store((_Atomic int_t *)place, (int_t)bits); \
    break;
void brood__item_store_ordered(const brood__item_type_t *type, void *place,
                               uint64_t bits){FOR_EACH_WIDTH(type, STORE_ORDERED)}
#define FETCH_ADD(int_t) return atomic_fetch_add((_Atomic int_t *)place, (int_t)bits);
uint64_t
    brood__item_fetch_add(const brood__item_type_t *type, void *place, uint64_t bits) {
    FOR_EACH_WIDTH(type, FETCH_ADD)
}

#define COMPARE_EXCHANGE(int_t)                                                         \
    {                                                                                   \
        int_t seen = (int_t)*expected;                                                  \
        int exchanged =                                                                 \
            atomic_compare_exchange_strong((_Atomic int_t *)place, &seen, (int_t)bits); \
        *expected = seen;                                                               \
        return exchanged;                                                               \
    }
int brood__item_compare_exchange(const brood__item_type_t *type, void *place,
                                 uint64_t *expected, uint64_t bits) {
    FOR_EACH_WIDTH(type, COMPARE_EXCHANGE)
}
