/* Setting the detail line. Internal. */
#ifndef BROOD_COMMON_STATUS_H
#define BROOD_COMMON_STATUS_H

#include "brood/status.h"

#if defined(__GNUC__)
#define BROOD_PRINTF(text, first) __attribute__((format(gnu_printf, text, first)))
#if defined(__clang__)
#undef BROOD_PRINTF
#define BROOD_PRINTF(text, first) __attribute__((format(printf, text, first)))
#endif
#else
#define BROOD_PRINTF(text, first)
#endif

/* Sets this thread's detail line (cut to its size) and returns `status`, so that a failure
 * is one statement: return brood__fail(BROOD_ETYPE, "argument %d is a %s", …). */
apr_status_t brood__fail(apr_status_t status, const char *format, ...) BROOD_PRINTF(2, 3);

/* Puts words before the present detail line: "start of worker-3: " + what stood there. */
apr_status_t brood__fail_within(apr_status_t status, const char *format, ...)
    BROOD_PRINTF(2, 3);

/* Empties the detail line. */
void brood__detail_clear(void);

/* Returns `status`; a failure that says it all gets no older failure's words. */
static inline apr_status_t brood__fail_plainly(apr_status_t status) {
    if (status != APR_SUCCESS) {
        brood__detail_clear();
    }
    return status;
}

#endif
