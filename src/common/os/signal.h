/* Signals: their names. */
#ifndef BROOD_OS_SIGNAL_H
#define BROOD_OS_SIGNAL_H

/* "SIGTERM" for the number that a process was ended by (os/process.h); NULL for a number that
 * has no name here. The string lives for ever. */
const char *brood_os_signal_name(int number);

#endif
