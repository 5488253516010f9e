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

/* Keeps the calling thread to one processor and makes it nicer by 3: 1; 0: threads have none of
 * that for themselves here. */
int brood_test_seclude(void);

/* On how many processors this thread may run, and how nice it is: in that order, with a blank
 * between. */
void brood_test_print_manner(char *text, size_t room);

/* Makes a file that the system executes if it is a program at all. */
int brood_test_make_executable(const char *path);

/* Makes a FIFO: 1; 0: there are none here. */
int brood_test_make_fifo(const char *path);

#endif
