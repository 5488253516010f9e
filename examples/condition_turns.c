/* A word that two processes say in turn: each waits until it is its turn, then tells the other.
 * The number of the next turn travels in a queue, which the condition's lock guards. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>

#define TURNS 6

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

typedef struct player_t {
    brood_queue_t *ball; /* holds one number */
    int me, turn;
} player_t;

/* Looks at the number; the lock is held, so nobody else does. */
static int it_is_my_turn(void *data) {
    player_t *player = data;
    size_t size;
    check(brood_queue_get_bytes(player->ball, &player->turn, sizeof(int), &size,
                                BROOD_FOREVER),
          "get");
    check(brood_queue_put_bytes(player->ball, &player->turn, sizeof(int), BROOD_FOREVER),
          "put");
    return player->turn >= TURNS || player->turn % 2 == player->me;
}

static int play(const brood_values_t *state, apr_pool_t *pool) {
    brood_condition_t *passed;
    player_t player;
    size_t size;
    (void)pool;
    check(BROOD_UNPACK(state, &player.me, &passed, &player.ball), "unpack");
    check(brood_condition_acquire(passed, BROOD_FOREVER), "acquire");
    for (;;) {
        check(brood_condition_wait_for(passed, it_is_my_turn, &player, BROOD_FOREVER),
              "wait for the turn");
        if (player.turn >= TURNS) {
            break;
        }
        printf("%d: %s\n", player.turn, player.me == 0 ? "ping" : "pong");
        fflush(stdout);
        check(brood_queue_get_bytes(player.ball, &player.turn, sizeof(int), &size,
                                    BROOD_FOREVER),
              "get");
        player.turn++;
        check(
            brood_queue_put_bytes(player.ball, &player.turn, sizeof(int), BROOD_FOREVER),
            "put");
        check(brood_condition_notify(passed, 1, NULL), "notify");
    }
    check(brood_condition_release(passed), "release");
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *players[2];
    brood_condition_t *passed;
    brood_queue_t *ball;
    apr_pool_t *pool;
    int first = 0;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_condition_create(&passed, pool), "condition");
    check(brood_queue_create(&ball, NULL, pool), "queue");
    check(brood_queue_put_bytes(ball, &first, sizeof(int), BROOD_FOREVER), "put");
    for (int i = 0; i < 2; i++) {
        check(brood_process_create(&players[i], play, BROOD_ARGS(i, passed, ball), NULL,
                                   pool),
              "create");
        check(brood_process_start(players[i]), "start");
    }
    for (int i = 0; i < 2; i++) {
        check(brood_process_join(players[i], BROOD_FOREVER), "join");
    }
    return 0;
}
