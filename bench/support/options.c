/* The command line of a benchmark. */
#include "support/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bench_options_t options;

static void usage(const char *program) {
    fprintf(
        stderr,
        "usage: %s [--json FILE] [--work TEXT] [--subject TEXT] [--rounds N] [--all]\n"
        "       [--quick]\n"
        "  --json FILE     append the figures to FILE, one JSON object a line\n"
        "  --work TEXT     only works whose name contains TEXT\n"
        "  --subject TEXT  only subjects whose name contains TEXT\n"
        "  --rounds N      how often each subject runs\n"
        "  --all           also what is left out to save time\n"
        "  --quick         three short rounds of each\n",
        program);
    exit(2);
}

void bench_options_read(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (!strcmp(word, "--all")) {
            options.all = 1;
            continue;
        }
        if (!strcmp(word, "--quick")) {
            options.quick = 1;
            continue;
        }
        if (i + 1 == argc)
            usage(argv[0]);
        if (!strcmp(word, "--json"))
            options.json = argv[++i];
        else if (!strcmp(word, "--work"))
            options.work = argv[++i];
        else if (!strcmp(word, "--subject"))
            options.subject = argv[++i];
        else if (!strcmp(word, "--rounds"))
            options.rounds = (unsigned)strtoul(argv[++i], NULL, 10);
        else
            usage(argv[0]);
    }
}

const bench_options_t *bench_options(void) {
    return &options;
}

int bench_wants_work(const char *name) {
    return !options.work || strstr(name, options.work) != NULL;
}

int bench_wants_subject(const char *name) {
    return !options.subject || strstr(name, options.subject) != NULL;
}
