/* What the queue promises, to processes of every kind and to threads. */
#include "conformance.h"
#include <string.h>

#define EACH CONFORMANCE_TIMES(300) /* messages of one producer */
#define PRODUCERS 3u
#define SIDES (2 * PRODUCERS) /* as many consumers */
#define LARGE 20000u
#define FULL 4

/* What a case's variant says of its queue. */
enum { ROOMY, NARROW, OUT_OF_LINE };

typedef struct place_t {
    _Atomic uint8_t taken[PRODUCERS][EACH]; /* how often */
    /* Plain memory, handed over by messages. */
    uint32_t written[EACH];
    /* Plain memory, guarded by the lock of those cases that have one. */
    uint32_t next[PRODUCERS];
    uint32_t count;
} place_t;

typedef struct message_t {
    uint32_t producer, number;
    uint8_t body[LARGE];
} message_t;

static brood_queue_t *make_queue(const conformance_t *run) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_queue_t *queue;
    if (run->variant != ROOMY) {
        options.capacity_bytes = 4096;
        options.max_items = run->variant == NARROW ? FULL : 0;
    }
    assert_success(brood_queue_create(&queue, &options, run->pool));
    return queue;
}

static void setup(conformance_t *run) {
    brood_queue_t *queue = make_queue(run);
    run->mine = queue;
    conformance_args(run, BROOD_ARGS(queue));
}

static void setup_with_lock(conformance_t *run) {
    brood_queue_t *queue = make_queue(run);
    brood_lock_t *lock;
    assert_success(brood_lock_create(&lock, run->pool));
    run->mine = queue;
    conformance_args(run, BROOD_ARGS(queue, lock));
}

static void setup_two(conformance_t *run) {
    brood_queue_t *queue = make_queue(run);
    brood_queue_t *back = make_queue(run);
    run->mine = queue;
    conformance_args(run, BROOD_ARGS(queue, back));
}

/* ---- many to many ------------------------------------------------------------------- */

static size_t size_of(const conformance_party_t *self, uint32_t number) {
    size_t body = self->variant == OUT_OF_LINE ? LARGE - number : number % 200;
    return offsetof(message_t, body) + body;
}

static void write_body(const message_t *head, uint8_t *body, size_t size) {
    memset(body, (int)(head->producer * 50 + head->number), size);
}

static int produce(conformance_party_t *self, brood_queue_t *queue) {
    message_t *message = apr_pcalloc(self->pool, sizeof *message);
    message->producer = self->me;
    for (uint32_t i = 0; i < EACH; i++) {
        size_t size = size_of(self, i);
        message->number = i;
        write_body(message, message->body, size - offsetof(message_t, body));
        CHILD_OK(brood_queue_put_bytes(queue, message, size, CONFORMANCE_LATE_US));
    }
    return 0;
}

/* As many messages as one producer sends, whosever they are. */
static int consume(conformance_party_t *self, brood_queue_t *queue) {
    message_t *message = apr_palloc(self->pool, sizeof *message);
    uint8_t *wanted = apr_palloc(self->pool, LARGE);
    int64_t latest[PRODUCERS] = {-1, -1, -1};
    place_t *place = self->place;
    for (uint32_t i = 0; i < EACH; i++) {
        size_t size;
        CHILD_OK(brood_queue_get_bytes(queue, message, sizeof *message, &size,
                                       CONFORMANCE_LATE_US));
        CHILD_CHECK(message->producer < PRODUCERS && message->number < EACH);
        CHILD_CHECK(size == size_of(self, message->number));
        size -= offsetof(message_t, body);
        write_body(message, wanted, size);
        CHILD_CHECK(memcmp(message->body, wanted, size) == 0);
        CHILD_CHECK((int64_t)message->number > latest[message->producer]);
        latest[message->producer] = message->number;
        atomic_fetch_add(&place->taken[message->producer][message->number], 1);
    }
    return 0;
}

static int send_and_receive(conformance_party_t *self) {
    brood_queue_t *queue;
    CHILD_OK(BROOD_UNPACK(self->state, &queue));
    CHILD_CHECK(conformance_gate(self));
    return self->me < PRODUCERS ? produce(self, queue) : consume(self, queue);
}

static void check_each_once(conformance_t *run) {
    place_t *place = run->place;
    size_t left;
    for (uint32_t i = 0; i < PRODUCERS * EACH; i++) {
        assert_int_equal(atomic_load(&place->taken[i / EACH][i % EACH]), 1);
    }
    assert_success(brood_queue_qsize(run->mine, &left));
    assert_int_equal(left, 0);
    assert_true(brood_queue_empty(run->mine));
}

static int send_values(conformance_party_t *self) {
    brood_queue_t *queue;
    CHILD_OK(BROOD_UNPACK(self->state, &queue));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < EACH; i++) {
        const char *words = "so many";
        double number = 0;
        if (self->me == 0) {
            CHILD_OK(brood_queue_put(queue, BROOD_ARGS(words, i, i * 0.5),
                                     CONFORMANCE_LATE_US));
        } else {
            brood_values_t *values;
            int count = -1;
            apr_pool_t *pool;
            words = NULL;
            CHILD_OK(apr_pool_create(&pool, self->pool));
            CHILD_OK(brood_queue_get(queue, &values, CONFORMANCE_LATE_US, pool));
            CHILD_OK(BROOD_UNPACK(values, &words, &count, &number));
            CHILD_CHECK(strcmp(words, "so many") == 0 && count == i);
            CHILD_CHECK(number > i * 0.5 - 0.1 && number < i * 0.5 + 0.1);
            apr_pool_destroy(pool);
        }
    }
    return 0;
}

