/* Peers that are loaded only when they are measured. */
#include "peers/library.h"

#include <dlfcn.h>
#include <stddef.h>

int bench_library_load(const char *library, const char *const *names,
                       void **const *places, unsigned count) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return -1;
    for (unsigned i = 0; i < count; i++) {
        *places[i] = dlsym(handle, names[i]);
        if (!*places[i])
            return -1;
    }
    return 0;
}
