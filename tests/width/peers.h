/* Both widths: what the files of this program tell each other. peers.c says what it is about. */
#ifndef BROOD_WIDTH_PEERS_H
#define BROOD_WIDTH_PEERS_H

#include "methods.h"

#define WIDTH_LATE (20 * 1000000)

/* What a peer does, and the order of these in the table in peers.c. */
typedef int width_peer_fn(const brood_values_t *args, apr_pool_t *pool);
enum {
    WIDTH_COUNTS,
    WIDTH_TAKES_TURNS,
    WIDTH_ANSWERS,
    WIDTH_HOLDS,
    WIDTH_DOES_NOT_GET_IT,
    WIDTH_SEES_VALUES,
    WIDTH_KNOWS_THE_NAME,
    WIDTH_WAITS,
    WIDTH_ADDS,
};
width_peer_fn width_peer_counts;
width_peer_fn width_peer_takes_turns;
width_peer_fn width_peer_answers;
width_peer_fn width_peer_holds;
width_peer_fn width_peer_does_not_get_it;
width_peer_fn width_peer_sees_values;
width_peer_fn width_peer_knows_the_name;
width_peer_fn width_peer_waits;
width_peer_fn width_peer_adds;

/* Starts a peer that does that with those arguments; the test fails when that cannot be. */
brood_process_t *width_start(uint32_t which, brood_args_t args, brood_test_t *test);

/* Tests of the first process. */
void width_both_count_under_locks(void **state);
void width_they_take_turns(void **state);
void width_messages_there_and_back(void **state);
void width_a_peers_death_is_told(void **state);
void width_a_living_owner_keeps_it(void **state);
void width_values_arrive(void **state);
void width_a_block_by_its_name(void **state);
void width_they_wait_for_each_other(void **state);
void width_both_add_to_values(void **state);

#endif
