/* Signals of this process. */
#include "signals.h"

#ifndef _WIN32

#include <signal.h>
#include <stddef.h>
#include <string.h>

static const struct {
    int number, what;
} dispositions[] = {
    {SIGUSR2, BROOD_TEST_USR2_IGNORED},
    {SIGPIPE, BROOD_TEST_PIPE_IGNORED},
    {SIGCHLD, BROOD_TEST_CHLD_IGNORED},
    {SIGINT, BROOD_TEST_INT_IGNORED},
};

int brood_test_signals(void) {
    struct sigaction action;
    sigset_t blocked;
    int what = 0;
    int number;
    size_t i;

    for (i = 0; i < sizeof dispositions / sizeof dispositions[0]; i++) {
        if (sigaction(dispositions[i].number, NULL, &action) == 0 &&
            action.sa_handler == SIG_IGN) {
            what |= dispositions[i].what;
        }
    }
    sigemptyset(&blocked);
    (void)sigprocmask(SIG_SETMASK, NULL, &blocked);
    for (number = 1; number < 32; number++) {
        if (sigismember(&blocked, number) == 1) {
            what |=
                number == SIGUSR1 ? BROOD_TEST_USR1_BLOCKED : BROOD_TEST_OTHERS_BLOCKED;
        }
    }
    return what;
}

int brood_test_set_signals(int what) {
    struct sigaction action;
    sigset_t blocked;
    size_t i;

    memset(&action, 0, sizeof action);
    for (i = 0; i < sizeof dispositions / sizeof dispositions[0]; i++) {
        action.sa_handler = (what & dispositions[i].what) != 0 ? SIG_IGN : SIG_DFL;
        (void)sigaction(dispositions[i].number, &action, NULL);
    }
    sigemptyset(&blocked);
    if ((what & BROOD_TEST_USR1_BLOCKED) != 0) {
        sigaddset(&blocked, SIGUSR1);
    }
    return sigprocmask(SIG_SETMASK, &blocked, NULL) == 0;
}

#else

int brood_test_signals(void) {
    return 0;
}

int brood_test_set_signals(int what) {
    (void)what;
    return 0;
}

#endif
