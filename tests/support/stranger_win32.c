/* What a program asks about itself, on Windows. */
#include "stranger.h"

#ifdef _WIN32

#include <stdlib.h>
#include <windows.h>
#include <shellapi.h>

/* As the C runtime's start-up code does it for wmain(). */
typedef struct start_info_t {
    int new_mode;
} start_info_t;
extern int __cdecl __wgetmainargs(int *argc, wchar_t ***argv, wchar_t ***environment,
                                  int expand, start_info_t *info);

int brood_test_leads_group(void) {
    return -1;
}

void brood_test_disturb_signals(void) {
}

void brood_test_undisturb_signals(void) {
}

int brood_test_signals_are_disturbed(void) {
    return 0;
}

static char *narrow(const wchar_t *wide) {
    int room = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = malloc((size_t)room + 1);

    if (text != NULL) {
        (void)WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, room, NULL, NULL);
    }
    return text;
}

static char **narrow_all(wchar_t **wide, int count) {
    char **all = calloc((size_t)count + 1, sizeof *all);
    int i;

    for (i = 0; all != NULL && i < count; i++) {
        all[i] = narrow(wide[i]);
    }
    return all;
}

/* Reader 0: CommandLineToArgvW; reader 1: the C runtime. */
char **brood_test_arguments(int reader, int argc, char **argv) {
    start_info_t info = {0};
    wchar_t **environment;
    wchar_t **wide;
    char **all = NULL;
    int count = 0;

    (void)argc;
    (void)argv;
    if (reader == 0) {
        wide = CommandLineToArgvW(GetCommandLineW(), &count);
        if (wide != NULL) {
            all = narrow_all(wide, count);
            LocalFree(wide);
        }
    } else if (reader == 1 &&
               __wgetmainargs(&count, &wide, &environment, 0, &info) == 0) {
        all = narrow_all(wide, count);
    }
    return all;
}

int brood_test_seclude(void) {
    return 0;
}

void brood_test_print_manner(char *text, size_t room) {
    (void)strncpy(text, "0 0", room);
}

int brood_test_make_executable(const char *path) {
    (void)path;
    return 1;
}

int brood_test_make_fifo(const char *path) {
    (void)path;
    return 0;
}

#endif
