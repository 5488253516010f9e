/* What a process does about signals, in words that all systems know. */
#ifndef BROOD_TEST_SIGNALS_H
#define BROOD_TEST_SIGNALS_H

#define BROOD_TEST_USR1_BLOCKED 1
#define BROOD_TEST_USR2_IGNORED 2
#define BROOD_TEST_PIPE_IGNORED 4
#define BROOD_TEST_CHLD_IGNORED 8
#define BROOD_TEST_INT_IGNORED 16
#define BROOD_TEST_OTHERS_BLOCKED 32 /* any signal but SIGUSR1 */

/* What of that holds in this process; 0 where there are no signals. */
int brood_test_signals(void);

/* Makes what is named so, and the rest as a program finds it. 0: there are no signals. */
int brood_test_set_signals(int what);

#endif
