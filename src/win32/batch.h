/* Batch files: programs that are read by cmd.exe, which reads their command line as well. */
#ifndef BROOD_WIN32_BATCH_H
#define BROOD_WIN32_BATCH_H

/* Whether cmd.exe is what runs the file of this name. */
int brood__is_batch_file(const char *path);

#endif
