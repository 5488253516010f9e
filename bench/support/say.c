/* What a benchmark has to say beside its figures. */
#include "support/say.h"

#include <brood/status.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

void bench_say_status(const char *what, apr_status_t status) {
    char text[120];
    fprintf(stderr, "%s: %s (%s)\n", what, brood_strerror(status, text, sizeof text),
            brood_error_detail());
}

void bench_say_errno(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
}