/* What was written before a put is seen after the get: no lock is needed. */
static int hand_over_memory(conformance_party_t *self) {
    brood_queue_t *queue;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &queue));
    CHILD_CHECK(conformance_gate(self));
    for (uint32_t i = 0; i < EACH; i++) {
        size_t size;
        if (self->me == 0) {
            place->written[i] = i + 1;
            CHILD_OK(brood_queue_put_bytes(queue, &i, sizeof i, CONFORMANCE_LATE_US));
        } else if (i % (self->count - 1) == self->me - 1) {
            uint32_t at;
            CHILD_OK(
                brood_queue_get_bytes(queue, &at, sizeof at, &size, CONFORMANCE_LATE_US));
            CHILD_CHECK(size == sizeof at && at < EACH);
            CHILD_CHECK(place->written[at] == at + 1);
            place->written[at] = 0;
        }
    }
    return 0;
}

static void check_handed_over(conformance_t *run) {
    place_t *place = run->place;
    for (uint32_t i = 0; i < EACH; i++) {
        assert_int_equal(place->written[i], 0);
    }
}

/* ---- two objects -------------------------------------------------------------------- */

/* Consumers who take under a lock: between them too, each producer's order is kept. */
static int take_under_a_lock(conformance_party_t *self) {
    brood_queue_t *queue;
    brood_lock_t *lock;
    place_t *place = self->place;
    uint32_t message[2] = {self->me, 0};
    size_t size;
    CHILD_OK(BROOD_UNPACK(self->state, &queue, &lock));
    CHILD_CHECK(conformance_gate(self));
    for (uint32_t i = 0; i < EACH; i++) {
        if (self->me < PRODUCERS) {
            message[1] = i;
            CHILD_OK(brood_queue_put_bytes(queue, message, sizeof message,
                                           CONFORMANCE_LATE_US));
            continue;
        }
        CHILD_OK(brood_lock_acquire(lock, CONFORMANCE_LATE_US));
        CHILD_OK(brood_queue_get_bytes(queue, message, sizeof message, &size,
                                       CONFORMANCE_LATE_US));
        CHILD_CHECK(message[0] < PRODUCERS && message[1] == place->next[message[0]]);
        place->next[message[0]]++;
        place->count++;
        CHILD_OK(brood_lock_release(lock));
    }
    return 0;
}

static void check_all_in_order(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(place->count, PRODUCERS * EACH);
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        assert_int_equal(place->next[i], EACH);
    }
}

/* Questions by one queue, answers by another; as many may be under way as both have room for. */
static int ask_and_answer(conformance_party_t *self) {
    brood_queue_t *queue, *back;
    uint32_t number, asked = 0, answered = 0;
    uint32_t all = EACH * (self->count - 1);
    size_t size;
    CHILD_OK(BROOD_UNPACK(self->state, &queue, &back));
    CHILD_CHECK(conformance_gate(self));
    for (uint32_t i = 0; self->me != 0 && i < EACH; i++) {
        CHILD_OK(brood_queue_get_bytes(queue, &number, sizeof number, &size,
                                       CONFORMANCE_LATE_US));
        number = number * 2 + 1;
        CHILD_OK(
            brood_queue_put_bytes(back, &number, sizeof number, CONFORMANCE_LATE_US));
    }
    while (self->me == 0 && answered < all) {
        if (asked < all && asked - answered < FULL) {
            CHILD_OK(brood_queue_put_bytes(queue, &asked, sizeof asked, 0));
            asked++;
            continue;
        }
        CHILD_OK(brood_queue_get_bytes(back, &number, sizeof number, &size,
                                       CONFORMANCE_LATE_US));
        CHILD_CHECK(number % 2 == 1 && number / 2 < all);
        answered++;
        ((place_t *)self->place)->count += number;
    }
    return 0;
}

static void check_answers(conformance_t *run) {
    place_t *place = run->place;
    uint32_t all = EACH * (run->at->parties - 1);
    assert_int_equal(place->count, all * all); /* 1 + 3 + 5 + … */
    assert_true(brood_queue_empty(run->mine));
}

static const conformance_case_t cases[] = {
    {.name = "each message goes to one",
     .parties = SIDES,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = send_and_receive,
     .check = check_each_once},
    {.name = "each message goes to one through a narrow queue",
     .parties = SIDES,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = send_and_receive,
     .check = check_each_once,
     .variant = NARROW},
    {.name = "each large message goes to one",
     .parties = SIDES,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = send_and_receive,
     .check = check_each_once,
     .variant = OUT_OF_LINE},
    {.name = "values arrive as they were",
     .parties = 2,
     .setup = setup,
     .party = send_values},
    {.name = "a message hands memory over",
     .parties = 4,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = hand_over_memory,
     .check = check_handed_over,
     .variant = NARROW},
    {.name = "a queue and a lock",
     .parties = SIDES,
     .place_size = sizeof(place_t),
     .setup = setup_with_lock,
     .party = take_under_a_lock,
     .check = check_all_in_order,
     .variant = NARROW},
    {.name = "two queues",
     .parties = 4,
     .place_size = sizeof(place_t),
     .setup = setup_two,
     .party = ask_and_answer,
     .check = check_answers,
     .variant = NARROW},
};
CONFORMANCE_MAIN(cases)
