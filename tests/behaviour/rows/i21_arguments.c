/* Arguments that are hard to quote, through a command and back: as they were. */
#include "support/say.h"
#include <apr_file_io.h>
#include <apr_general.h>
#include <apr_strings.h>
#include <string.h>

static const char *const hard[] = {"",
                                   " ",
                                   "two words",
                                   "\"",
                                   "\\",
                                   "\\\"",
                                   "ends with \\",
                                   "tab\tand\nline",
                                   "100% %PATH% $HOME",
                                   "看电视",
                                   "*",
                                   "&|<>^",
                                   "'single'",
                                   NULL};

/* A batch file is read by cmd.exe, which quotes by no rule that holds for all that it reads. */
static const char *how_batch_starts(apr_pool_t *pool) {
    const char *const words[] = {
        apr_psprintf(pool, "./hard-%lu.cmd", (unsigned long)brood_current_pid()),
        "\"&calc", NULL};
    brood_command_t *command;
    apr_status_t status;
    apr_file_t *file;
    MUST(apr_file_open(&file, words[0], APR_FOPEN_WRITE | APR_FOPEN_CREATE,
                       APR_FPROT_OS_DEFAULT, pool));
    MUST(apr_file_close(file));
    MUST(brood_command_create(&command, words, NULL, pool));
    status = brood_command_start(command);
    MUST(apr_file_remove(words[0], pool));
    return APR_STATUS_IS_EACCES(status) ? "no program" : name_of(status);
}

int main(int argc, char **argv) {
    const char *words[20];
    brood_command_t *command;
    apr_pool_t *pool;
    int count = 2, code;
    /* Windows' C runtime hands main its arguments in the code page of the machine. */
    MUST(apr_app_initialize(&argc, (const char *const **)&argv, NULL));
    if (argc > 2 && strcmp(argv[1], "count") == 0) {
        int same = 0;
        for (int i = 0; hard[i] != NULL; i++) {
            same += i + 2 < argc && strcmp(hard[i], argv[i + 2]) == 0;
        }
        return same;
    }
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    words[0] = argv[0];
    words[1] = "count";
    for (int i = 0; hard[i] != NULL; i++) {
        words[count++] = hard[i];
    }
    words[count] = NULL;

    MUST(brood_command_create(&command, words, NULL, pool));
    MUST(brood_command_start(command));
    MUST(brood_command_join(command, BROOD_FOREVER));
    MUST(brood_command_exit_code(command, &code));
    say("%d of %d arrived as they were\n", code, count - 2);
    say("a batch file: %s\n", how_batch_starts(pool));
    return 0;
}
