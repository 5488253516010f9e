/* A pipeline, "numbers | squares | sum", without a shell. Each program is this one, started again
 * with another first argument. */
#include "brood/brood.h"
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

/* What the three do. */
static int be_a_program(const char *what) {
    long number, sum = 0;
    if (strcmp(what, "numbers") == 0) {
        for (number = 1; number <= 1000; number++) {
            printf("%ld\n", number);
        }
        return 0;
    }
    while (scanf("%ld", &number) == 1) {
        if (strcmp(what, "squares") == 0) {
            printf("%ld\n", number * number);
        }
        sum += number;
    }
    if (strcmp(what, "sum") == 0) {
        printf("%ld\n", sum);
        return 5; /* so that there is something to see */
    }
    return 0;
}

int main(int argc, char **argv) {
    const char *const names[] = {"numbers", "squares", "sum"};
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    brood_command_t *commands[3];
    brood_bytes_t output;
    apr_pool_t *pool;
    size_t which;
    int code;
    if (argc == 2) {
        return be_a_program(argv[1]);
    }
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");

    for (int i = 0; i < 3; i++) {
        const char *words[] = {argv[0], names[i], NULL};
        if (i == 2) {
            options.output = brood_stdio_capture(0);
        }
        check(brood_command_create(&commands[i], words, &options, pool), "create");
    }
    check(brood_pipeline_start(commands, 3, NULL), "start");
    check(brood_command_wait_all(commands, 3, BROOD_FOREVER), "wait");
    check(brood_command_captured(commands[2], BROOD_STDOUT, &output), "captured");
    printf("the sum of the squares: %ld\n", strtol(output.data, NULL, 10));
    check(brood_pipeline_exit_code(commands, 3, &code, &which), "exit code");
    printf("%s ended with %d\n", names[which], code);
    return 0;
}
