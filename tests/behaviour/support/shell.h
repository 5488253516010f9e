/* Scripts for the shell that the system has. */
#ifndef BEHAVIOUR_SHELL_H
#define BEHAVIOUR_SHELL_H

#include "support/say.h"
#include <apr_file_io.h>
#include <apr_strings.h>
#include <string.h>

#ifdef _WIN32
#define SCRIPT_SUFFIX ".cmd"
#define SCRIPT(sh, cmd) cmd
#define SHELL_WORDS(script) {"cmd", "/d", "/c", (script), NULL}
#else
#define SCRIPT_SUFFIX ".sh"
#define SCRIPT(sh, cmd) sh
#define SHELL_WORDS(script) {"sh", (script), NULL}
#endif

/* Writes a script to the working directory; its name, of this process's own. */
static inline const char *write_script(const char *stem, const char *text,
                                       apr_pool_t *pool) {
    const char *name = apr_psprintf(pool, "%s-%lu" SCRIPT_SUFFIX, stem,
                                    (unsigned long)brood_current_pid());
    apr_file_t *file;
    MUST(apr_file_open(&file, name, APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_TRUNCATE,
                       APR_FPROT_OS_DEFAULT, pool));
    MUST(apr_file_write_full(file, text, strlen(text), NULL));
    MUST(apr_file_close(file));
    return name;
}

#endif
