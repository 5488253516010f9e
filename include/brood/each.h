/* A macro applied to each of 1 to 32 arguments, and their number: what BROOD_ARGS and
 * BROOD_UNPACK are made of. Not for use by programs. */
#ifndef BROOD_EACH_H
#define BROOD_EACH_H

/* Some preprocessors hand __VA_ARGS__ on as one argument until it is scanned again. */
#define BROOD__SCAN(x) x
#define BROOD__JOIN(a, b) BROOD__JOIN_(a, b)
#define BROOD__JOIN_(a, b) a##b

/* How many arguments there are. */
#define BROOD__COUNT(...)                                                                  \
    BROOD__SCAN(BROOD__COUNT_(__VA_ARGS__, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, \
                              20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5,   \
                              4, 3, 2, 1, 0))
#define BROOD__COUNT_(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14,         \
                      a15, a16, a17, a18, a19, a20, a21, a22, a23, a24, a25, a26,          \
                      a27, a28, a29, a30, a31, a32, n, ...) n

/* M(a), M(b), … */
#define BROOD__EACH(M, ...)                                                                \
    BROOD__SCAN(BROOD__JOIN(BROOD__EACH_, BROOD__COUNT(__VA_ARGS__))(M, __VA_ARGS__))
#define BROOD__EACH_1(M, a) M(a)
#define BROOD__EACH_2(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_1(M, __VA_ARGS__))
#define BROOD__EACH_3(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_2(M, __VA_ARGS__))
#define BROOD__EACH_4(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_3(M, __VA_ARGS__))
#define BROOD__EACH_5(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_4(M, __VA_ARGS__))
#define BROOD__EACH_6(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_5(M, __VA_ARGS__))
#define BROOD__EACH_7(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_6(M, __VA_ARGS__))
#define BROOD__EACH_8(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_7(M, __VA_ARGS__))
#define BROOD__EACH_9(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_8(M, __VA_ARGS__))
#define BROOD__EACH_10(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_9(M, __VA_ARGS__))
#define BROOD__EACH_11(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_10(M, __VA_ARGS__))
#define BROOD__EACH_12(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_11(M, __VA_ARGS__))
#define BROOD__EACH_13(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_12(M, __VA_ARGS__))
#define BROOD__EACH_14(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_13(M, __VA_ARGS__))
#define BROOD__EACH_15(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_14(M, __VA_ARGS__))
#define BROOD__EACH_16(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_15(M, __VA_ARGS__))
#define BROOD__EACH_17(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_16(M, __VA_ARGS__))
#define BROOD__EACH_18(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_17(M, __VA_ARGS__))
#define BROOD__EACH_19(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_18(M, __VA_ARGS__))
#define BROOD__EACH_20(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_19(M, __VA_ARGS__))
#define BROOD__EACH_21(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_20(M, __VA_ARGS__))
#define BROOD__EACH_22(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_21(M, __VA_ARGS__))
#define BROOD__EACH_23(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_22(M, __VA_ARGS__))
#define BROOD__EACH_24(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_23(M, __VA_ARGS__))
#define BROOD__EACH_25(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_24(M, __VA_ARGS__))
#define BROOD__EACH_26(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_25(M, __VA_ARGS__))
#define BROOD__EACH_27(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_26(M, __VA_ARGS__))
#define BROOD__EACH_28(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_27(M, __VA_ARGS__))
#define BROOD__EACH_29(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_28(M, __VA_ARGS__))
#define BROOD__EACH_30(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_29(M, __VA_ARGS__))
#define BROOD__EACH_31(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_30(M, __VA_ARGS__))
#define BROOD__EACH_32(M, a, ...) M(a), BROOD__SCAN(BROOD__EACH_31(M, __VA_ARGS__))

#endif
