/* What a start does to a parent with much memory. A fork goes through all of its page tables,
 * which takes the longer the more there is, and takes from the parent the right to write:
 * whatever the parent writes to while the child lives is copied, page by page. It is counted
 * here, by writing to all of it again. */
#include "support/faults.h"
#include "support/say.h"

#define SIZE ((size_t)64 << 20)
#define PAGE 4096
#define CHANCE 16 /* pages that something else may have touched meanwhile */

static int stay(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *leave;
    (void)pool;
    MUST(BROOD_UNPACK(state, &leave));
    MUST(brood_event_wait(leave, BROOD_FOREVER));
    return 0;
}

/* Writes to each page; how many of them had to be made. */
static long long write_to_all(volatile char *memory) {
    long long before = faults_so_far();
    for (size_t at = 0; at < SIZE; at += PAGE) {
        memory[at]++;
    }
    return faults_so_far() - before;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_event_t *leave;
    apr_pool_t *pool;
    char *memory;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_event_create(&leave, pool));
    memory = malloc(SIZE);
    if (memory == NULL) {
        return 1;
    }
    write_to_all(memory);
    say("written to twice: %s\n",
        write_to_all(memory) < CHANCE ? "no page is made" : "?");

    MUST(brood_process_create(&child, stay, BROOD_ARGS(leave), NULL, pool));
    MUST(brood_process_start(child));
    say("after the start: %s\n",
        write_to_all(memory) < CHANCE ? "no page is made" : "pages are made again");
    MUST(brood_event_set(leave));
    MUST(brood_process_join(child, BROOD_FOREVER));
    free(memory);
    return 0;
}
