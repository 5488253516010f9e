/* Arguments arrive byte for byte, whatever is in them: lists of arguments made by chance go
 * through real starts to this program, which makes them again from the same numbers and compares
 * them with what it was given, on Windows by each reader of the command line that there is.
 *
 *     unit_os_arguments [--lists N] [--seed S]
 *
 * Most starts carry many lists, a few a single one. The same seed makes the same lists. */
#include "brood/brood.h"

#include "os/clock.h"
#include "os/module.h"
#include "os/process.h"
#include "os/program.h"
#include "stranger.h"
#include <apr_general.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LISTS_DEFAULT 5000
#define ARGUMENTS_MOST 8
#define LENGTH_MOST 2000
#define ROOM (ARGUMENTS_MOST * (LENGTH_MOST + 8))
#define SINGLE 200 /* one list in so many goes alone */
#define CARRIED_MOST 4000
#define OWN \
    5 /* arguments before the lists: program, word, seed, first list, their count */

typedef struct list_t {
    int count;
    char *arguments[ARGUMENTS_MOST];
    char text[ROOM];
} list_t;

static char self[BROOD_OS_PATH_MAX];
static uint64_t chance;

/* ---- making lists -------------------------------------------------------------------------- */

static uint32_t any(uint32_t below) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (uint32_t)(chance >> 16) % below;
}

static char *put_character(char *out, uint32_t c) {
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    } else {
        *out++ = (char)(0xF0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3F));
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    }
    return out;
}

/* Any character but a surrogate, which is half of one in UTF-16 and none in UTF-8. */
static uint32_t any_character(void) {
    static const uint32_t most[] = {0x7F, 0x7FF, 0xFFFF, 0x10FFFF};
    uint32_t c = 1 + any(most[any(4)]);

    return c >= 0xD800 && c < 0xE000 ? 0x1F600 : c;
}

/* What the readers of command lines and shells care about. */
static char any_hard(void) {
    static const char hard[] = "\"\\\"\\\"\\ \t\n\r\v\f*?'%^&|<>()!$`~#;,=@[]{}a\x01\x7F";

    return hard[any(sizeof hard - 1)];
}

static char *put_argument(char *out) {
    const uint32_t kind = any(10);
    uint32_t length = any(20) == 0 ? any(LENGTH_MOST / 4) : any(20);
    uint32_t i;

    if (kind == 0) {
        length = 0;
    }
    for (i = 0; i < length; i++) {
        if (kind < 5) {
            *out++ = any_hard();
        } else if (kind < 7) {
            out = put_character(out, any_character());
        } else if (kind == 7) { /* runs of backslashes, sometimes before a quote */
            *out++ = any(4) == 0 ? '"' : '\\';
        } else if (kind == 8 && brood_os_has_fork()) { /* bytes of no encoding */
            *out++ = (char)(1 + any(255));
        } else {
            *out++ = (char)('a' + any(26));
        }
    }
    *out++ = '\0';
    return out;
}

static void make_list(list_t *list, uint64_t seed, uint64_t number) {
    char *out = list->text;
    int i;

    chance =
        (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) + number * UINT64_C(0xbf58476d1ce4e5b9);
    chance |= chance == 0;
    (void)any(1);
    list->count = 1 + (int)any(ARGUMENTS_MOST);
    for (i = 0; i < list->count; i++) {
        list->arguments[i] = out;
        out = put_argument(out);
    }
}

/* What it may take of the command line at the most, where there is one. */
static size_t room_of(const list_t *list) {
    size_t room = 0;
    int i;

    for (i = 0; i < list->count; i++) {
        room += 2 * strlen(list->arguments[i]) + 3;
    }
    return room;
}

/* ---- the child ----------------------------------------------------------------------------- */

static int differs(char *const *given, uint64_t seed, uint64_t first, uint64_t count) {
    static list_t list;
    uint64_t number;
    int i;

    for (number = first; number < first + count; number++) {
        make_list(&list, seed, number);
        for (i = 0; i < list.count; i++, given++) {
            if (*given == NULL || strcmp(*given, list.arguments[i]) != 0) {
                (void)fprintf(stderr, "list %llu, argument %d: '%s' and not '%s'\n",
                              (unsigned long long)number, i,
                              *given != NULL ? *given : "(none)", list.arguments[i]);
                return 1;
            }
        }
    }
    return *given != NULL;
}

