/* The shell's "for i in 1 … 10; do echo $i & done; wait; echo END": ten programs at once, in
 * whatever order they come, and one line after all of them. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>

#define COUNT 10

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

int main(int argc, char **argv) {
    brood_command_t *commands[COUNT];
    apr_pool_t *pool;
    if (argc == 2) { /* one of the ten: it echoes its argument */
        printf("%s\n", argv[1]);
        return 0;
    }
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    for (int i = 0; i < COUNT; i++) {
        char number[12];
        const char *words[] = {argv[0], number, NULL};
        snprintf(number, sizeof number, "%d", i + 1);
        check(brood_command_create(&commands[i], words, NULL, pool), "create");
        check(brood_command_start(commands[i]), "start");
    }
    check(brood_command_wait_all(commands, COUNT, BROOD_FOREVER), "wait");
    printf("END\n");
    return 0;
}
