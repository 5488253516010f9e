/* Batch files. */
#include "batch.h"

#include <string.h>

int brood__is_batch_file(const char *path)
{
    size_t length = strlen(path);
    while (length > 0 && (path[length - 1] == '.' || path[length - 1] == ' ')) {
        --length; /* the system does not see these at the end of a name */
    }
    return length >= 4 && (_strnicmp(path + length - 4, ".bat", 4) == 0 ||
                           _strnicmp(path + length - 4, ".cmd", 4) == 0);
}
