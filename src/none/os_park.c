/* Sleeping on a word on a system where nobody can. */
#include "os/park.h"

size_t brood_os_park_area_size(void) {
    return 0;
}

apr_status_t brood_os_park_attach(void *area, size_t size, uint32_t participant) {
    (void)area;
    (void)size;
    (void)participant;
    return APR_ENOTIMPL;
}

void brood_os_park_forget(uint32_t participant) {
    (void)participant;
}

apr_status_t brood_os_park(const brood_os_word_t *word, uint32_t expected,
                           brood_os_deadline_t deadline) {
    (void)word;
    (void)expected;
    (void)deadline;
    return APR_ENOTIMPL;
}

void brood_os_unpark(const brood_os_word_t *word, uint32_t count) {
    (void)word;
    (void)count;
}

const char *brood_os_park_name(void) {
    return "none";
}
