/* The rows of a descriptor's table. Part of descriptor.h.
 *
 *     BROOD_FIELD_BOOL(type, member, …)          bool
 *     BROOD_FIELD_INT(type, member, …)           any integer, signed or not, and enums
 *     BROOD_FIELD_UINT(type, member, …)          the same
 *     BROOD_FIELD_DOUBLE(type, member, …)        float, double
 *     BROOD_FIELD_STRING(type, member, …)        const char *
 *     BROOD_FIELD_CHARS(type, member, …)         char [n]
 *     BROOD_FIELD_BYTES(type, member, …)         brood_bytes_t
 *     BROOD_FIELD_VALUES(type, member, …)        const brood_values_t *
 *     BROOD_FIELD_STRUCT(type, member, &descriptor, …)
 *     BROOD_FIELD_INT_ARRAY(type, member, …)     integers [n]
 *     BROOD_FIELD_UINT_ARRAY(type, member, …)    the same
 *     BROOD_FIELD_DOUBLE_ARRAY(type, member, …)  float or double [n]
 *     BROOD_FIELD_QUEUE(type, member, …)         brood_queue_t *
 *     BROOD_FIELD_CONNECTION(type, member, …)    brood_connection_t *
 *     BROOD_FIELD_LOCK(type, member, …)          brood_lock_t *
 *     and so on for each object of BROOD_HANDLE_TABLE
 *
 * A member of another type does not compile. Behind the member may stand, in any order:
 *
 *     BROOD_SINCE(version)            it is written since that version
 *     BROOD_REQUIRED                  the pointer may not be NULL
 *     BROOD_LIMITS(least, most)       for integers
 *     BROOD_LIMITS_REAL(least, most)  for float and double */
#ifndef BROOD_FIELDS_H
#define BROOD_FIELDS_H

#include "brood/descriptor.h"
#ifdef __cplusplus
#include <type_traits>
#endif

/* The member, only to ask for its type and size. */
#define BROOD__MEMBER(type, member) (((type *)0)->member)
#define BROOD__ELEMENTS(type, member) \
    (sizeof BROOD__MEMBER(type, member) / sizeof BROOD__MEMBER(type, member)[0])

