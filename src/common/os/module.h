/* Code by name: which module holds a function, and where. */
#ifndef BROOD_OS_MODULE_H
#define BROOD_OS_MODULE_H

#include "os/types.h"

#define BROOD_OS_BUILD_ID_MAX 32
#define BROOD_OS_PATH_MAX 4096

/* A place in the code of a loaded module. */
typedef struct brood_os_place_t {
    int is_program; /* the program's own image; `path` is then only told, or "" */
    char path[BROOD_OS_PATH_MAX];            /* of the module's file, UTF-8 */
    uint64_t offset;                         /* of the function from the module's base */
    uint32_t build_id_length;                /* in bytes; never 0 */
    uint8_t build_id[BROOD_OS_BUILD_ID_MAX]; /* differs between builds of the module */
} brood_os_place_t;

/* Says which module holds the function. APR_ENOENT: none does (code made at run time, a
 * nested function's trampoline). Allocates nothing; may be called before anything else. */
apr_status_t brood_os_place_of(const void *function, brood_os_place_t *place);

/* Finds the same place in this process. The module must be loaded here (it is not loaded by
 * this call). APR_ENOENT: no such module here. APR_EMISMATCH: it is here in another
 * build; *place is not changed. APR_EINVAL: the offset does not lie in executable code. */
apr_status_t brood_os_place_find(const brood_os_place_t *place, void **function);

#endif
