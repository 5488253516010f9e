/* Works and subjects: the rounds that make a figure. */
#include "support/work.h"

#include "support/clock.h"
#include "support/options.h"
#include "support/probe.h"
#include "support/stats.h"
#include "support/table.h"

#include <math.h>
#include <stdlib.h>

enum { SUBJECTS_MOST = 24, ROUNDS_LEAST = 3 };

/* How a subject is getting on. */
typedef struct course_t {
    uint64_t count;
    double used_seconds;
    unsigned rounds;
    const char *failure;
    double figures[BENCH_ROUNDS_MOST];
    double extras[BENCH_EXTRAS_MOST][BENCH_ROUNDS_MOST];
    double probes[BENCH_ROUNDS_MOST]; /* as it was in that round */
} course_t;

static double extras[BENCH_EXTRAS_MOST]; /* of the run that is under way */

void bench_extra(unsigned index, double value) {
    extras[index] = value;
}

static double figure_of(const bench_work_t *work, double seconds, uint64_t count) {
    if (work->rate)
        return seconds > 0 ? work->scale * (double)count / seconds : 0;
    return work->scale * seconds / (double)count;
}

static double run_once(const bench_subject_t *subject, course_t *course) {
    double begin = bench_now();
    double seconds;
    for (unsigned i = 0; i < BENCH_EXTRAS_MOST; i++)
        extras[i] = NAN;
    seconds = subject->run(subject, course->count);
    course->used_seconds += bench_now() - begin;
    if (seconds < 0)
        course->failure = "it failed";
    return seconds;
}

/* Warms up, and sets how many operations a round has. */
static void calibrate(const bench_work_t *work, const bench_subject_t *subject,
                      course_t *course) {
    double slice = work->slice_seconds > 0 ? work->slice_seconds : 0.05;
    uint64_t first = subject->first_count ? subject->first_count : 32;
    if (bench_options()->quick)
        slice /= 2;
    course->count = work->count ? work->count : first;
    if (work->count && work->rounds == 1)
        return;
    for (;;) {
        double seconds = run_once(subject, course);
        if (course->failure || work->count)
            return;
        if (seconds >= slice / 4) {
            double wanted = (double)course->count * slice / seconds;
            course->count = wanted < 1 ? 1 : (uint64_t)wanted;
            return;
        }
        course->count *= seconds < slice / 100 ? 16 : 3;
    }
}

static int goes_on(const bench_work_t *work, const bench_subject_t *subject,
                   const course_t *course) {
    double most = work->most_seconds > 0 ? work->most_seconds : 3;
    if (bench_options()->quick)
        most /= 4;
    if (subject->absent || course->failure)
        return 0;
    return course->rounds < ROUNDS_LEAST || course->used_seconds < most;
}

/* A round counts: the processors were as near or far from each other as they mostly were. */
static int counts(const bench_placement_t *placement, double probe) {
    return placement->probe_ns <= 0 || probe <= 0 ||
           bench_is_near(probe) == bench_is_near(placement->probe_ns);
}

static bench_placement_t place(double *probes, unsigned rounds) {
    bench_placement_t placement = {.rounds = rounds};
    unsigned kept = 0;
    placement.probe_ns = bench_median(probes, rounds);
    for (unsigned i = 0; i < rounds; i++)
        if (counts(&placement, probes[i]))
            probes[kept++] = probes[i];
    placement.alike = kept;
    placement.probe_ns = bench_median(probes, kept);
    return placement;
}

/* Leaves the rounds that count, unless a subject would have none. */
static void keep(course_t *course, const bench_placement_t *placement) {
    unsigned kept = 0;
    for (unsigned i = 0; i < course->rounds; i++) {
        if (!counts(placement, course->probes[i]))
            continue;
        course->figures[kept] = course->figures[i];
        for (unsigned j = 0; j < BENCH_EXTRAS_MOST; j++)
            course->extras[j][kept] = course->extras[j][i];
        kept++;
    }
    if (kept)
        course->rounds = kept;
}

static void report(const bench_work_t *work, const bench_subject_t *subjects,
                   size_t subject_count, course_t *courses,
                   const bench_placement_t *placement) {
    bench_row_t rows[SUBJECTS_MOST];
    for (size_t i = 0; i < subject_count; i++) {
        course_t *course = &courses[i];
        bench_row_t *row = &rows[i];
        row->subject = subjects[i].name;
        row->part = subjects[i].part;
        row->absent = subjects[i].absent ? subjects[i].absent : course->failure;
        if (!row->absent && !course->rounds)
            row->absent = "not asked for";
        if (row->absent)
            continue;
        keep(course, placement);
        row->value = bench_median(course->figures, course->rounds);
        row->least = course->figures[0];
        row->most = course->figures[course->rounds - 1];
        row->rounds = course->rounds;
        for (unsigned j = 0; j < BENCH_EXTRAS_MOST; j++)
            row->extras[j] = bench_median(course->extras[j], course->rounds);
    }
    bench_table_print(work, rows, subject_count, placement);
    bench_json_append(work, rows, subject_count, placement);
}

static void note(const bench_work_t *work, course_t *course, double seconds,
                 double probe) {
    course->figures[course->rounds] = figure_of(work, seconds, course->count);
    course->probes[course->rounds] = probe;
    for (unsigned i = 0; i < BENCH_EXTRAS_MOST; i++)
        course->extras[i][course->rounds] = extras[i];
    course->rounds++;
}

static unsigned rounds_of(const bench_work_t *work) {
    const bench_options_t *options = bench_options();
    unsigned rounds = options->rounds ? options->rounds : work->rounds;
    if (options->quick && !options->rounds && rounds > ROUNDS_LEAST)
        rounds = ROUNDS_LEAST;
    return rounds > BENCH_ROUNDS_MOST ? BENCH_ROUNDS_MOST : rounds;
}

void bench_work_run(const bench_work_t *work, const bench_subject_t *subjects,
                    size_t subject_count) {
    unsigned rounds = rounds_of(work);
    double probes[BENCH_ROUNDS_MOST];
    bench_placement_t placement;
    course_t *courses;

    if (!bench_wants_work(work->name) || subject_count > SUBJECTS_MOST)
        return;
    courses = calloc(subject_count, sizeof *courses);
    if (!courses)
        return;
    for (size_t i = 0; i < subject_count; i++)
        if (!subjects[i].absent && bench_wants_subject(subjects[i].name))
            calibrate(work, &subjects[i], &courses[i]);
    for (unsigned round = 0; round < rounds; round++) {
        probes[round] = work->probe ? bench_probe() : 0;
        for (size_t i = 0; i < subject_count; i++) {
            course_t *course = &courses[i];
            double seconds;
            if (!goes_on(work, &subjects[i], course) || !course->count)
                continue;
            seconds = run_once(&subjects[i], course);
            if (seconds >= 0)
                note(work, course, seconds, probes[round]);
        }
    }
    placement = place(probes, rounds);
    report(work, subjects, subject_count, courses, &placement);
    free(courses);
}
