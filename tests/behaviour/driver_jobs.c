/* Which programs are run, and what is made of it. A program that serves several rows is run
 * once for all of them; as many run at a time as there are processors. */
#include "driver.h"
#include <apr_thread_mutex.h>
#include <apr_thread_proc.h>
#include <string.h>
#include <unistd.h>

typedef struct job_t {
    const char *program; /* the same pointer or text: the same job */
    where_t where;
    outcome_t outcome;
} job_t;

typedef struct work_t {
    apr_array_header_t *jobs; /* of job_t */
    int next;
    apr_thread_mutex_t *mutex; /* guards next and progress */
    const options_t *options;
} work_t;

static const char *program_at(const row_t *row, where_t where, const options_t *options) {
    if (where >= BROOD_PLACES) {
        return options->python_version != NULL ? row->python : NULL;
    }
    return where == AT_WINDOWS && options->windows == NULL ? NULL : row->program;
}

static job_t *find_job(apr_array_header_t *jobs, const char *program, where_t where) {
    for (int i = 0; i < jobs->nelts; i++) {
        job_t *job = &APR_ARRAY_IDX(jobs, i, job_t);
        if (job->where == where && strcmp(job->program, program) == 0) {
            return job;
        }
    }
    return NULL;
}

static void plan(work_t *work, apr_array_header_t *rows) {
    for (where_t where = 0; where < PLACES; where++) {
        for (int i = 0; i < rows->nelts; i++) {
            const row_t *row = &APR_ARRAY_IDX(rows, i, row_t);
            const char *program = program_at(row, where, work->options);
            if (program != NULL && find_job(work->jobs, program, where) == NULL) {
                job_t *job = apr_array_push(work->jobs);
                memset(job, 0, sizeof(*job));
                job->program = program;
                job->where = where;
            }
        }
    }
}

static void run_job(job_t *job, const options_t *options, apr_pool_t *pool) {
    const char *method = place_method(job->where);
    const char *brood[] = {apr_pstrcat(pool, "BROOD_START_METHOD=", method, NULL), NULL};
    const char *python[] = {"PYTHONUTF8=1", "PYTHONUNBUFFERED", NULL};
    if (job->where >= BROOD_PLACES) {
        const char *file =
            apr_pstrcat(pool, options->python_dir, "/", job->program, ".py", NULL);
        const char *argv[] = {"python3", "-W", "ignore", file, method, NULL};
        job->outcome = run_program(argv, python, 1, pool);
    } else if (job->where == AT_WINDOWS) {
        const char *file = apr_pstrcat(pool, options->windows, "/behaviour_",
                                       job->program, ".exe", NULL);
        const char *argv[] = {options->wine, file, NULL};
        job->outcome = run_program(argv, brood, 0, pool);
    } else {
        const char *file =
            apr_pstrcat(pool, options->programs, "/behaviour_", job->program, NULL);
        const char *argv[] = {file, NULL};
        job->outcome = run_program(argv, brood, 0, pool);
    }
}

static job_t *next_job(work_t *work) {
    job_t *job = NULL;
    apr_thread_mutex_lock(work->mutex);
    if (work->next < work->jobs->nelts) {
        job = &APR_ARRAY_IDX(work->jobs, work->next, job_t);
        work->next++;
        if (isatty(2)) {
            fprintf(stderr, "\r\033[K%d of %d: %s, %s", work->next, work->jobs->nelts,
                    job->program, place_name(job->where));
        }
    }
    apr_thread_mutex_unlock(work->mutex);
    return job;
}

static void *APR_THREAD_FUNC worker(apr_thread_t *thread, void *data) {
    work_t *work = data;
    apr_pool_t *pool; /* lives as long as the program: the reports read from it */
    (void)thread;
    apr_pool_create(&pool, NULL);
    for (job_t *job = next_job(work); job != NULL; job = next_job(work)) {
        run_job(job, work->options, pool);
    }
    return NULL;
}

void run_rows(apr_array_header_t *rows, const options_t *options, apr_pool_t *pool) {
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    int count = cpus < 1 ? 1 : cpus > 16 ? 16 : (int)cpus;
    apr_thread_t *threads[16];
    work_t work = {apr_array_make(pool, 256, sizeof(job_t)), 0, NULL, options};
    apr_thread_mutex_create(&work.mutex, APR_THREAD_MUTEX_DEFAULT, pool);
    plan(&work, rows);
    for (int i = 0; i < count; i++) {
        if (apr_thread_create(&threads[i], NULL, worker, &work, pool) != APR_SUCCESS) {
            count = i;
        }
    }
    for (int i = 0; i < count; i++) {
        apr_status_t result;
        apr_thread_join(&result, threads[i]);
    }
    if (isatty(2)) {
        fprintf(stderr, "\r\033[K");
    }
    for (int i = 0; i < rows->nelts; i++) {
        row_t *row = &APR_ARRAY_IDX(rows, i, row_t);
        for (where_t where = 0; where < PLACES; where++) {
            const char *program = program_at(row, where, options);
            if (program != NULL) {
                const outcome_t *outcome = &find_job(work.jobs, program, where)->outcome;
                row->cells[where].observed = outcome->text;
                row->cells[where].ms = outcome->ms;
            }
        }
    }
}

static verdict_t judge(const row_t *row, where_t where, apr_pool_t *pool) {
    const cell_t *cell = &row->cells[where];
    if (cell->observed == NULL) {
        return NOT_RUN;
    }
    if (where >= BROOD_PLACES) {
        const cell_t *brood = counterpart(row, where);
        if (brood->expected != NULL && matches(brood->expected, cell->observed, pool)) {
            return AS_EXPECTED;
        }
        return cell->expected != NULL && matches(cell->expected, cell->observed, pool)
                   ? EXPLAINED
                   : UNEXPECTED;
    }
    return matches(cell->expected, cell->observed, pool) ? AS_EXPECTED : UNEXPECTED;
}

summary_t judge_rows(apr_array_header_t *rows, apr_pool_t *pool) {
    summary_t summary = {0, 0, 0, 0, 0, 0, 0};
    for (int i = 0; i < rows->nelts; i++) {
        row_t *row = &APR_ARRAY_IDX(rows, i, row_t);
        for (where_t where = 0; where < PLACES; where++) {
            verdict_t verdict = judge(row, where, pool);
            row->cells[where].verdict = verdict;
            if (where < BROOD_PLACES) {
                summary.runs += verdict != NOT_RUN;
                summary.runs_ok += verdict == AS_EXPECTED;
            } else {
                summary.python_same += verdict == AS_EXPECTED;
                summary.python_explained += verdict == EXPLAINED;
                summary.python_other += verdict == UNEXPECTED;
            }
        }
        summary.rows++;
        summary.rows_ok += row_is_ok(row);
    }
    return summary;
}
