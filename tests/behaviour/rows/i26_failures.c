/* Starts that fail, each at another step: what they say, and what they leave behind. */
#include "support/say.h"
#include "os/handle.h"
#include "outside.h"
#include "stranger.h"
#include <apr_file_io.h>
#include <apr_strings.h>
#include <string.h>

static size_t open_handles(void) {
    brood_os_handle_t handles[1];
    size_t count;
    MUST(brood_os_handle_list(handles, 1, &count));
    return count;
}

static const char *words_for(apr_status_t status) {
    return APR_STATUS_IS_ENOENT(status)        ? "not found"
           : APR_STATUS_IS_EACCES(status)      ? "not permitted"
           : brood_status_name(status) != NULL ? brood_status_name(status)
                                               : "no program";
}

static void try_it(const char *what, const char *const *words,
                   const brood_command_options_t *options, apr_pool_t *pool) {
    brood_command_t *command;
    apr_status_t status;
    MUST(brood_command_create(&command, words, options, pool));
    status = brood_command_start(command);
    say("%s: %s, at the step: %s\n", what, words_for(status),
        brood_command_step_name(brood_command_failed_step(command)));
    MUST(brood_command_close(command));
}

/* A file that may be executed, and is no program of any kind. */
static const char *make_text(apr_pool_t *pool) {
    const char *name =
        apr_psprintf(pool, "./text-%lu.exe", (unsigned long)brood_current_pid());
    apr_file_t *file;
    MUST(apr_file_open(&file, name, APR_FOPEN_WRITE | APR_FOPEN_CREATE,
                       APR_FPROT_OS_DEFAULT, pool));
    MUST(apr_file_write_full(file, "hello\n", 6, NULL));
    MUST(apr_file_close(file));
    brood_test_make_executable(name);
    return name;
}

/* An argument of many megabytes, which no system takes. */
static const char *make_long(apr_pool_t *pool) {
    size_t size = (size_t)16 << 20;
    char *word = apr_palloc(pool, size + 1);
    memset(word, 'x', size);
    word[size] = '\0';
    return word;
}

int main(int argc, char **argv) {
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    const char *none[] = {"no-such-program-anywhere", NULL};
    const char *own[] = {argv[0], NULL, NULL};
    const char *text[] = {NULL, NULL};
    apr_pool_t *pool;
    size_t before;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    text[0] = make_text(pool);

    before = open_handles();
    try_it("a program that is not there", none, &options, pool);
    try_it("a text", text, &options, pool);
    options.directory = "no-such-directory-anywhere";
    try_it("a directory that is not there", own, &options, pool);
    options.directory = NULL;
    options.input = brood_stdio_read("no-such-file-anywhere");
    try_it("an input that is not there", own, &options, pool);
    options.input = brood_stdio_null();
    own[1] = make_long(pool);
    try_it("an argument of 16 megabytes", own, &options, pool);
    say("left behind: %s\n", brood_test_children_of(brood_current_pid()) > 0 ? "a process"
                             : open_handles() > before                       ? "a handle"
                                                                             : "nothing");
    MUST(apr_file_remove(text[0], pool));
    return 0;
}
