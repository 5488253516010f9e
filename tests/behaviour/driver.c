/* Runs the behaviour table: every program of it under every start method, natively, as a
 * Windows program through Wine and as a Python program where these are at hand; prints the
 * table and writes OUT/behaviour.json, .md and .html.
 *
 *   behaviour_driver --programs DIR --python-dir DIR --expected FILE --out DIR
 *                    [--windows DIR --wine COMMAND] [--row ID]
 *   behaviour_driver --expected FILE --claims FILE
 *
 * --claims writes the page of docs/ and runs nothing.
 * --row takes the beginning of a row's name. Ends with 0 when every row is as expected, with
 * 1 when one is not, with 2 when the table could not be run. */
#include "driver.h"
#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_general.h>
#include <apr_time.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void die(const char *what, const char *which) {
    fprintf(stderr, "behaviour_driver: %s %s\n", what, which);
    exit(2);
}

static const char *absolute(const char *path, apr_pool_t *pool) {
    char *result;
    if (path == NULL) {
        return NULL;
    }
    if (apr_filepath_merge(&result, NULL, path, APR_FILEPATH_NATIVE, pool) !=
        APR_SUCCESS) {
        die("no such path:", path);
    }
    return result;
}

static void read_options(options_t *options, int argc, char **argv, apr_pool_t *pool) {
    const struct {
        const char *name;
        const char **value;
    } known[] = {
        {"--programs", &options->programs}, {"--python-dir", &options->python_dir},
        {"--expected", &options->expected}, {"--out", &options->out},
        {"--windows", &options->windows},   {"--wine", &options->wine},
        {"--row", &options->only},          {"--claims", &options->claims},
    };
    for (int i = 1; i < argc; i += 2) {
        size_t k = 0, count = sizeof(known) / sizeof(known[0]);
        while (k < count && strcmp(argv[i], known[k].name) != 0) {
            k++;
        }
        if (k == count) {
            die("unknown option", argv[i]);
        }
        if (i + 1 == argc) {
            die("a value is missing after", argv[i]);
        }
        *known[k].value = argv[i + 1];
    }
    if (options->claims != NULL && options->expected != NULL) {
        return;
    }
    if (options->programs == NULL || options->python_dir == NULL ||
        options->expected == NULL || options->out == NULL) {
        die("--programs, --python-dir, --expected and --out", "are needed");
    }
    options->programs = absolute(options->programs, pool);
    options->python_dir = absolute(options->python_dir, pool);
    options->expected = absolute(options->expected, pool);
    options->out = absolute(options->out, pool);
    options->windows = absolute(options->windows, pool);
    if (options->windows != NULL && options->wine == NULL) {
        options->wine = "wine";
    } else if (options->wine != NULL && strchr(options->wine, '/') != NULL) {
        options->wine = absolute(options->wine, pool);
    }
    options->rows_dir = apr_pstrcat(
        pool,
        apr_pstrndup(pool, options->expected,
                     (apr_size_t)(strrchr(options->expected, '/') - options->expected)),
        "/rows", NULL);
}

/* The first line of what a command prints, or NULL when it fails. */
static const char *first_line(const char *const *argv, apr_pool_t *pool) {
    const char *settings[] = {NULL};
    outcome_t outcome = run_program(argv, settings, 1, pool);
    char *end = strchr(outcome.text, '\n');
    if (end == NULL || strstr(outcome.text, "could not be run") != NULL ||
        strstr(outcome.text, "\nexit ") != NULL) {
        return NULL;
    }
    *end = '\0';
    return outcome.text;
}

static void describe(options_t *options, apr_pool_t *pool) {
    const char *python[] = {
        "python3", "-c",
        "import multiprocessing, platform; print(platform.python_version())", NULL};
    const char *wine[] = {options->wine, "--version", NULL};
    struct utsname name;
    char *when = apr_palloc(pool, APR_RFC822_DATE_LEN);
    apr_rfc822_date(when, apr_time_now());
    options->when = when;
    options->system = "this system";
    if (uname(&name) >= 0) {
        options->system =
            apr_psprintf(pool, "%s %s, %s", name.sysname, name.release, name.machine);
    }
    options->python_version = first_line(python, pool);
    options->wine_version = options->windows != NULL ? first_line(wine, pool) : NULL;
}

static apr_array_header_t *choose(apr_array_header_t *all, const char *only,
                                  apr_pool_t *pool) {
    apr_array_header_t *rows = apr_array_make(pool, all->nelts, sizeof(row_t));
    for (int i = 0; i < all->nelts; i++) {
        const row_t *row = &APR_ARRAY_IDX(all, i, row_t);
        if (only == NULL || strncmp(row->id, only, strlen(only)) == 0) {
            APR_ARRAY_PUSH(rows, row_t) = *row;
        }
    }
    if (rows->nelts == 0) {
        die("there is no row", only != NULL ? only : "at all");
    }
    return rows;
}

static FILE *create(const options_t *options, const char *name, apr_pool_t *pool) {
    const char *path = apr_pstrcat(pool, options->out, "/", name, NULL);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        die("cannot write", path);
    }
    return file;
}

static int write_page(const char *path, apr_array_header_t *rows, apr_pool_t *pool) {
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        die("cannot write", path);
    }
    write_claims(file, rows, pool);
    fclose(file);
    return 0;
}

static void write_files(apr_array_header_t *rows, const options_t *options,
                        const summary_t *summary, apr_pool_t *pool) {
    FILE *file = create(options, "behaviour.json", pool);
    write_json(file, rows, pool);
    fclose(file);
    file = create(options, "behaviour.md", pool);
    write_markdown(file, rows, options, summary, pool);
    fclose(file);
    file = create(options, "behaviour.html", pool);
    write_html(file, rows, options, summary, pool);
    fclose(file);
}

int main(int argc, char **argv) {
    apr_array_header_t *rows;
    const char *scratch;
    summary_t summary;
    options_t options;
    apr_pool_t *pool = NULL;
    if (apr_initialize() != APR_SUCCESS || apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        die("APR", "does not start");
    }
    memset(&options, 0, sizeof(options));
    read_options(&options, argc, argv, pool);
    rows = choose(read_expected(options.expected, pool), options.only, pool);
    if (options.claims != NULL) {
        return write_page(options.claims, rows, pool);
    }
    describe(&options, pool);

    /* Programs leave what they write to the current directory here. */
    scratch = apr_pstrcat(pool, options.out, "/behaviour-scratch", NULL);
    apr_dir_make_recursive(scratch, APR_FPROT_OS_DEFAULT, pool);
    if (chdir(scratch) != 0) {
        die("cannot enter", scratch);
    }
    run_rows(rows, &options, pool);
    summary = judge_rows(rows, pool);
    print_table(rows, &options, pool);
    write_files(rows, &options, &summary, pool);

    if (options.python_version != NULL) {
        printf("CPython %s: %d the same as Brood, %d differ as explained, %d differ\n",
               options.python_version, summary.python_same, summary.python_explained,
               summary.python_other);
    }
    printf("%s/behaviour.html\n", options.out);
    printf("%d rows as expected, %d not\n", summary.rows_ok,
           summary.rows - summary.rows_ok);
    return summary.rows_ok == summary.rows ? 0 : 1;
}
