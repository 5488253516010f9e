/* What a child knows of its parent's surroundings: arguments, directory, start method. */
#include "support/say.h"
#include <apr_file_info.h>
#include <apr_strings.h>
#include <string.h>

static int argument_count;
static char **arguments;

static int compare(const brood_values_t *state, apr_pool_t *pool) {
    const char *directory, *program, *method;
    brood_start_method_t mine;
    char *here;
    int count;
    MUST(BROOD_UNPACK(state, &directory, &program, &count, &method));
    MUST(apr_filepath_get(&here, APR_FILEPATH_NATIVE, pool));
    MUST(brood_get_start_method(&mine));
    say("directory: %s\n", strcmp(here, directory) == 0 ? "the parent's" : "another");
    say("program: %s, arguments: %s\n",
        strcmp(arguments[0], program) == 0 ? "the parent's" : "another",
        argument_count == count ? "the parent's"
                                : "the parent's and one for brood_init()");
    say("start method: %s\n",
        strcmp(brood_start_method_name(mine), method) == 0 ? "the parent's" : "another");
    return 0;
}

int main(int argc, char **argv) {
    brood_start_method_t method;
    brood_process_t *child;
    apr_pool_t *pool;
    char *directory;
    argument_count = argc;
    arguments = argv;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(apr_filepath_set("..", pool));
    MUST(apr_filepath_get(&directory, APR_FILEPATH_NATIVE, pool));

    MUST(brood_get_start_method(&method));
    MUST(brood_process_create(
        &child, compare,
        BROOD_ARGS(directory, argv[0], argc, brood_start_method_name(method)), NULL,
        pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
