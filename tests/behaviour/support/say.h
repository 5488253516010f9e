/* What the programs of the behaviour table share: a line of output in one piece, and an end
 * with words when a call fails that should not. */
#ifndef BEHAVIOUR_SAY_H
#define BEHAVIOUR_SAY_H

#include "brood/brood.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Parent and children share one standard output: what one call prints is written at once. */
static inline void say(const char *format, ...) {
    va_list values;
    va_start(values, format);
    vprintf(format, values);
    va_end(values);
    fflush(stdout);
}

/* The name of a status, as users write it. */
static inline const char *name_of(apr_status_t status) {
    const char *name = status == APR_SUCCESS ? "success" : brood_status_name(status);
    return name != NULL ? name : "an unnamed status";
}

static inline void end_unless_success(apr_status_t status, const char *call) {
    if (status != APR_SUCCESS) {
        char text[120];
        say("%s\n-> %s: %s: %s\n", call, name_of(status),
            brood_strerror(status, text, sizeof(text)), brood_error_detail());
        exit(1);
    }
}

#define MUST(call) end_unless_success((call), #call)

#endif
