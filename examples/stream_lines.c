/* A program is talked to line by line, while it runs: a question goes to its input, the answer
 * comes from its output. The program is this one, started again with another first argument. */
#include "brood/brood.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

/* Says everything louder. */
static int shout(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin) != NULL) {
        for (char *letter = line; *letter != '\0'; letter++) {
            *letter = (char)toupper((unsigned char)*letter);
        }
        fputs(line, stdout);
        fflush(stdout); /* or the answer would wait for more */
    }
    return 0;
}

int main(int argc, char **argv) {
    const char *const words[] = {"one\n", "two\n", "three\n"};
    const char *program[] = {argv[0], "shout", NULL};
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    brood_command_t *command;
    char line[100];
    apr_pool_t *pool;
    size_t size;
    int code;
    if (argc == 2) {
        return shout();
    }
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");

    options.input = brood_stdio_pipe();
    options.output = brood_stdio_pipe();
    check(brood_command_create(&command, program, &options, pool), "create");
    check(brood_command_start(command), "start");
    for (int i = 0; i < 3; i++) {
        check(
            brood_command_write(command, words[i], strlen(words[i]), NULL, BROOD_FOREVER),
            "write");
        check(brood_command_read_line(command, BROOD_STDOUT, line, sizeof line, &size,
                                      BROOD_FOREVER),
              "read");
        line[strcspn(line, "\r\n")] = '\0';
        printf("%d: %s\n", i, line);
    }
    check(brood_command_close_input(command), "close");
    if (brood_command_read_line(command, BROOD_STDOUT, line, sizeof line, &size,
                                BROOD_FOREVER) == APR_EOF) {
        check(brood_command_join(command, BROOD_FOREVER), "join");
        check(brood_command_exit_code(command, &code), "exit code");
        printf("it ended with %d\n", code);
    }
    return 0;
}
