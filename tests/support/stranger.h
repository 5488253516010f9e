/* What a program of a test asks the system about itself, when it stands for any program. */
#ifndef BROOD_TEST_STRANGER_H
#define BROOD_TEST_STRANGER_H

#include <stddef.h>

/* Whether it leads a process group of its own: 1 or 0; -1: the system does not say. */
int brood_test_leads_group(void);

/* Ignores SIGPIPE and blocks SIGTERM here; nothing where there are no signals. */
void brood_test_disturb_signals(void);
void brood_test_undisturb_signals(void);

/* Whether SIGPIPE is ignored or SIGTERM blocked: 1 or 0. */
int brood_test_signals_are_disturbed(void);

/* The arguments of this process as a reader of its command line finds them: the C runtime that
 * gave them to main, or the system. UTF-8, ended by NULL; of malloc(), each as well. NULL: there
 * is no reader of that number; they count from 0. */
char **brood_test_arguments(int reader, int argc, char **argv);

/* Makes a file that the system executes if it is a program at all. */
int brood_test_make_executable(const char *path);

/* Makes a FIFO: 1; 0: there are none here. */
int brood_test_make_fifo(const char *path);

#endif
