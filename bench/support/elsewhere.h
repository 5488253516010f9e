/* Work that another program does: it prints the seconds it took. */
#ifndef BENCH_ELSEWHERE_H
#define BENCH_ELSEWHERE_H

/* Runs a shell's line for at most 30 seconds. Returns the number it printed, or less than 0. */
double bench_elsewhere_run(const char *line);

#endif
