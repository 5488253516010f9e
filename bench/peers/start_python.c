/* CPython's three start methods: peers/python_start.py does the work. */
#include "peers/starts.h"
#include "support/python.h"

/* Its memory is not the memory that the others copy; with much of it that decides. */
const bench_start_t bench_python_fork = {"CPython, fork", BENCH_REFERENCE,
                                         bench_python_absent, NULL, "fork"};
const bench_start_t bench_python_spawn = {"CPython, spawn", BENCH_PEER,
                                          bench_python_absent, NULL, "spawn"};
const bench_start_t bench_python_command = {
    "CPython, subprocess", BENCH_PEER, bench_python_absent, NULL, BENCH_PYTHON_COMMAND};
const bench_start_t bench_python_forkserver = {"CPython, forkserver", BENCH_PEER,
                                               bench_python_absent, NULL, "forkserver"};
