/* The scenario on the queue: what its files tell each other. */
#ifndef BROOD_SIMULATION_QUEUE_H
#define BROOD_SIMULATION_QUEUE_H

#include "simulation.h"

#include "payload.h"
#include "../../src/common/queue.h"
#include "brood/message.h"
#include "brood/queue.h"
#include "brood/wait.h"

#define LANES 4u    /* of producers, and of consumers */
#define NUMBERS 64u /* messages of one lane */
#define BUFFER (48u << 10)
#define BATCH 5u

/* What a message begins with. */
typedef struct head_t {
    uint32_t lane;
    uint32_t number;
    uint32_t size; /* this head included */
    uint32_t check;
} head_t;

typedef enum fate_t {
    FATE_NONE,    /* never begun */
    FATE_BEGUN,   /* being put; of a producer that died: put or not */
    FATE_PUT,     /* put has returned */
    FATE_REFUSED, /* put has failed: it must not be there */
} fate_t;

/* What is known of a message. */
typedef struct record_t {
    fate_t fate;
    int64_t begun_ns;
    uint32_t taken;      /* how often somebody got it */
    uint32_t deliveries; /* as last said */
    int done;            /* acknowledged, or taken for good */
    int may_be_done; /* somebody died while doing that, or had a whole copy when he died */
    uint32_t holder;  /* process that leases it, 0: none */
    int64_t until_ns; /* and until when; 0: for ever */
} record_t;

typedef enum call_t {
    CALL_NONE,
    CALL_COPY,     /* into the lane's buffer */
    CALL_IN_PLACE, /* into the hands, for good */
    CALL_LEASE,
    CALL_ACKNOWLEDGE,
    CALL_TASK_DONE
} call_t;

typedef struct lane_t {
    uint32_t lane;
    int is_consumer;
    uint32_t id;         /* participant */
    uint32_t process;    /* 0: none */
    int ended;           /* and needs no other process */
    brood_queue_t queue; /* as this process sees it */
    /* producer */
    uint32_t last; /* number begun */
    size_t size;   /* that it waits to put */
    int in_place;
    /* consumer */
    call_t call;
    record_t *subject; /* of CALL_ACKNOWLEDGE */
    uint32_t latest[LANES];
    uint8_t buffer[BUFFER];
    /* a look at the queue: what was true during it */
    int looks;
    uint64_t sizes_seen; /* bit n: it held n messages */
    uint32_t full_seen;  /* bit 0: it was not full, bit 1: it was */
} lane_t;

typedef struct world_t {
    brood_queue_t *queue; /* the first process's */
    uint32_t flags;
    uint32_t producers, consumers;
    uint32_t quota;    /* messages of a producer */
    uint32_t large;    /* per cent of messages that lie beside the ring */
    uint32_t in_place; /* per cent of calls */
    uint32_t in_batches;
    uint32_t waits; /* per cent of calls before which a consumer waits for the queue */
    uint32_t deliveries_max;
    int buries; /* the first process learns of deaths */
    int consumers_die;
    int ends_by_shutdown;
    int stops_at; /* after so many messages it is shut down; 0: no */
    int stops_at_once;
    lane_t lanes[2][LANES]; /* of producers, of consumers */
    record_t records[LANES][NUMBERS + 1];
    int stopping; /* producers are done: who finds nothing ends */
    int shut;     /* 1: shutdown has returned; 2: it dropped all */
    int shutting; /* it has begun */
    uint32_t
        in_dead_hands; /* at the most so many taken messages are gone with the dead */
    uint32_t consumer_deaths;
    uint32_t unseen; /* deliveries that were over when the call returned */
    uint32_t begun, tasks, tasks_maybe;
} world_t;

extern world_t world;

void produce(void *lane);
void consume(void *lane);

/* A process's first and its last words. */
void lane_enter(lane_t *lane);

/* Sometimes: asks how many there are, and whether it is full. */
void lane_look(lane_t *lane);
void watch_looks(void);

void message_write(void *place, uint32_t lane, uint32_t number, uint32_t size);
/* NULL: it is torn. */
record_t *message_read(const void *place, size_t size);
void message_taken(lane_t *lane, const void *place, size_t size, uint32_t deliveries);

void waits_for_message(lane_t *lane);
void waits_for_room(lane_t *lane, size_t size, int in_place);
void waits_no_more(void);

/* What the shared words say at this moment. */
uint32_t count_items(void);
uint32_t count_hand(uint32_t hand);
int is_full_for(size_t size);

/* Nobody is left: takes what there is and holds everything against the records. */
void check_the_end(void);

#define EXPECT(rv, what)                                                               \
    do {                                                                               \
        apr_status_t expect_rv = (rv);                                                 \
        if (expect_rv != APR_SUCCESS) {                                                \
            simulation_fault("%s: %d %s", what, (int)expect_rv, brood_error_detail()); \
        }                                                                              \
    } while (0)

#endif
