/* The same with a wait in the loop: one after the other, and then the end. */
#include "support/raw_fork.h"
#include <apr_general.h>

static double draw(void) {
    unsigned char bytes[2];
    MUST(apr_generate_random_bytes(bytes, sizeof(bytes)));
    return (bytes[0] * 256 + bytes[1]) / 65536.0;
}

int main(int argc, char **argv) {
    MUST(brood_init(&argc, &argv));

    for (int i = 0; i < 10; i++) {
        int64_t pid = fork_or_say();
        if (pid == 0) {
            say("%d %.6f\n", i, draw());
            brood_exit_now(0);
        }
        MUST(brood_fork_wait(NULL, NULL, 0, 0, BROOD_FOREVER));
    }
    say("END\n");
    return 0;
}
