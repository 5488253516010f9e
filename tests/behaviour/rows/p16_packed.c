/* What travels to a child as it is, what as a table of fields says, and what does not. */
#include "support/say.h"

typedef struct point_t {
    int32_t x;
    double y;
} point_t;

static const brood_field_t point_fields[] = {
    BROOD_FIELD_INT(point_t, x),
    BROOD_FIELD_DOUBLE(point_t, y),
};
static const brood_descriptor_t point_descriptor =
    BROOD_DESCRIPTOR("point", 1, 1, point_t, point_fields, NULL);

static int answer(const brood_values_t *state, apr_pool_t *pool) {
    const brood_values_t *packed;
    brood_shared_value_t *value;
    brood_connection_t *pipe;
    brood_queue_t *queue;
    point_t point;
    MUST(BROOD_UNPACK(state, &pipe, &queue, &value, &packed));
    MUST(brood_descriptor_unpack(&point_descriptor, packed, &point, pool));
    MUST(brood_connection_send(pipe, BROOD_ARGS("hello"), BROOD_FOREVER));
    MUST(brood_queue_put(queue, BROOD_ARGS(point.x, point.y), BROOD_FOREVER));
    MUST(brood_shared_value_set_int(value, 7, BROOD_FOREVER));
    return 0;
}

static void say_message(const char *through, const brood_values_t *message) {
    char line[80];
    brood_values_print(message, line, sizeof(line));
    say("%s: %s\n", through, line);
}

int main(int argc, char **argv) {
    point_t point = {3, 4.5};
    brood_connection_t *here, *there;
    brood_values_t *packed, *message;
    brood_shared_value_t *value;
    brood_process_t *child;
    brood_queue_t *queue;
    apr_pool_t *pool;
    int64_t number;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_pipe_create(&here, &there, 0, pool));
    MUST(brood_queue_create(&queue, NULL, pool));
    MUST(brood_shared_value_create(&value, 'i', NULL, pool));
    MUST(brood_descriptor_pack(&point_descriptor, &point, &packed, pool));

    MUST(brood_process_create(&child, answer, BROOD_ARGS(there, queue, value, packed),
                              NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(brood_connection_recv(here, &message, BROOD_FOREVER, pool));
    say_message("a connection", message);
    MUST(brood_queue_get(queue, &message, BROOD_FOREVER, pool));
    say_message("a queue, and a struct", message);
    MUST(brood_shared_value_get_int(value, &number, BROOD_FOREVER));
    say("a shared value: %d\n", (int)number);
    say("a connection through another, to whoever reads it: %s\n",
        name_of(brood_connection_send(there, BROOD_ARGS(here), 0)));
    return 0;
}
