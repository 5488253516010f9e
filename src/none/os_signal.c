/* Signals on a system that has none. */
#include "os/signal.h"

#include <stddef.h>

const char *brood_os_signal_name(int number) {
    (void)number;
    return NULL;
}
