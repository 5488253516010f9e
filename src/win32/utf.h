/* UTF-8 outside, UTF-16 for the system. */
#ifndef BROOD_WIN32_UTF_H
#define BROOD_WIN32_UTF_H

#include "system.h"

/* Converts into memory of malloc(), which the caller frees. Bytes that are no UTF-8 are
 * APR_EINVAL: the system would silently start, open or find something else. */
apr_status_t brood__wide(wchar_t **wide, const char *text);

/* Converts into the caller's buffer, terminated. APR_ENOSPC: it is too small; APR_EINVAL:
 * the text is no valid UTF-16. The buffer holds "" on failure (if it holds anything). */
apr_status_t brood__narrow(char *buffer, size_t size, const wchar_t *wide);

#endif
