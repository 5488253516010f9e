/* Leak ledger: what this process holds of the system, before and after a test.
 *
 * Counted are: open descriptors or handles, mappings of shared memory, names of shared memory,
 * children (zombies too), threads. What was not there before is told by name. */
#ifndef BROOD_TEST_LEDGER_H
#define BROOD_TEST_LEDGER_H

#include <stddef.h>

/* Notes what is there now. */
void brood_test_ledger_open(void);

/* How many things are there now that were not there then. Each is printed to standard error
 * as "leak: descriptor 7 -> /memfd:…". Waits a moment for what the system takes back late. */
size_t brood_test_ledger_check(void);

/* ---- for the platform's file -------------------------------------------------------- */

/* Notes one thing, in the words that tell it from others. */
typedef void brood_test_note_t(void *page, const char *format, ...);

/* Calls `note` for each thing that this process holds. */
void brood_test_ledger_read(brood_test_note_t *note, void *page);

#endif
