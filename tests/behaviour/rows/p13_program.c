/* The program that children are started from: a copy of this one, chosen for one process, for
 * all of a context, and a path where there is none. */
#include "support/say.h"
#include "outside.h"
#include "os/module.h"
#include "os/program.h"
#include <apr_file_io.h>
#include <apr_strings.h>
#include <string.h>

static int look(const brood_values_t *state, apr_pool_t *pool) {
    char own[BROOD_OS_PATH_MAX];
    const char *parents;
    (void)pool;
    MUST(BROOD_UNPACK(state, &parents));
    MUST(brood_os_program_path(own, sizeof(own)));
    say("%s\n", strcmp(own, parents) == 0 ? "the parent's program" : "the copy");
    return 0;
}

static void start(const char *how, const char *own, brood_process_options_t *options,
                  apr_pool_t *pool) {
    brood_process_t *child;
    apr_status_t status;
    say("%s: ", how);
    MUST(brood_process_create(&child, look, BROOD_ARGS(own), options, pool));
    status = brood_process_start(child);
    if (status == APR_SUCCESS) {
        MUST(brood_process_join(child, BROOD_FOREVER));
    } else {
        say("%s\n", APR_STATUS_IS_ENOENT(status) ? "not found" : name_of(status));
    }
}

int main(int argc, char **argv) {
    brood_process_options_t process = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_options_t of_context = BROOD_PROCESS_OPTIONS_INIT;
    brood_context_options_t context = BROOD_CONTEXT_OPTIONS_INIT;
    char own[BROOD_OS_PATH_MAX];
    const char *copy;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_os_program_path(own, sizeof(own)));
    copy = apr_psprintf(pool, "%s.copy-%lu.exe", own, (unsigned long)brood_current_pid());
    MUST(apr_file_copy(own, copy, APR_FPROT_FILE_SOURCE_PERMS, pool));

    process.program = copy;
    start("for one process", own, &process, pool);
    context.program = copy;
    MUST(brood_context_create(&of_context.context, BROOD_START_DEFAULT, &context, pool));
    start("for a context", own, &of_context, pool);
    context.program = apr_pstrcat(pool, copy, ".none", NULL);
    MUST(brood_context_create(&of_context.context, BROOD_START_DEFAULT, &context, pool));
    start("where there is none", own, &of_context, pool);
    MUST(apr_file_remove(copy, pool));
    return 0;
}
