/* Boost.Interprocess's message_queue for C. Failures are -1. */
#ifndef BENCH_BOOST_H
#define BENCH_BOOST_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NULL: it could not be made. Its name is removed at once; forked children inherit it. */
void *bench_boost_open(size_t size, size_t message_count);
int bench_boost_put(void *queue, const void *message, size_t size);
int bench_boost_get(void *queue, void *message, size_t size);
void bench_boost_close(void *queue);

#ifdef __cplusplus
}
#endif

#endif
