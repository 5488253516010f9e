/* A script that is run, and the same one sourced: what it changes, and where it runs. */
#include "support/shell.h"

static const char inner[] = SCRIPT("V=2\necho \"the script is in $$\"\n", "@set V=2\r\n");
static const char outer[] = SCRIPT("V=1\necho \"the shell is $$\"\n"
                                   "sh ./%s\necho \"run: V is $V\"\n"
                                   ". ./%s\necho \"sourced: V is $V\"\n",
                                   "@echo off\r\nset V=1\r\n"
                                   "cmd /d /c %s\r\necho run: V is %%V%%\r\n"
                                   "call %s\r\necho sourced: V is %%V%%\r\n");

int main(int argc, char **argv) {
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    brood_command_result_t result;
    const char *script, *name;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    name = write_script("inner", inner, pool);
    script = write_script("outer", apr_psprintf(pool, outer, name, name), pool);
    {
        const char *const words[] = SHELL_WORDS(script);
        MUST(brood_command_run(&result, words, &options, BROOD_FOREVER, pool));
    }
    MUST(apr_file_remove(script, pool));
    MUST(apr_file_remove(name, pool));
    return result.code;
}
