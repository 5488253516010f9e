/* Seventy children, waited for in one call: which has ended, and when all have. */
#include "support/say.h"

#define CHILDREN 70
#define FIRST 66 /* the one that is to end before the others */

static int stay(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *leave;
    (void)pool;
    MUST(BROOD_UNPACK(state, &leave));
    MUST(brood_event_wait(leave, BROOD_FOREVER));
    return 7;
}

/* Waits for all of them at once; how many have ended, and the number of the last of those. */
static size_t wait_for_any(brood_process_t *const *children, int *which) {
    brood_wait_item_t items[CHILDREN];
    size_t ended;
    for (int i = 0; i < CHILDREN; i++) {
        items[i] = (brood_wait_item_t)BROOD_WAIT_PROCESS(children[i]);
    }
    MUST(brood_wait(items, CHILDREN, BROOD_FOREVER, &ended));
    for (int i = 0; i < CHILDREN; i++) {
        *which = items[i].ready ? i : *which;
    }
    return ended;
}

int main(int argc, char **argv) {
    brood_process_t *children[CHILDREN];
    brood_event_t *one_leaves, *all_leave;
    int which = -1, sevens = 0;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_event_create(&one_leaves, pool));
    MUST(brood_event_create(&all_leave, pool));

    for (int i = 0; i < CHILDREN; i++) {
        brood_event_t *leave = i == FIRST ? one_leaves : all_leave;
        MUST(brood_process_create(&children[i], stay, BROOD_ARGS(leave), NULL, pool));
        MUST(brood_process_start(children[i]));
    }
    MUST(brood_event_set(one_leaves));
    say("ended: %d", (int)wait_for_any(children, &which));
    say(", number %d of %d\n", which, CHILDREN);
    MUST(brood_event_set(all_leave));
    for (int i = 0; i < CHILDREN; i++) {
        int code;
        MUST(brood_process_join(children[i], BROOD_FOREVER));
        MUST(brood_process_exit_code(children[i], &code));
        sevens += code == 7;
    }
    say("exit code 7: %d\n", sevens);
    return 0;
}
