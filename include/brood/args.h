/* Arguments and places from their C types: BROOD_ARGS, BROOD_UNPACK and what they are
 * made of. Part of values.h.
 *
 * BROOD_ARGS(…) is a brood_args_t made of 1 to 32 C values: bool, all integers, float,
 * double, strings, brood_bytes_t, const brood_values_t * (one list), the objects of
 * BROOD_HANDLE_TABLE, and brood_arg_t for whatever is left (brood_arg_nil()). In C it lives as long as
 * the block it stands in, in C++ as long as the expression. Other types do not compile.
 *
 * BROOD_UNPACK(values, …) takes as many pointers, to the same types. There is no place
 * for plain char: its pointer could as well be meant as a buffer for a string, and
 * strings go to a const char *.
 *
 * In C11 `true` is the integer 1 and not a bool; a place for a bool takes 0 and 1 too.
 *
 * BROOD_ARG(value) and BROOD_SLOT(&place) are single ones, for BROOD_BUILD and
 * BROOD_READ. */
#ifndef BROOD_ARGS_H
#define BROOD_ARGS_H

#include "brood/each.h"
#include "brood/values.h"

BROOD_BEGIN_DECLS

/* ---- one argument from one C value ---- */

static inline brood_arg_t brood_arg_nil(void) {
    brood_arg_t arg;
    arg.kind = BROOD_NIL;
    arg.of.unsigned_integer = 0;
    return arg;
}

static inline brood_arg_t brood_arg_bool(bool boolean) {
    brood_arg_t arg;
    arg.kind = BROOD_BOOL;
    arg.of.boolean = boolean;
    return arg;
}

static inline brood_arg_t brood_arg_int(int64_t integer) {
    brood_arg_t arg;
    arg.kind = BROOD_INT;
    arg.of.integer = integer;
    return arg;
}

static inline brood_arg_t brood_arg_uint(uint64_t integer) {
    brood_arg_t arg;
    if (integer <= INT64_MAX) {
        return brood_arg_int((int64_t)integer);
    }
    arg.kind = BROOD_UINT;
    arg.of.unsigned_integer = integer;
    return arg;
}

static inline brood_arg_t brood_arg_double(double real) {
    brood_arg_t arg;
    arg.kind = BROOD_DOUBLE;
    arg.of.real = real;
    return arg;
}

/* NULL becomes nil. */
static inline brood_arg_t brood_arg_string(const char *string) {
    brood_arg_t arg;
    if (string == NULL) {
        return brood_arg_nil();
    }
    arg.kind = BROOD_STRING;
    arg.of.string = string;
    return arg;
}

static inline brood_bytes_t brood_bytes(const void *data, size_t size) {
    brood_bytes_t bytes;
    bytes.data = data;
    bytes.size = size;
    return bytes;
}

static inline brood_arg_t brood_arg_bytes(brood_bytes_t bytes) {
    brood_arg_t arg;
    arg.kind = BROOD_BYTES;
    arg.of.bytes = bytes;
    return arg;
}

/* The values become one list. */
static inline brood_arg_t brood_arg_values(const brood_values_t *values) {
    brood_arg_t arg;
    arg.kind = BROOD_LIST;
    arg.of.values = values;
    return arg;
}

static inline brood_arg_t brood_arg_handle(void *object) {
    brood_arg_t arg;
    arg.kind = BROOD_HANDLE;
    arg.of.handle = object;
    return arg;
}

/* brood_arg_queue(brood_queue_t *queue), brood_arg_lock() and so on. */
#define BROOD__ARG_MAKER(NAME, name, code)                               \
    static inline brood_arg_t brood_arg_##name(brood_##name##_t *name) { \
        return brood_arg_handle(name);                                   \
    }
BROOD_HANDLE_TABLE(BROOD__ARG_MAKER)
#undef BROOD__ARG_MAKER

static inline brood_arg_t brood_arg_same(brood_arg_t arg) {
    return arg;
}

static inline brood_args_t brood_args(size_t count, const brood_arg_t *items) {
    brood_args_t args;
    args.count = count;
    args.items = items;
    return args;
}

static inline brood_slot_t brood_slot(brood_slot_kind_t kind, size_t size, void *place) {
    brood_slot_t slot;
    slot.kind = kind;
    slot.size = (uint32_t)size;
    slot.place = place;
    return slot;
}

BROOD_END_DECLS

#define BROOD_NO_ARGS brood_args(0, NULL)
#define BROOD_BUILD(builder, value) brood_build(builder, BROOD_ARG(value))
#define BROOD_READ(reader, place) brood_read(reader, BROOD_SLOT(place))

/* X(C type, kind of slot): what a place can be. */
#define BROOD__SLOT_TYPES(X)                   \
    X(bool, BROOD_SLOT_BOOL)                   \
    X(signed char, BROOD_SLOT_SIGNED)          \
    X(short, BROOD_SLOT_SIGNED)                \
    X(int, BROOD_SLOT_SIGNED)                  \
    X(long, BROOD_SLOT_SIGNED)                 \
    X(long long, BROOD_SLOT_SIGNED)            \
    X(unsigned char, BROOD_SLOT_UNSIGNED)      \
    X(unsigned short, BROOD_SLOT_UNSIGNED)     \
    X(unsigned, BROOD_SLOT_UNSIGNED)           \
    X(unsigned long, BROOD_SLOT_UNSIGNED)      \
    X(unsigned long long, BROOD_SLOT_UNSIGNED) \
    X(float, BROOD_SLOT_REAL)                  \
    X(double, BROOD_SLOT_REAL)                 \
    X(const char *, BROOD_SLOT_STRING)         \
    X(brood_bytes_t, BROOD_SLOT_BYTES)         \
    X(const brood_values_t *, BROOD_SLOT_VALUES)

