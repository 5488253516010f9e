/* Peers that are loaded only when they are measured, so that the program stays small. */
#ifndef BENCH_LIBRARY_H
#define BENCH_LIBRARY_H

/* Loads the library and finds `count` functions in it: their names, and where their addresses
 * go. Returns 0, or -1 when the library or one of them is not there. */
int bench_library_load(const char *library, const char *const *names,
                       void **const *places, unsigned count);

#endif
