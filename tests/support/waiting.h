/* Who sleeps where, as the session's waiter records say. */
#ifndef BROOD_TEST_WAITING_H
#define BROOD_TEST_WAITING_H

#include <stdint.h>

/* How many threads of any processes sleep or wait in the object behind this handle now. */
uint32_t brood_test_waiters_in(const void *object);

/* Waits until there are so many: 1. 0: there are not within 20 seconds. */
int brood_test_await_waiters(const void *object, uint32_t count);

#endif
