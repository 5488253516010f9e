/* Batch files.
 *
 * cmd.exe reads the line before the batch file gets its arguments: %NAME% is replaced even
 * between quotes, a quote cannot be taken its meaning, and a line end is an end. So each argument
 * stands between quotes, where & | < > ^ ( ) and blanks mean nothing, and what has a quote, a
 * percent sign or a control character in it is refused rather than guessed at. Backslashes
 * before the closing quote are doubled, as programs want them that the batch file hands its
 * arguments to; the batch file itself sees two. Delayed expansion (!NAME!) is switched off. */
#include "batch.h"
#include "status.h"

#include <stdlib.h>
#include <string.h>

#define HEAD "cmd.exe /e:ON /v:OFF /d /s /c \""
#define SHELL L"\\cmd.exe"

int brood__is_batch_file(const char *path) {
    size_t length = strlen(path);
    while (length > 0 && (path[length - 1] == '.' || path[length - 1] == ' ')) {
        --length; /* the system does not see these at the end of a name */
    }
    return length >= 4 && (_strnicmp(path + length - 4, ".bat", 4) == 0 ||
                           _strnicmp(path + length - 4, ".cmd", 4) == 0);
}

static int is_harmless(const char *text) {
    for (; *text != '\0'; ++text) {
        unsigned char c = (unsigned char)*text;
        if ((c < ' ' && c != '\t') || c == 0x7F || c == '"' || c == '%') {
            return 0;
        }
    }
    return 1;
}

static char *put(char *out, const char *text) {
    size_t length = strlen(text);
    size_t run = 0;
    *out++ = '"';
    memcpy(out, text, length);
    out += length;
    while (run < length && text[length - 1 - run] == '\\') {
        ++run;
    }
    memset(out, '\\', run);
    out += run;
    *out++ = '"';
    return out;
}

apr_status_t brood__batch_line(char **line, const char *path, const char *const *argv) {
    size_t room = sizeof HEAD + 2 * strlen(path) + 2 + 1;
    *line = NULL;
    if (!is_harmless(path)) {
        return brood__fail(APR_EINVAL, "%s: a path that cmd.exe would change", path);
    }
    for (size_t i = 1; argv[i] != NULL; ++i) {
        if (!is_harmless(argv[i])) {
            return brood__fail(
                APR_EINVAL,
                "argument %lu: cmd.exe would change what it says (a quote, a "
                "percent sign or a control character)",
                (unsigned long)i);
        }
        room += 2 * strlen(argv[i]) + 3;
    }
    char *end = *line = malloc(room);
    if (end == NULL) {
        return APR_ENOMEM;
    }
    memcpy(end, HEAD, sizeof HEAD - 1);
    end = put(end + sizeof HEAD - 1, path);
    for (size_t i = 1; argv[i] != NULL; ++i) {
        *end++ = ' ';
        end = put(end, argv[i]);
    }
    memcpy(end, "\"", 2);
    return APR_SUCCESS;
}

apr_status_t brood__batch_shell(wchar_t **image) {
    UINT room = GetSystemDirectoryW(NULL, 0);
    *image = room == 0 ? NULL : malloc((room + wcslen(SHELL)) * sizeof **image);
    if (*image == NULL) {
        return room == 0 ? brood__status_from_os(GetLastError()) : APR_ENOMEM;
    }
    UINT length = GetSystemDirectoryW(*image, room);
    if (length == 0 || length >= room) {
        free(*image);
        *image = NULL;
        return APR_EGENERAL;
    }
    memcpy(*image + length, SHELL, (wcslen(SHELL) + 1) * sizeof **image);
    return APR_SUCCESS;
}