/* X(C type, function that makes it an argument): what a value can be. */
#define BROOD__ARG_TYPES(X)               \
    X(bool, brood_arg_bool)               \
    X(char, brood_arg_int)                \
    X(signed char, brood_arg_int)         \
    X(short, brood_arg_int)               \
    X(int, brood_arg_int)                 \
    X(long, brood_arg_int)                \
    X(long long, brood_arg_int)           \
    X(unsigned char, brood_arg_uint)      \
    X(unsigned short, brood_arg_uint)     \
    X(unsigned, brood_arg_uint)           \
    X(unsigned long, brood_arg_uint)      \
    X(unsigned long long, brood_arg_uint) \
    X(float, brood_arg_double)            \
    X(double, brood_arg_double)           \
    X(char *, brood_arg_string)           \
    X(const char *, brood_arg_string)     \
    X(brood_bytes_t, brood_arg_bytes)     \
    X(brood_values_t *, brood_arg_values) \
    X(const brood_values_t *, brood_arg_values)

#ifdef __cplusplus

#define BROOD__ARG_OVERLOAD(type, maker)        \
    inline brood_arg_t brood__arg(type value) { \
        return maker(value);                    \
    }
BROOD__ARG_TYPES(BROOD__ARG_OVERLOAD)
#define BROOD__HANDLE_OVERLOAD(NAME, name, code) \
    BROOD__ARG_OVERLOAD(brood_##name##_t *, brood_arg_##name)
BROOD_HANDLE_TABLE(BROOD__HANDLE_OVERLOAD)
#undef BROOD__HANDLE_OVERLOAD
#undef BROOD__ARG_OVERLOAD
inline brood_arg_t brood__arg(brood_arg_t value) {
    return value;
}
/* Without this every other pointer would be taken for a bool. */
template <class Other> brood_arg_t brood__arg(Other value) = delete;

#define BROOD__SLOT_OVERLOAD(type, kind)                       \
    inline brood_slot_t brood__slot(type *place) {             \
        return brood_slot(kind, sizeof *place, (void *)place); \
    }
BROOD__SLOT_TYPES(BROOD__SLOT_OVERLOAD)
#define BROOD__HANDLE_OVERLOAD(NAME, name, code) \
    BROOD__SLOT_OVERLOAD(brood_##name##_t *, BROOD_SLOT_##NAME)
BROOD_HANDLE_TABLE(BROOD__HANDLE_OVERLOAD)
#undef BROOD__HANDLE_OVERLOAD
#undef BROOD__SLOT_OVERLOAD

/* Holds the arguments until the expression ends. */
template <size_t count> struct brood__args_holder {
    brood_arg_t items[count];
    operator brood_args_t() const {
        return brood_args(count, items);
    }
};

template <class... Values>
inline brood__args_holder<sizeof...(Values)> brood__hold(Values... values) {
    return {{brood__arg(values)...}};
}

template <class... Places>
inline apr_status_t brood__unpack(const brood_values_t *values, Places *...places) {
    const brood_slot_t slots[] = {brood__slot(places)...};
    return brood_unpack(values, sizeof...(Places), slots);
}

#define BROOD_ARG(value) brood__arg(value)
#define BROOD_SLOT(place) brood__slot(place)
#define BROOD_ARGS(...) brood__hold(__VA_ARGS__)
#define BROOD_UNPACK(values, ...) brood__unpack(values, __VA_ARGS__)

#else

#define BROOD__ARG_CASE(type, maker) , type : maker
#define BROOD__SLOT_CASE(type, kind) , type * : kind
#define BROOD__HANDLE_ARG_CASE(NAME, name, code) , brood_##name##_t * : brood_arg_##name
#define BROOD__HANDLE_SLOT_CASE(NAME, name, code) \
    , brood_##name##_t ** : BROOD_SLOT_##NAME
#define BROOD_ARG(value)                                         \
    (_Generic((value), brood_arg_t                               \
              : brood_arg_same BROOD__ARG_TYPES(BROOD__ARG_CASE) \
                  BROOD_HANDLE_TABLE(BROOD__HANDLE_ARG_CASE))(value))
#define BROOD_SLOT(place)                                                 \
    brood_slot(_Generic((place)BROOD__SLOT_TYPES(BROOD__SLOT_CASE)        \
                            BROOD_HANDLE_TABLE(BROOD__HANDLE_SLOT_CASE)), \
               sizeof *(place), (void *)(place))
#define BROOD_ARGS(...)                   \
    brood_args(BROOD__COUNT(__VA_ARGS__), \
               (const brood_arg_t[]){BROOD__EACH(BROOD_ARG, __VA_ARGS__)})
#define BROOD_UNPACK(values, ...)                   \
    brood_unpack(values, BROOD__COUNT(__VA_ARGS__), \
                 (const brood_slot_t[]){BROOD__EACH(BROOD_SLOT, __VA_ARGS__)})

#endif

#endif
