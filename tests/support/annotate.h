/* C11's atomics, told to helgrind and drd. Included before everything else when BROOD_VALGRIND is
 * on; it changes no other build.
 *
 * Neither tool knows what an atomic instruction means. So every operation of <stdatomic.h> says
 * here what its own memory order says, and not a word more: one that releases is a
 * "happens before" of its address, one that acquires a "happens after", and a relaxed one orders
 * nothing. An order that is too weak is then a race on the plain memory that it should have
 * guarded. The atomic words themselves may be touched by all at once, and are not looked at.
 *
 * What this is too kind to: an acquire is taken to follow every earlier release of the same
 * word, whether or not it read the value that one wrote; and fences are not told, since they
 * order atomics with each other here and never plain memory. */
#ifndef BROOD_TEST_ANNOTATE_H
#define BROOD_TEST_ANNOTATE_H

#if defined(__GNUC__)
#pragma GCC system_header /* the macros below may be written as the compiler's own are */
#endif

#include <stdatomic.h>
#include <valgrind/drd.h>
#include <valgrind/helgrind.h>

/* How often something was released at the addresses that share an entry, and what each thread had
 * heard of when it acquired there last: who spins has nothing new to be told, and each telling
 * costs. Weak, so that all files have the same ones. */
#define BROOD__TELLS 4096u
typedef struct brood__heard_t {
    const volatile void *word;
    unsigned count;
} brood__heard_t;
__attribute__((weak)) unsigned brood__told[BROOD__TELLS];
__attribute__((weak)) __thread brood__heard_t brood__heard[BROOD__TELLS];

static inline __attribute__((unused)) void brood__do_not_look(const volatile void *word,
                                                              unsigned long size) {
    VALGRIND_HG_DISABLE_CHECKING(word, size);
    VALGRIND_DO_CLIENT_REQUEST_STMT(VG_USERREQ__DRD_START_SUPPRESSION, word, size, 0, 0,
                                    0);
}

static inline __attribute__((unused)) unsigned brood__entry_of(
    const volatile void *word) {
    return (unsigned)((unsigned long)word / 4 * 2654435761u >> 8) % BROOD__TELLS;
}

static inline __attribute__((unused)) void brood__tell_before(const volatile void *word,
                                                              unsigned long size,
                                                              int order) {
    unsigned entry = brood__entry_of(word);
    brood__do_not_look(word, size);
    if (order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL ||
        order == __ATOMIC_SEQ_CST) {
        brood__do_not_look(&brood__told[entry], sizeof brood__told[entry]);
        ANNOTATE_HAPPENS_BEFORE(word);
        VALGRIND_DO_CLIENT_REQUEST_STMT(VG_USERREQ__DRD_ANNOTATE_HAPPENS_BEFORE, word, 0,
                                        0, 0, 0);
        __atomic_add_fetch(&brood__told[entry], 1, __ATOMIC_SEQ_CST);
    }
}

static inline __attribute__((unused)) void brood__tell_after(const volatile void *word,
                                                             int order) {
    unsigned entry = brood__entry_of(word);
    unsigned count = __atomic_load_n(&brood__told[entry], __ATOMIC_SEQ_CST);
    brood__heard_t *heard = &brood__heard[entry];
    if (order == __ATOMIC_RELAXED || order == __ATOMIC_RELEASE || count == 0 ||
        (heard->word == word && heard->count == count)) {
        return;
    }
    heard->word = word;
    heard->count = count;
    ANNOTATE_HAPPENS_AFTER(word);
    VALGRIND_DO_CLIENT_REQUEST_STMT(VG_USERREQ__DRD_ANNOTATE_HAPPENS_AFTER, word, 0, 0, 0,
                                    0);
}

/* The type without _Atomic. */
#define BROOD__PLAIN(pointer) __typeof__((void)0, *(pointer))

#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_exchange_explicit
#undef atomic_compare_exchange_strong_explicit
#undef atomic_compare_exchange_weak_explicit
#undef atomic_fetch_add
#undef atomic_fetch_add_explicit
#undef atomic_fetch_sub
#undef atomic_fetch_sub_explicit
#undef atomic_fetch_or
#undef atomic_fetch_or_explicit
#undef atomic_fetch_and
#undef atomic_fetch_and_explicit

