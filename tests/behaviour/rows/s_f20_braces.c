/* The document's loop over {1..10}, each echo in the background, in two shells. */
#include "support/say.h"
#include <apr_strings.h>
#include <string.h>

/* What a shell prints, or NULL where there is no such shell. */
static char *printed(const char *shell, const char *script, apr_pool_t *pool) {
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    const char *const words[] = {shell, "-c", script, NULL};
    brood_command_result_t result;
    apr_status_t status;
    options.output = brood_stdio_capture(0);
    status = brood_command_run(&result, words, &options, BROOD_FOREVER, pool);
    if (APR_STATUS_IS_ENOENT(status)) {
        return NULL;
    }
    MUST(status);
    return apr_pstrmemdup(pool, result.output.data, result.output.size);
}

static void try_shell(const char *shell, apr_pool_t *pool) {
    char *count = printed(shell, "set -- {1..10}; printf %s $#", pool);
    char *line, *last = NULL, *state;
    int lines = 0;
    if (count == NULL) {
        say("%s: not here\n", shell);
        return;
    }
    line = apr_strtok(
        printed(shell, "for i in {1..10}; do echo $i & done; wait; echo END", pool), "\n",
        &state);
    for (; line != NULL; line = apr_strtok(NULL, "\n", &state)) {
        last = line;
        lines++;
    }
    say("%s: the loop is over %s words; %s, then %s\n", shell, count,
        lines - 1 == atoi(count) ? "as many lines" : "other lines",
        last != NULL ? last : "nothing");
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    try_shell("sh", pool);
    try_shell("bash", pool);
    return 0;
}
