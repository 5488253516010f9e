/* The probe that is printed beside figures of two processes: how long a cache line takes from
 * one processor to the other and back. On virtual machines it changes from hour to hour. */
#ifndef BENCH_PROBE_H
#define BENCH_PROBE_H

/* Nanoseconds of a round trip between the two processors of BENCH_TWO; 0: there is only one,
 * or it was not to be measured. Takes a few milliseconds. */
double bench_probe(void);

/* Whether a round trip of so many nanoseconds is one between processors that are near. */
int bench_is_near(double probe_ns);

#endif
