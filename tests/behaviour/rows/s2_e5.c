/* Ten processes write lines of 90112 letters and a number, far more than one write to a pipe
 * takes at once. The lock keeps the lines apart; the parent reads them back and counts. */
#include "support/say.h"
#include <apr_file_io.h>
#include <string.h>

#define PROCESSES 10
#define LETTERS (11 * 8192)

static int print_line(const brood_values_t *state, apr_pool_t *pool) {
    static char line[LETTERS + 3];
    apr_file_t *output;
    brood_lock_t *lock;
    const char *name;
    int number;
    MUST(BROOD_UNPACK(state, &number, &name, &lock));
    for (size_t i = 0; i < LETTERS; i += 11) {
        memcpy(line + i, "hello world", 11);
    }
    line[LETTERS] = ' ';
    line[LETTERS + 1] = (char)('0' + number);
    line[LETTERS + 2] = '\n';

    MUST(apr_file_open(&output, name, APR_FOPEN_WRITE | APR_FOPEN_APPEND, 0, pool));
    MUST(brood_lock_acquire(lock, BROOD_FOREVER));
    for (size_t at = 0; at < sizeof(line); at += 1000) { /* in many pieces */
        size_t left = sizeof(line) - at;
        MUST(apr_file_write_full(output, line + at, left < 1000 ? left : 1000, NULL));
    }
    MUST(brood_lock_release(lock));
    return 0;
}

/* How many lines are a whole "hello world" without a foreign piece. */
static int whole_lines(apr_file_t *file) {
    static char line[LETTERS + 4];
    apr_off_t begin = 0;
    int count = 0;
    MUST(apr_file_seek(file, APR_SET, &begin));
    while (apr_file_gets(line, sizeof(line), file) == APR_SUCCESS) {
        int whole = strlen(line) == LETTERS + 3;
        for (size_t i = 0; whole && i < LETTERS; i += 11) {
            whole = memcmp(line + i, "hello world", 11) == 0;
        }
        count += whole;
    }
    return count;
}

int main(int argc, char **argv) {
    char path[] = "brood-lines-XXXXXX";
    brood_process_t *children[PROCESSES];
    brood_lock_t *lock;
    apr_file_t *file;
    const char *name;
    apr_pool_t *pool;
    apr_int32_t flags = APR_FOPEN_CREATE | APR_FOPEN_READ | APR_FOPEN_WRITE |
                        APR_FOPEN_EXCL | APR_FOPEN_BUFFERED;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_lock_create(&lock, pool));
    MUST(apr_file_mktemp(&file, path, flags, pool));
    MUST(apr_file_name_get(&name, file));

    for (int i = 0; i < PROCESSES; i++) {
        brood_args_t state = BROOD_ARGS(i, name, lock);
        MUST(brood_process_create(&children[i], print_line, state, NULL, pool));
        MUST(brood_process_start(children[i]));
    }
    for (int i = 0; i < PROCESSES; i++) {
        MUST(brood_process_join(children[i], BROOD_FOREVER));
    }
    say("%d whole lines\n", whole_lines(file));
    MUST(apr_file_close(file));
    MUST(apr_file_remove(name, pool));
    return 0;
}
