/* Works and subjects: the rounds that make a figure. */
#include "support/work.h"

#include "support/clock.h"
#include "support/options.h"
#include "support/probe.h"
#include "support/stats.h"
#include "support/table.h"

#include <stdlib.h>

enum { SUBJECTS_MOST = 24, ROUNDS_LEAST = 3 };

/* How a subject is getting on. */
typedef struct course_t {
    uint64_t count;
    double used_seconds;
    unsigned rounds;
    const char *failure;
    double figures[BENCH_ROUNDS_MOST];
} course_t;

static double figure_of(const bench_work_t *work, double seconds, uint64_t count) {
    if (work->rate)
        return seconds > 0 ? work->scale * (double)count / seconds : 0;
    return work->scale * seconds / (double)count;
}

static double run_once(const bench_subject_t *subject, course_t *course) {
    double begin = bench_now();
    double seconds = subject->run(subject, course->count);
    course->used_seconds += bench_now() - begin;
    if (seconds < 0)
        course->failure = "it failed";
    return seconds;
}

/* Warms up, and sets how many operations a round has. */
static void calibrate(const bench_work_t *work, const bench_subject_t *subject,
                      course_t *course) {
    double slice = work->slice_seconds > 0 ? work->slice_seconds : 0.05;
    course->count = work->count ? work->count : 32;
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
    if (subject->absent || course->failure)
        return 0;
    return course->rounds < ROUNDS_LEAST || course->used_seconds < most;
}

static void report(const bench_work_t *work, const bench_subject_t *subjects,
                   size_t subject_count, course_t *courses, double probe) {
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
        row->value = bench_median(course->figures, course->rounds);
        row->least = course->figures[0];
        row->most = course->figures[course->rounds - 1];
        row->rounds = course->rounds;
    }
    bench_table_print(work, rows, subject_count, probe);
    bench_json_append(work, rows, subject_count, probe);
}

void bench_work_run(const bench_work_t *work, const bench_subject_t *subjects,
                    size_t subject_count) {
    const bench_options_t *options = bench_options();
    unsigned rounds = options->rounds ? options->rounds : work->rounds;
    double probes[BENCH_ROUNDS_MOST];
    course_t *courses;

    if (!bench_wants_work(work->name) || subject_count > SUBJECTS_MOST)
        return;
    courses = calloc(subject_count, sizeof *courses);
    if (!courses)
        return;
    if (rounds > BENCH_ROUNDS_MOST)
        rounds = BENCH_ROUNDS_MOST;
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
                course->figures[course->rounds++] =
                    figure_of(work, seconds, course->count);
        }
    }
    report(work, subjects, subject_count, courses, bench_median(probes, rounds));
    free(courses);
}
