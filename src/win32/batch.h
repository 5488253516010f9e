/* Batch files: programs that are read by cmd.exe, which reads their command line as well. */
#ifndef BROOD_WIN32_BATCH_H
#define BROOD_WIN32_BATCH_H

#include "system.h"

/* Whether cmd.exe is what runs the file of this name. */
int brood__is_batch_file(const char *path);

/* The command line that has cmd.exe run the file with the arguments after the first. *line is
 * of malloc(). APR_EINVAL with a detail line: something in it cannot be kept whole. */
apr_status_t brood__batch_line(char **line, const char *path, const char *const *argv);

/* The path of cmd.exe, of malloc(). Never one that a search would find first. */
apr_status_t brood__batch_shell(wchar_t **image);

#endif