/* Each row ends with something, so that a macro's dots always stand for something. */
#define BROOD_FIELD_BOOL(type, ...) \
    BROOD__SCALAR(BROOD__KIND_BOOL, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_INT(type, ...) \
    BROOD__SCALAR(BROOD__KIND_INT, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_UINT(type, ...) \
    BROOD__SCALAR(BROOD__KIND_INT, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_DOUBLE(type, ...) \
    BROOD__SCALAR(BROOD__KIND_REAL, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_STRING(type, ...) \
    BROOD__SCALAR(BROOD__KIND_STRING, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_CHARS(type, ...) \
    BROOD__SCALAR(BROOD__KIND_CHARS, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_BYTES(type, ...) \
    BROOD__SCALAR(BROOD__KIND_BYTES, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_VALUES(type, ...) \
    BROOD__SCALAR(BROOD__KIND_VALUES, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_QUEUE(type, ...) \
    BROOD__SCALAR(BROOD__KIND_QUEUE, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_CONNECTION(type, ...) \
    BROOD__SCALAR(BROOD__KIND_CONNECTION, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_LOCK(type, ...) \
    BROOD__SCALAR(BROOD__KIND_LOCK, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_RLOCK(type, ...) \
    BROOD__SCALAR(BROOD__KIND_RLOCK, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_SEMAPHORE(type, ...) \
    BROOD__SCALAR(BROOD__KIND_SEMAPHORE, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_CONDITION(type, ...) \
    BROOD__SCALAR(BROOD__KIND_CONDITION, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_EVENT(type, ...) \
    BROOD__SCALAR(BROOD__KIND_EVENT, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_BARRIER(type, ...) \
    BROOD__SCALAR(BROOD__KIND_BARRIER, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_SHARED_VALUE(type, ...) \
    BROOD__SCALAR(BROOD__KIND_SHARED_VALUE, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_SHARED_ARRAY(type, ...) \
    BROOD__SCALAR(BROOD__KIND_SHARED_ARRAY, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_BLOCK(type, ...) \
    BROOD__SCALAR(BROOD__KIND_BLOCK, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_SHAREABLE_LIST(type, ...) \
    BROOD__SCALAR(BROOD__KIND_SHAREABLE_LIST, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_INT_ARRAY(type, ...) \
    BROOD__ARRAY(BROOD__KIND_INTS, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_UINT_ARRAY(type, ...) \
    BROOD__ARRAY(BROOD__KIND_INTS, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_DOUBLE_ARRAY(type, ...) \
    BROOD__ARRAY(BROOD__KIND_REALS, type, __VA_ARGS__, BROOD__NO_MORE)
#define BROOD_FIELD_STRUCT(type, member, ...) \
    BROOD__STRUCT(type, member, __VA_ARGS__, BROOD__NO_MORE)

#define BROOD__SCALAR(kind, type, member, ...)                        \
    BROOD__FIELD(#member, kind(type, member), offsetof(type, member), \
                 sizeof BROOD__MEMBER(type, member), 0, NULL, __VA_ARGS__)
#define BROOD__ARRAY(kind, type, member, ...)                                          \
    BROOD__FIELD(#member, kind(type, member), offsetof(type, member),                  \
                 sizeof BROOD__MEMBER(type, member)[0], BROOD__ELEMENTS(type, member), \
                 NULL, __VA_ARGS__)
#define BROOD__STRUCT(type, member, nested, ...)                       \
    BROOD__FIELD(#member, BROOD_MEMBER_STRUCT, offsetof(type, member), \
                 sizeof BROOD__MEMBER(type, member), 0, nested, __VA_ARGS__)

#ifdef __cplusplus

struct brood__since_t {
    uint32_t version;
};
struct brood__required_t {};
struct brood__limits_t {
    int64_t least, most;
};
struct brood__limits_real_t {
    double least, most;
};
struct brood__no_more_t {};

#define BROOD_SINCE(version) (brood__since_t{version})
#define BROOD_REQUIRED (brood__required_t{})
#define BROOD_LIMITS(least, most) (brood__limits_t{least, most})
#define BROOD_LIMITS_REAL(least, most) (brood__limits_real_t{least, most})
#define BROOD__NO_MORE (brood__no_more_t{})

constexpr void brood__apply(brood_field_t &field, brood__since_t since) {
    field.since = since.version;
}
constexpr void brood__apply(brood_field_t &field, brood__required_t) {
    field.required = true;
}
constexpr void brood__apply(brood_field_t &field, brood__limits_t limits) {
    field.limits = BROOD_LIMITED_INT;
    field.least = limits.least;
    field.most = limits.most;
}
constexpr void brood__apply(brood_field_t &field, brood__limits_real_t limits) {
    field.limits = BROOD_LIMITED_REAL;
    field.real_least = limits.least;
    field.real_most = limits.most;
}
constexpr void brood__apply(brood_field_t &, brood__no_more_t) {
}

template <class... Extras>
constexpr brood_field_t brood__field(const char *name, brood_member_kind_t kind,
                                     size_t offset, size_t size, size_t elements,
                                     const brood_descriptor_t *descriptor,
                                     Extras... extras) {
    brood_field_t field = {name, kind,  offset,          size, elements, descriptor,
                           0,    false, BROOD_UNLIMITED, 0,    0,        0,
                           0,    0};
    (brood__apply(field, extras), ...);
    return field;
}
#define BROOD__FIELD(...) brood__field(__VA_ARGS__)

template <class Member> struct brood__plain_t { using type = Member; };
/* The kind of an integer or enum. */
template <class Member> constexpr brood_member_kind_t brood__int_kind() {
    using Integer =
        typename std::conditional_t<std::is_enum_v<Member>, std::underlying_type<Member>,
                                    brood__plain_t<Member>>::type;
    static_assert(std::is_integral_v<Integer>, "the member is no integer");
    static_assert(!std::is_same_v<Integer, bool>, "the member is a bool");
    return std::is_signed_v<Integer> ? BROOD_MEMBER_INT : BROOD_MEMBER_UINT;
}
template <class Member> constexpr brood_member_kind_t brood__real_kind() {
    static_assert(std::is_same_v<Member, float> || std::is_same_v<Member, double>,
                  "the member is no float or double");
    return BROOD_MEMBER_REAL;
}
template <class Member, class Wanted>
constexpr brood_member_kind_t brood__this_kind(brood_member_kind_t kind) {
    static_assert(std::is_same_v<Member, Wanted>, "the member is of another type");
    return kind;
}
template <class Member>
constexpr brood_member_kind_t brood__array_kind(brood_member_kind_t kind) {
    static_assert(std::is_array_v<Member>, "the member is no array");
    return kind;
}

#define BROOD__TYPE(type, member) decltype(type::member)
#define BROOD__ELEMENT(type, member) \
    std::remove_reference_t<decltype(BROOD__MEMBER(type, member)[0])>
#define BROOD__KIND_THIS(type, member, wanted, kind) \
    brood__this_kind<BROOD__TYPE(type, member), wanted>(kind)
#define BROOD__KIND_INT(type, member) brood__int_kind<BROOD__TYPE(type, member)>()
#define BROOD__KIND_REAL(type, member) brood__real_kind<BROOD__TYPE(type, member)>()
#define BROOD__KIND_CHARS(type, member)                                      \
    BROOD__KIND_THIS(type, member, char[sizeof BROOD__MEMBER(type, member)], \
                     BROOD_MEMBER_CHARS)
#define BROOD__KIND_INTS(type, member)            \
    brood__array_kind<BROOD__TYPE(type, member)>( \
        brood__int_kind<BROOD__ELEMENT(type, member)>())
#define BROOD__KIND_REALS(type, member)           \
    brood__array_kind<BROOD__TYPE(type, member)>( \
        brood__real_kind<BROOD__ELEMENT(type, member)>())

#else

#define BROOD_SINCE(version) .since = (version)
#define BROOD_REQUIRED .required = true
#define BROOD_LIMITS(lowest, highest) \
    .limits = BROOD_LIMITED_INT, .least = (lowest), .most = (highest)
#define BROOD_LIMITS_REAL(lowest, highest) \
    .limits = BROOD_LIMITED_REAL, .real_least = (lowest), .real_most = (highest)
#define BROOD__NO_MORE .reserved = 0
#define BROOD__FIELD(label, member_kind, at, bytes, count, nested, ...)  \
    {                                                                    \
        .name = label, .kind = member_kind, .offset = at, .size = bytes, \
        .elements = count, .descriptor = nested, __VA_ARGS__             \
    }

/* X(integer type, its kind) */
#define BROOD__INT_TYPES(X, extra)                                        \
    X(char, ((char)-1 < 0 ? BROOD_MEMBER_INT : BROOD_MEMBER_UINT), extra) \
    X(signed char, BROOD_MEMBER_INT, extra)                               \
    X(short, BROOD_MEMBER_INT, extra)                                     \
    X(int, BROOD_MEMBER_INT, extra)                                       \
    X(long, BROOD_MEMBER_INT, extra)                                      \
    X(long long, BROOD_MEMBER_INT, extra)                                 \
    X(unsigned char, BROOD_MEMBER_UINT, extra)                            \
    X(unsigned short, BROOD_MEMBER_UINT, extra)                           \
    X(unsigned, BROOD_MEMBER_UINT, extra)                                 \
    X(unsigned long, BROOD_MEMBER_UINT, extra)                            \
    X(unsigned long long, BROOD_MEMBER_UINT, extra)
#define BROOD__REAL_TYPES(X, extra) \
    X(float, BROOD_MEMBER_REAL, extra) X(double, BROOD_MEMBER_REAL, extra)

/* Pointers to members are compared, for only they tell an array from a pointer. */
#define BROOD__CASE(wanted, kind, extra) , wanted * : kind
#define BROOD__ARRAY_CASE(wanted, kind, elements) , wanted(*)[elements] : kind
#define BROOD__KIND_THIS(type, member, wanted, kind) \
    _Generic(&BROOD__MEMBER(type, member), wanted * : kind)
#define BROOD__KIND_INT(type, member) \
    _Generic(&BROOD__MEMBER(type, member) BROOD__INT_TYPES(BROOD__CASE, ))
#define BROOD__KIND_REAL(type, member) \
    _Generic(&BROOD__MEMBER(type, member) BROOD__REAL_TYPES(BROOD__CASE, ))
#define BROOD__KIND_CHARS(type, member)                                                \
    _Generic(&BROOD__MEMBER(type, member), char(*)[sizeof BROOD__MEMBER(type, member)] \
             : BROOD_MEMBER_CHARS)
#define BROOD__KIND_INTS(type, member)    \
    _Generic(&BROOD__MEMBER(type, member) \
                 BROOD__INT_TYPES(BROOD__ARRAY_CASE, BROOD__ELEMENTS(type, member)))
#define BROOD__KIND_REALS(type, member)   \
    _Generic(&BROOD__MEMBER(type, member) \
                 BROOD__REAL_TYPES(BROOD__ARRAY_CASE, BROOD__ELEMENTS(type, member)))

#endif

#define BROOD__KIND_BOOL(type, member) \
    BROOD__KIND_THIS(type, member, bool, BROOD_MEMBER_BOOL)
#define BROOD__KIND_STRING(type, member) \
    BROOD__KIND_THIS(type, member, const char *, BROOD_MEMBER_STRING)
#define BROOD__KIND_BYTES(type, member) \
    BROOD__KIND_THIS(type, member, brood_bytes_t, BROOD_MEMBER_BYTES)
#define BROOD__KIND_VALUES(type, member) \
    BROOD__KIND_THIS(type, member, const brood_values_t *, BROOD_MEMBER_VALUES)
#define BROOD__KIND_QUEUE(type, member) \
    BROOD__KIND_THIS(type, member, brood_queue_t *, BROOD_MEMBER_QUEUE)
#define BROOD__KIND_CONNECTION(type, member) \
    BROOD__KIND_THIS(type, member, brood_connection_t *, BROOD_MEMBER_CONNECTION)
#define BROOD__KIND_LOCK(type, member) \
    BROOD__KIND_THIS(type, member, brood_lock_t *, BROOD_MEMBER_LOCK)
#define BROOD__KIND_RLOCK(type, member) \
    BROOD__KIND_THIS(type, member, brood_rlock_t *, BROOD_MEMBER_RLOCK)
#define BROOD__KIND_SEMAPHORE(type, member) \
    BROOD__KIND_THIS(type, member, brood_semaphore_t *, BROOD_MEMBER_SEMAPHORE)
#define BROOD__KIND_CONDITION(type, member) \
    BROOD__KIND_THIS(type, member, brood_condition_t *, BROOD_MEMBER_CONDITION)
#define BROOD__KIND_EVENT(type, member) \
    BROOD__KIND_THIS(type, member, brood_event_t *, BROOD_MEMBER_EVENT)
#define BROOD__KIND_BARRIER(type, member) \
    BROOD__KIND_THIS(type, member, brood_barrier_t *, BROOD_MEMBER_BARRIER)
#define BROOD__KIND_SHARED_VALUE(type, member) \
    BROOD__KIND_THIS(type, member, brood_shared_value_t *, BROOD_MEMBER_SHARED_VALUE)
#define BROOD__KIND_SHARED_ARRAY(type, member) \
    BROOD__KIND_THIS(type, member, brood_shared_array_t *, BROOD_MEMBER_SHARED_ARRAY)
#define BROOD__KIND_BLOCK(type, member) \
    BROOD__KIND_THIS(type, member, brood_block_t *, BROOD_MEMBER_BLOCK)
#define BROOD__KIND_SHAREABLE_LIST(type, member) \
    BROOD__KIND_THIS(type, member, brood_shareable_list_t *, BROOD_MEMBER_SHAREABLE_LIST)

#endif
