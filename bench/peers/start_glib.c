/* GLib's g_spawn_sync of this program. Descriptors are left open to the child, which lets it
 * take its quickest way. */
#include "peers/starts.h"

#ifdef BENCH_HAS_GLIB
#include "peers/library.h"

#include <glib.h>

static __typeof__(g_spawn_sync) *spawn_sync;

static const char *absent(void) {
    static const char *const names[] = {"g_spawn_sync"};
    static void **const places[] = {(void **)&spawn_sync};
    static const char *answer = "no GLib here";
    static int looked;
    if (!looked && bench_library_load("libglib-2.0.so.0", names, places, 1) == 0)
        answer = NULL;
    looked = 1;
    return answer;
}

static int start(void) {
    static char word[] = BENCH_RETURN_AT_ONCE;
    char *argv[] = {(char *)(uintptr_t)bench_image(), word, NULL};
    int status = -1;
    if (!spawn_sync(NULL, argv, NULL, G_SPAWN_LEAVE_DESCRIPTORS_OPEN, NULL, NULL, NULL,
                    NULL, &status, NULL))
        return -1;
    return status;
}
#else
#define start NULL
static const char *absent(void) {
    return "built without the headers of GLib";
}
#endif

const bench_start_t bench_g_spawn = {"g_spawn_sync of this program", BENCH_PEER, absent,
                                     start, NULL};
