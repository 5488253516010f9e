/* A start where very many files may be open. Whoever closes every number that there could be
 * makes a system call for each: so the calls are counted, once where few files may be open and
 * once where as many may as the system permits. This program runs itself for both. */
#include "support/say.h"
#include "calls.h"
#include "os/module.h"
#include "os/program.h"
#include "outside.h"

#define CHANCE 2000 /* looks of those who wait */

static int nothing(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 0;
}

static int start_one(const char *limit, apr_pool_t *pool) {
    brood_process_t *child;
    uint64_t before;
    int code;
    MUST(brood_test_limit_files(strtoull(limit, NULL, 10), &before));
    MUST(brood_process_create(&child, nothing, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(brood_process_exit_code(child, &code));
    return code;
}

/* 0: nothing tells. */
static uint64_t calls_of_start(const char *limit) {
    char own[BROOD_OS_PATH_MAX];
    const char *const words[] = {own, limit, NULL};
    uint64_t calls;
    apr_status_t status;
    int code;
    MUST(brood_os_program_path(own, sizeof(own)));
    status = brood_test_count_calls(words, &calls, &code);
    if (status == APR_ENOTIMPL) {
        return 0;
    }
    MUST(status);
    MUST(code == 0 ? APR_SUCCESS : APR_EGENERAL);
    return calls;
}

int main(int argc, char **argv) {
    uint64_t few, many, limit;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    if (argc > 1) {
        return start_one(argv[1], pool);
    }
    if (brood_test_limit_files(0, &limit) == APR_ENOTIMPL) {
        say("there is no such limit\n");
        return 0;
    }
    few = calls_of_start("256");
    many = calls_of_start("0");
    if (few == 0) {
        say("nothing tells a program's system calls here\n");
    } else {
        say("more calls for it: %s\n", many <= few + CHANCE ? "none" : "one for each");
    }
    return 0;
}
