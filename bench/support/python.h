/* CPython as a peer: a script of peers/ that prints the seconds it took. */
#ifndef BENCH_PYTHON_H
#define BENCH_PYTHON_H

/* NULL when there is a python3 and its scripts; else why not. */
const char *bench_python_absent(void);

/* Runs `script` with `arguments` (words for a shell). Returns the number it printed, or less
 * than 0. */
double bench_python_run(const char *script, const char *arguments);

#endif
