/* There are no signals on Windows. */
#ifdef _WIN32
#include "strangers.h"

void brood_test_block_signals(void) {
}

size_t brood_test_signals(unsigned char *bytes, size_t room) {
    (void)bytes;
    (void)room;
    return 0;
}

int brood_test_ignore_children(int how) {
    (void)how;
    return 0;
}

int brood_test_reaper_start(void) {
    return 0;
}

unsigned brood_test_reaper_stop(void) {
    return 0;
}
#else
typedef int brood_test_no_win32_strangers;
#endif
