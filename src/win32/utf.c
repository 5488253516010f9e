/* Conversions between UTF-8 and UTF-16 that refuse what they cannot keep. */
#include "utf.h"

#include <stdlib.h>

apr_status_t brood__wide(wchar_t **wide, const char *text) {
    *wide = NULL;
    int units = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    if (units <= 0) {
        return APR_EINVAL;
    }
    wchar_t *copy = malloc((size_t)units * sizeof *copy);
    if (copy == NULL) {
        return APR_ENOMEM;
    }
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, copy, units) !=
        units) {
        free(copy);
        return APR_EINVAL;
    }
    *wide = copy;
    return APR_SUCCESS;
}

apr_status_t brood__narrow(char *buffer, size_t size, const wchar_t *wide) {
    if (size == 0) {
        return APR_ENOSPC;
    }
    buffer[0] = '\0';
    int bytes =
        WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide, -1, NULL, 0, NULL, NULL);
    if (bytes <= 0) {
        return APR_EINVAL;
    }
    if ((size_t)bytes > size) {
        return APR_ENOSPC;
    }
    if (WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide, -1, buffer, bytes, NULL,
                            NULL) != bytes) {
        buffer[0] = '\0';
        return APR_EINVAL;
    }
    return APR_SUCCESS;
}
