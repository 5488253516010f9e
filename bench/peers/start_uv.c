/* libuv's uv_spawn of this program. */
#include "peers/starts.h"

#ifdef BENCH_HAS_UV
#include "peers/library.h"

#include <string.h>
#include <uv.h>

static __typeof__(uv_loop_init) *loop_init;
static __typeof__(uv_spawn) *spawn;
static __typeof__(uv_close) *close_handle;
static __typeof__(uv_run) *run;

static uv_loop_t loop;
static int64_t ended_with;

static const char *absent(void) {
    static const char *const names[] = {"uv_loop_init", "uv_spawn", "uv_close", "uv_run"};
    static void **const places[] = {(void **)&loop_init, (void **)&spawn,
                                    (void **)&close_handle, (void **)&run};
    static const char *answer = "no libuv here";
    static int looked;
    if (!looked && bench_library_load("libuv.so.1", names, places, 4) == 0 &&
        loop_init(&loop) == 0)
        answer = NULL;
    looked = 1;
    return answer;
}

static void on_exit_of(uv_process_t *process, int64_t code, int signal_number) {
    ended_with = signal_number ? -1 : code;
    close_handle((uv_handle_t *)process, NULL);
}

static int start(void) {
    static char program[] = "bench_process", word[] = BENCH_RETURN_AT_ONCE;
    char *argv[] = {program, word, NULL};
    uv_process_options_t options;
    uv_process_t process;
    memset(&options, 0, sizeof options);
    options.file = bench_image();
    options.args = argv;
    options.exit_cb = on_exit_of;
    ended_with = -1;
    if (spawn(&loop, &process, &options))
        return -1;
    run(&loop, UV_RUN_DEFAULT);
    return (int)ended_with;
}
#else
#define start NULL
static const char *absent(void) {
    return "built without the headers of libuv";
}
#endif

const bench_start_t bench_uv_spawn = {"uv_spawn of this program", BENCH_PEER, absent,
                                      start, NULL};
