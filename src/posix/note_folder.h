/* The folder of this user's notes. */
#ifndef BROOD_POSIX_NOTE_FOLDER_H
#define BROOD_POSIX_NOTE_FOLDER_H

#include "posix.h"

#define BROOD_NOTE_FOLDER_SIZE 600

/* Where it is, whether or not it is there. */
void brood__note_folder_path(char *path, size_t size);

/* Opens the folder and makes it if it is not there. APR_EACCES: it is not this user's alone. */
apr_status_t brood__note_folder(int *folder);

/* Opens a file in it for reading and writing; flags may be O_CREAT, and O_EXCL with it. */
apr_status_t brood__note_folder_file(int *fd, const char *file, int flags);

#endif