static int compare(int argc, char **argv) {
    int reader, i;
    char **all;

    for (reader = 0; (all = brood_test_arguments(reader, argc, argv)) != NULL; reader++) {
        for (i = 0; i < OWN; i++) {
            if (all[i] == NULL) {
                return 20 + reader;
            }
        }
        if (differs(all + OWN, strtoull(all[2], NULL, 10), strtoull(all[3], NULL, 10),
                    strtoull(all[4], NULL, 10))) {
            return 10 + reader;
        }
        for (i = 0; all[i] != NULL; i++) {
            free(all[i]);
        }
        free(all);
    }
    return reader > 0 ? 0 : 30;
}

/* ---- the parent ---------------------------------------------------------------------------- */

static int start(const char *const *argv) {
    brood_os_start_t image = {0};
    brood_os_process_t process;
    brood_os_start_step_t step;
    brood_os_exit_t how = {0, 99};
    apr_status_t rv;

    image.image = self;
    image.argv = argv;
    image.null_stdin = 1;
    image.boot = BROOD_OS_NO_HANDLE;
    rv = brood_os_process_start(&process, &image, &step);
    if (rv != APR_SUCCESS) {
        (void)fprintf(stderr, "no start: %d %s\n", rv, brood_error_detail());
        return 98;
    }
    rv = brood_os_process_wait(&process, BROOD_OS_FOREVER, &how);
    brood_os_process_close(&process);
    return rv != APR_SUCCESS || how.signaled ? 97 : how.code;
}

/* Sends the lists from `first` on that go together; *next is the first that does not. */
static int carry(uint64_t seed, uint64_t first, uint64_t end, uint64_t *next) {
    static list_t lists[CARRIED_MOST / 8];
    const char *argv[OWN + CARRIED_MOST + ARGUMENTS_MOST + 1] = {self, "compare"};
    const size_t most = brood_os_has_fork() ? 100000 : 32000;
    const uint64_t lists_most = first % SINGLE == 0 ? 1 : sizeof lists / sizeof *lists;
    char numbers[3][24];
    size_t used = strlen(self) + 80;
    size_t place = OWN;
    uint64_t number;
    int i;

    for (number = first; number < end && number - first < lists_most; number++) {
        list_t *list = &lists[number - first];

        make_list(list, seed, number);
        used += room_of(list);
        if (number > first && (used > most || number % SINGLE == 0)) {
            break;
        }
        for (i = 0; i < list->count; i++) {
            argv[place++] = list->arguments[i];
        }
    }
    *next = number;
    (void)snprintf(numbers[0], sizeof numbers[0], "%llu", (unsigned long long)seed);
    (void)snprintf(numbers[1], sizeof numbers[1], "%llu", (unsigned long long)first);
    (void)snprintf(numbers[2], sizeof numbers[2], "%llu",
                   (unsigned long long)(number - first));
    for (i = 0; i < 3; i++) {
        argv[2 + i] = numbers[i];
    }
    return start(argv);
}

static int round_trips(uint64_t seed, uint64_t lists) {
    uint64_t next, number = 0, starts = 0;

    for (; number < lists; number = next, starts++) {
        int code = carry(seed, number, lists, &next);

        if (code != 0) {
            (void)printf("seed %llu, from list %llu on: exit code %d\n",
                         (unsigned long long)seed, (unsigned long long)number, code);
            return 1;
        }
    }
    (void)printf("%llu lists of arguments through %llu starts, seed %llu\n",
                 (unsigned long long)lists, (unsigned long long)starts,
                 (unsigned long long)seed);
    return 0;
}

/* What is no UTF-8 cannot be an argument where arguments are UTF-16. */
static int refuses(const char *argument) {
    const char *argv[] = {self, argument, NULL};
    brood_os_start_t image = {0};
    brood_os_process_t process;
    brood_os_start_step_t step;

    image.image = self;
    image.argv = argv;
    image.boot = BROOD_OS_NO_HANDLE;
    return brood_os_process_start(&process, &image, &step) == APR_EINVAL &&
           strstr(brood_error_detail(), "UTF-8") != NULL;
}

int main(int argc, char **argv) {
    uint64_t lists = LISTS_DEFAULT;
    uint64_t seed = 1;
    int i;

    if (apr_initialize() != APR_SUCCESS ||
        brood_os_program_path(self, sizeof self) != APR_SUCCESS) {
        return 96;
    }
    if (argc >= OWN && strcmp(argv[1], "compare") == 0) {
        return compare(argc, argv);
    }
    for (i = 1; i + 1 < argc; i += 2) {
        *(strcmp(argv[i], "--lists") == 0 ? &lists : &seed) =
            strtoull(argv[i + 1], NULL, 10);
    }
    if (!brood_os_has_fork() &&
        (!refuses("\xFF") || !refuses("\xED\xA0\x80") || !refuses("\xC0\xAF"))) {
        (void)printf("what is no UTF-8 was not refused\n");
        return 1;
    }
    return round_trips(seed, lists);
}
