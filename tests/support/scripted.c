/* A program by its script. Plain C, so that nothing of Brood runs in it but what a step names. */
#include "scripted.h"

#include "brood/command.h"
#include "os/process.h"
#include "stranger.h"
#include <apr_general.h>
#include <apr_pools.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <direct.h>
#include <fcntl.h>
#include <io.h>
#include <process.h>
#define close_descriptor _close
#define current_directory _getcwd
#define current_pid _getpid
#define read_input(bytes, size) _read(0, bytes, size)
#else
#include <unistd.h>
#define close_descriptor close
#define current_directory getcwd
#define current_pid getpid
#define read_input(bytes, size) read(0, bytes, size)
#endif

int brood_test_is_scripted(int argc, char **argv) {
    return argc > 1 && strcmp(argv[1], BROOD_TEST_SCRIPTED) == 0;
}

static _Noreturn void fail(const char *what) {
    (void)fprintf(stderr, "script: %s\n", what);
    exit(99);
}

static void put(FILE *file, const void *bytes, size_t size) {
    if (fwrite(bytes, 1, size, file) != size || fflush(file) != 0) {
        exit(98); /* nobody reads */
    }
}

static void put_line(FILE *file, const char *text) {
    put(file, text, strlen(text));
    put(file, "\n", 1);
}

static void put_many(FILE *file, const char *number) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    unsigned long long left = strtoull(number, NULL, 10);
    char piece[26 * 1024];
    for (size_t i = 0; i < sizeof piece; i++) {
        piece[i] = letters[i % 26];
    }
    while (left > 0) {
        size_t size = left < sizeof piece ? (size_t)left : sizeof piece;
        put(file, piece, size);
        left -= size;
    }
}

static void copy_input(FILE *to) {
    static char piece[65536];
    long size;
    /* What is there is enough: fread() would wait for all of it. */
    while ((size = (long)read_input(piece, sizeof piece)) > 0) {
        if (to != NULL) {
            put(to, piece, (size_t)size);
        }
    }
}

static void print_arguments(int count, char **arguments) {
    char head[32];
    for (int i = 0; i < count; i++) {
        (void)snprintf(head, sizeof head, "[%llu]",
                       (unsigned long long)strlen(arguments[i]));
        put(stdout, head, strlen(head));
        put_line(stdout, arguments[i]);
    }
}

static void print_variable(const char *name) {
    const char *value = getenv(name);
    put(stdout, name, strlen(name));
    put(stdout, value == NULL ? " is not set" : "=", value == NULL ? 11 : 1);
    put_line(stdout, value == NULL ? "" : value);
}

static void print_directory(void) {
    char path[4096];
    put_line(stdout, current_directory(path, (int)sizeof path) == NULL ? "?" : path);
}

static void print_pid(void) {
    char number[32];
    (void)snprintf(number, sizeof number, "%lld", (long long)current_pid());
    put_line(stdout, number);
}

static void print_manner(void) {
    char text[32];
    brood_test_print_manner(text, sizeof text);
    put_line(stdout, text);
}

/* The only steps that use Brood begin so. NULL: the system has no such programs. */
static brood_command_t *start_one(const char *const *argv,
                                  const brood_command_options_t *options) {
    brood_command_t *command = NULL;
    apr_pool_t *pool = NULL;
    apr_status_t rv;
    if (apr_initialize() != APR_SUCCESS || atexit(apr_terminate) != 0 ||
        apr_pool_create(&pool, NULL) != APR_SUCCESS ||
        brood_command_create(&command, argv, options, pool) != APR_SUCCESS) {
        fail("a program below");
    }
    rv = brood_command_start(command);
    if (rv != APR_SUCCESS && !APR_STATUS_IS_ENOTIMPL(rv)) {
        fail(brood_error_detail());
    }
    return rv == APR_SUCCESS ? command : NULL;
}

static void start_below(const char *program, int end_with_parent, int join_at_exit) {
    const char *argv[] = {program, BROOD_TEST_SCRIPTED, "say", "below", "wait", NULL};
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    options.end_with_parent = end_with_parent;
    options.join_at_exit = join_at_exit;
    if (start_one(argv, &options) == NULL) {
        put_line(stdout, "no");
    }
}

#ifdef _WIN32
static void have_twin(const char *program) {
    (void)program;
    put_line(stdout, "no");
}
#else
static void have_twin(const char *program) {
    const char *argv[] = {program, BROOD_TEST_SCRIPTED, "wait", NULL};
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    brood_command_t *command;
    options.input = brood_stdio_pipe();
    command = start_one(argv, &options);
    if (command == NULL) {
        fail("a program to read");
    }
    if (fork() == 0) {
        (void)close(1);
        copy_input(NULL);
        _exit(0);
    }
    (void)brood_command_close_input(command);
    put_line(stdout, brood_command_join(command, 10 * 1000000) == APR_SUCCESS
                         ? "it ends"
                         : "it stays");
}
#endif

/* A step without an argument of its own: 1 when it was one. */
static int do_alone(const char *step, const char *program) {
    if (strcmp(step, "cat") == 0) {
        copy_input(stdout);
    } else if (strcmp(step, "wait") == 0) {
        copy_input(NULL);
    } else if (strcmp(step, "line") == 0) {
        char byte;
        (void)!read_input(&byte, 1);
    } else if (strcmp(step, "directory") == 0) {
        print_directory();
    } else if (strcmp(step, "manner") == 0) {
        print_manner();
    } else if (strcmp(step, "pid") == 0) {
        print_pid();
    } else if (strcmp(step, "deaf") == 0) {
        (void)signal(SIGINT, SIG_IGN);
        (void)signal(SIGTERM, SIG_IGN);
    } else if (strcmp(step, "parent") == 0) {
        start_below(program, 0, 0);
    } else if (strcmp(step, "owner") == 0) {
        start_below(program, 1, 0);
    } else if (strcmp(step, "host") == 0) {
        start_below(program, 0, 1);
    } else if (strcmp(step, "twin") == 0) {
        have_twin(program);
    } else if (strcmp(step, "kill") == 0) {
        brood_os_kill_self();
    } else {
        return 0;
    }
    return 1;
}

static void do_with(const char *step, const char *argument) {
    if (strcmp(step, "say") == 0) {
        put_line(stdout, argument);
    } else if (strcmp(step, "complain") == 0) {
        put_line(stderr, argument);
    } else if (strcmp(step, "out") == 0) {
        put_many(stdout, argument);
    } else if (strcmp(step, "err") == 0) {
        put_many(stderr, argument);
    } else if (strcmp(step, "env") == 0) {
        print_variable(argument);
    } else if (strcmp(step, "close") == 0) {
        (void)close_descriptor(atoi(argument));
    } else if (strcmp(step, "exit") == 0) {
        exit(atoi(argument));
    } else {
        fail(step);
    }
}

int brood_test_scripted(int argc, char **argv) {
#ifdef _WIN32
    (void)_setmode(0, _O_BINARY);
    (void)_setmode(1, _O_BINARY);
    (void)_setmode(2, _O_BINARY);
#endif
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "args") == 0) {
            print_arguments(argc - i - 1, argv + i + 1);
            return 0;
        }
        if (!do_alone(argv[i], argv[0])) {
            if (i + 1 == argc) {
                fail(argv[i]);
            }
            do_with(argv[i], argv[i + 1]);
            i++;
        }
    }
    return 0;
}
