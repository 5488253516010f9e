/* Signals: their names. Numbers differ between systems, so the table is written by name. */
#include "os/signal.h"

#include <signal.h>
#include <stddef.h>

#define ROW(name) \
    { name, #name }

static const struct {
    int number;
    const char *name;
} rows[] = {
    ROW(SIGHUP),  ROW(SIGINT),  ROW(SIGQUIT), ROW(SIGILL),  ROW(SIGTRAP),   ROW(SIGABRT),
    ROW(SIGBUS),  ROW(SIGFPE),  ROW(SIGKILL), ROW(SIGUSR1), ROW(SIGSEGV),   ROW(SIGUSR2),
    ROW(SIGPIPE), ROW(SIGALRM), ROW(SIGTERM), ROW(SIGXCPU), ROW(SIGXFSZ),   ROW(SIGSYS),
    ROW(SIGPROF), ROW(SIGSTOP), ROW(SIGTSTP), ROW(SIGCONT), ROW(SIGVTALRM),
};

const char *brood_os_signal_name(int number) {
    size_t i;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].number == number) {
            return rows[i].name;
        }
    }
    return NULL;
}
