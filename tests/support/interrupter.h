/* Interrupters: programs that disturb a process in its waits, again and again, and one that keeps
 * a death to itself. */
#ifndef BROOD_TEST_INTERRUPTER_H
#define BROOD_TEST_INTERRUPTER_H

#include "os/process.h"
#include <stdint.h>

typedef enum brood_test_disturbance_t {
    BROOD_TEST_STOPS,   /* stops it and lets it go on */
    BROOD_TEST_SIGNALS, /* a signal with a handler, after which no call is taken up again */
    BROOD_TEST_DEBUGGER /* stops it as a debugger does, which is its tracer */
} brood_test_disturbance_t;

/* This program as an interrupter: started with its arguments it never returns. To be called
 * first in main. */
void brood_test_interrupter(int argc, char **argv);

/* In the process that will be disturbed: takes the signal, and does nothing about it. */
void brood_test_bear_signals(void);

/* Starts one that disturbs the process so many times and ends: with 0; with
 * BROOD_TEST_CANNOT when that cannot be done here; with something else when there is no such
 * process (any more). */
#define BROOD_TEST_CANNOT 77
apr_status_t brood_test_interrupter_start(brood_os_process_t *interrupter,
                                          brood_test_disturbance_t how, int64_t pid,
                                          unsigned count);

/* Starts a debugger that lets the process run, and does not look when that ends: as long as it
 * lives the end is its own to see, and nobody else reaps. It adds a byte to the file when it has
 * begun; it lives until it is ended. */
apr_status_t brood_test_forgetful_start(brood_os_process_t *debugger, int64_t pid,
                                        const char *file);

/* The processor time that a process has had, in milliseconds; -1: not to be told. */
int64_t brood_test_processor_ms(int64_t pid);

#endif
