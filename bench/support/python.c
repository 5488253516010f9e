/* CPython as a peer: a script of peers/ that prints the seconds it took. */
#include "support/python.h"

#include "support/elsewhere.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *bench_python_absent(void) {
    static int looked, found;
    if (!looked) {
        looked = 1;
        found = system("python3 -c 'import multiprocessing' >/dev/null 2>&1") == 0 &&
                access(BENCH_PEERS "/python_channel.py", R_OK) == 0;
    }
    return found ? NULL : "no python3 here";
}

double bench_python_run(const char *script, const char *arguments) {
    char line[1024];
    snprintf(line, sizeof line, "python3 '%s/%s' %s", BENCH_PEERS, script, arguments);
    return bench_elsewhere_run(line);
}
