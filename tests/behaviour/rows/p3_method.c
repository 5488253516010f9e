/* Choosing the start method: once, again, and one that there is not. */
#include "support/say.h"

int main(int argc, char **argv) {
    brood_start_method_t method;
    MUST(brood_init(&argc, &argv));

    say("choose spawn: %s\n", name_of(brood_set_start_method(BROOD_START_SPAWN)));
    say("choose again: %s\n", name_of(brood_set_start_method(BROOD_START_SPAWN)));
    say("choose spam: %s\n", name_of(brood_start_method_parse("spam", &method)));
    return 0;
}