#define atomic_load_explicit(pointer, order)                    \
    __extension__({                                             \
        __auto_type at_ = (pointer);                            \
        int order_ = (order);                                   \
        BROOD__PLAIN(at_) value_;                               \
        brood__tell_before(at_, sizeof *at_, __ATOMIC_RELAXED); \
        __atomic_load(at_, &value_, order_);                    \
        brood__tell_after(at_, order_);                         \
        value_;                                                 \
    })
#define atomic_store_explicit(pointer, new_value, order) \
    __extension__({                                      \
        __auto_type at_ = (pointer);                     \
        int order_ = (order);                            \
        BROOD__PLAIN(at_) value_ = (new_value);          \
        brood__tell_before(at_, sizeof *at_, order_);    \
        __atomic_store(at_, &value_, order_);            \
    })
#define atomic_exchange_explicit(pointer, new_value, order) \
    __extension__({                                         \
        __auto_type at_ = (pointer);                        \
        int order_ = (order);                               \
        BROOD__PLAIN(at_) value_ = (new_value), old_;       \
        brood__tell_before(at_, sizeof *at_, order_);       \
        __atomic_exchange(at_, &value_, &old_, order_);     \
        brood__tell_after(at_, order_);                     \
        old_;                                               \
    })
#define BROOD__COMPARE_EXCHANGE(pointer, wanted, new_value, order, otherwise, weak)   \
    __extension__({                                                                   \
        __auto_type at_ = (pointer);                                                  \
        __auto_type wanted_ = (wanted);                                               \
        BROOD__PLAIN(at_) value_ = (new_value);                                       \
        brood__tell_before(at_, sizeof *at_, order);                                  \
        int done_ =                                                                   \
            __atomic_compare_exchange(at_, wanted_, &value_, weak, order, otherwise); \
        brood__tell_after(at_, done_ ? order : otherwise);                            \
        done_;                                                                        \
    })
#define atomic_compare_exchange_strong_explicit(pointer, wanted, new_value, order, \
                                                otherwise)                         \
    BROOD__COMPARE_EXCHANGE(pointer, wanted, new_value, order, otherwise, 0)
#define atomic_compare_exchange_weak_explicit(pointer, wanted, new_value, order, \
                                              otherwise)                         \
    BROOD__COMPARE_EXCHANGE(pointer, wanted, new_value, order, otherwise, 1)
#define BROOD__FETCH(does, pointer, operand, order)          \
    __extension__({                                          \
        __auto_type at_ = (pointer);                         \
        __auto_type operand_ = (operand);                    \
        brood__tell_before(at_, sizeof *at_, order);         \
        BROOD__PLAIN(at_) old_ = does(at_, operand_, order); \
        brood__tell_after(at_, order);                       \
        old_;                                                \
    })
#define atomic_fetch_add_explicit(pointer, operand, order) \
    BROOD__FETCH(__atomic_fetch_add, pointer, operand, order)
#define atomic_fetch_sub_explicit(pointer, operand, order) \
    BROOD__FETCH(__atomic_fetch_sub, pointer, operand, order)
#define atomic_fetch_or_explicit(pointer, operand, order) \
    BROOD__FETCH(__atomic_fetch_or, pointer, operand, order)
#define atomic_fetch_and_explicit(pointer, operand, order) \
    BROOD__FETCH(__atomic_fetch_and, pointer, operand, order)
#define atomic_fetch_add(pointer, operand) \
    atomic_fetch_add_explicit(pointer, operand, __ATOMIC_SEQ_CST)
#define atomic_fetch_sub(pointer, operand) \
    atomic_fetch_sub_explicit(pointer, operand, __ATOMIC_SEQ_CST)
#define atomic_fetch_or(pointer, operand) \
    atomic_fetch_or_explicit(pointer, operand, __ATOMIC_SEQ_CST)
#define atomic_fetch_and(pointer, operand) \
    atomic_fetch_and_explicit(pointer, operand, __ATOMIC_SEQ_CST)

#endif
