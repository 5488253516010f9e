/* Conformance suites: what the two files of the engine tell each other. */
#ifndef BROOD_CONFORMANCE_RUN_H
#define BROOD_CONFORMANCE_RUN_H

#include "conformance.h"

typedef enum conformance_mode_t {
    CONFORMANCE_THREADS, /* with a handle for each */
    CONFORMANCE_SHARED,  /* with the same handle */
    CONFORMANCE_FORK,
    CONFORMANCE_SPAWN,
    CONFORMANCE_FORKSERVER,
    CONFORMANCE_MODES
} conformance_mode_t;

/* The start method of a mode; BROOD_START_DEFAULT for threads. */
brood_start_method_t conformance_method(conformance_mode_t mode);

/* A case of this program's suite, by its place there: in every process the same. */
const conformance_case_t *conformance_case(uint32_t index);

/* Setup, parties, check. Asserts; run->pool is there, the rest is zero. */
void conformance_run(conformance_t *run, conformance_mode_t mode, uint32_t index);

#endif
