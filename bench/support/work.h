/* Works and subjects: what is measured, and who does it.
 *
 * The subjects of a work take turns, round after round, so that a machine that drifts drifts
 * for all of them; a subject's figure is the median of its rounds. The first run of each is
 * a warm-up that also finds out how many operations fill a slice of time.
 *
 * On virtual machines two processors are near each other for a while and then far. A work
 * that asks for the probe looks before each round, and its figures are of the rounds in which
 * they were as they mostly were. */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include <stddef.h>
#include <stdint.h>

#define BENCH_ROUNDS_MOST 400
#define BENCH_EXTRAS_MOST 4

typedef struct bench_subject_t bench_subject_t;

/* Does `count` operations. Returns the seconds they took, or less than 0: they failed. */
typedef double bench_run_fn(const bench_subject_t *subject, uint64_t count);

typedef enum bench_part_t {
    BENCH_BROOD, /* one of ours */
    BENCH_PEER,  /* does the same for its user; the best of these is what ratios are to */
    BENCH_REFERENCE /* shown for orientation: it does less, or in another way */
} bench_part_t;

struct bench_subject_t {
    const char *name;
    bench_part_t part;
    const char *absent; /* why it cannot be measured here, or NULL */
    bench_run_fn *run;
    const void *context;
    uint64_t first_count; /* the warm-up begins with so many; 0: 32 */
};

typedef struct bench_work_t {
    const char *name;
    const char *unit;
    int rate;             /* 1: operations a second, more is better; 0: time for one */
    double scale;         /* from 1/s or s to the unit */
    unsigned rounds;      /* at least one */
    uint64_t count;       /* operations a round; 0: as many as fill a slice */
    double slice_seconds; /* 0: 0.05 */
    /* A subject that has used so many ends after three rounds; 0: 3. */
    double most_seconds;
    int probe;        /* 1: print the cache line's round trip beside it */
    const char *extras[BENCH_EXTRAS_MOST]; /* names of further figures; NULL: no more */
} bench_work_t;

/* In a run: its further figure number `index` is this. */
void bench_extra(unsigned index, double value);

/* Measures and prints. Returns 0, also when a subject failed: it is named in the table. */
void bench_work_run(const bench_work_t *work, const bench_subject_t *subjects,
                    size_t subject_count);

#endif
