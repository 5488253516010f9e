/* The ways to start a process that are compared: each starts one that does nothing and reaps
 * it. */
#ifndef BENCH_STARTS_H
#define BENCH_STARTS_H

#include "support/work.h"

/* What the program is to be called with, to end at once, to end when it has initialised APR as
 * every program that uses Brood does, and to serve bare forks. */
#define BENCH_RETURN_AT_ONCE "--return-at-once"
#define BENCH_RETURN_AFTER_APR "--return-after-apr"
#define BENCH_FORK_SERVER "--fork-server"

/* The method of bench_python_command: an external program, this one. */
#define BENCH_PYTHON_COMMAND "command"

typedef struct bench_start_t {
    const char *name;
    bench_part_t part;
    const char *(*absent)(void);
    int (*once)(void); /* start one and reap it; 0: it went well */
    /* Instead: CPython's start method, measured by peers/python_start.py. */
    const char *python;
} bench_start_t;

extern const bench_start_t bench_brood_fork;
extern const bench_start_t bench_brood_spawn;
extern const bench_start_t bench_brood_forkserver;
extern const bench_start_t bench_fork;
extern const bench_start_t bench_posix_spawn;
extern const bench_start_t bench_posix_spawn_apr;
extern const bench_start_t bench_fork_server;
extern const bench_start_t bench_apr_proc_create;
extern const bench_start_t bench_uv_spawn;
extern const bench_start_t bench_g_spawn;
extern const bench_start_t bench_brood_command;
extern const bench_start_t bench_vfork;
extern const bench_start_t bench_python_command;
extern const bench_start_t bench_python_fork;
extern const bench_start_t bench_python_spawn;
extern const bench_start_t bench_python_forkserver;

/* The path of this program's image. */
const char *bench_image(void);

/* The server's side of bench_fork_server. */
int bench_serve_forks(void);

#endif
