/* Signals: the names of the two that this system's processes are reported to have been ended by. */
#include "os/signal.h"

#include <stddef.h>

const char *brood_os_signal_name(int number) {
    return number == 15 ? "SIGTERM" : number == 9 ? "SIGKILL" : NULL;
}
