/* Strangers: the part that is the same everywhere. */
#include "strangers.h"

#include "brood/boot.h"
#include "os/clock.h"
#include "os/module.h"
#include "os/program.h"
#include "outside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRANGER "--stranger"
#define LATE_NS (20 * 1000000000LL)

static apr_status_t start(brood_os_process_t *process, const char *children,
                          const char *file) {
    char path[BROOD_OS_PATH_MAX];
    const char *argv[5];
    brood_os_start_t image;
    brood_os_start_step_t step;
    apr_status_t rv = brood_os_program_path(path, sizeof path);

    memset(&image, 0, sizeof image);
    argv[0] = path;
    argv[1] = STRANGER;
    argv[2] = children;
    argv[3] = file;
    argv[4] = NULL;
    image.image = path;
    image.argv = argv;
    image.null_stdin = 1;
    image.boot = BROOD_OS_NO_HANDLE;
    return rv == APR_SUCCESS ? brood_os_process_start(process, &image, &step) : rv;
}

apr_status_t brood_test_stranger_start(brood_os_process_t *process, unsigned children,
                                       const char *file) {
    char number[16];

    (void)snprintf(number, sizeof number, "%u", children);
    return start(process, number, file);
}

static void add_byte(const char *file) {
    FILE *stream = fopen(file, "ab");

    if (stream == NULL || fputc('s', stream) == EOF || fclose(stream) != 0) {
        brood_os_exit_now(98);
    }
}

void brood_test_stranger(int argc, char **argv) {
    brood_os_process_t child;
    unsigned i;

    if (argc != 4 || strcmp(argv[1], STRANGER) != 0) {
        return;
    }
    for (i = 0; i < (unsigned)strtoul(argv[2], NULL, 10); i++) {
        if (start(&child, "0", argv[3]) != APR_SUCCESS) {
            brood_os_exit_now(97);
        }
    }
    add_byte(argv[3]);
    brood_os_sleep_until(brood_os_now_ns() + 3 * LATE_NS); /* or until it is ended */
    brood_os_exit_now(96);
}

int brood_test_await_bytes(const char *file, size_t bytes) {
    int64_t late = brood_os_now_ns() + LATE_NS;

    while (brood_os_now_ns() < late) {
        FILE *stream = fopen(file, "rb");
        long size = 0;

        if (stream != NULL) {
            (void)fseek(stream, 0, SEEK_END);
            size = ftell(stream);
            (void)fclose(stream);
        }
        if (size >= (long)bytes) {
            return 1;
        }
        brood_os_yield();
    }
    return 0;
}

int64_t brood_test_await_gone(int64_t pid) {
    int64_t began = brood_os_now_ns();

    while (brood_test_lives(pid)) { /* ends with the process or in time */
        if (brood_os_now_ns() - began > LATE_NS) {
            return -1;
        }
        brood_os_yield();
    }
    return (brood_os_now_ns() - began) / 1000;
}
