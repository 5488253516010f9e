/* The command line of a benchmark. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

typedef struct bench_options_t {
    const char *json;    /* --json FILE: append the figures there */
    const char *work;    /* --work TEXT: only works whose name has it */
    const char *subject; /* --subject TEXT: only subjects whose name has it */
    unsigned rounds;     /* --rounds N: instead of each work's own number */
    int all;             /* --all: also what is left out to save time */
    int quick;           /* --quick: three short rounds of each */
} bench_options_t;

/* Reads it; ends the program with a usage when it is wrong. */
void bench_options_read(int argc, char **argv);

const bench_options_t *bench_options(void);
int bench_wants_work(const char *name);
int bench_wants_subject(const char *name);

#endif
