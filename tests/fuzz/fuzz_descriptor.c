/* The state of a struct from hostile bytes: unpacked or refused; and what was unpacked
 * passes its check, prints, and packs again to the same struct. */
#include "brood/descriptor.h"
#include "handle.h"
#include "values.h"
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINE_SIZE 4096

typedef struct inner_t {
    uint16_t a;
    float b;
} inner_t;

typedef struct state_t {
    bool flag;
    int8_t tiny;
    uint64_t big;
    double real;
    const char *text;
    char chars[6];
    brood_bytes_t bytes;
    const brood_values_t *values;
    inner_t inner;
    int16_t array[3];
    brood_queue_t *queue;
    brood_connection_t *connection;
    brood_lock_t *lock;
} state_t;

static const state_t defaults = {.flag = true, .text = "default", .inner = {7, 0.5f}};

static const brood_field_t inner_fields[] = {
    BROOD_FIELD_INT(inner_t, a),
    BROOD_FIELD_DOUBLE(inner_t, b, BROOD_SINCE(2)),
};
static const brood_descriptor_t inner =
    BROOD_DESCRIPTOR("i", 2, 1, inner_t, inner_fields, NULL);

static const brood_field_t fields[] = {
    BROOD_FIELD_BOOL(state_t, flag),
    BROOD_FIELD_INT(state_t, tiny, BROOD_LIMITS(-9, 99)),
    BROOD_FIELD_INT(state_t, big, BROOD_SINCE(2)),
    BROOD_FIELD_DOUBLE(state_t, real, BROOD_LIMITS_REAL(0, 1e6)),
    BROOD_FIELD_STRING(state_t, text, BROOD_REQUIRED, BROOD_SINCE(2)),
    BROOD_FIELD_CHARS(state_t, chars),
    BROOD_FIELD_BYTES(state_t, bytes, BROOD_SINCE(3)),
    BROOD_FIELD_VALUES(state_t, values, BROOD_SINCE(3)),
    BROOD_FIELD_STRUCT(state_t, inner, &inner, BROOD_SINCE(2)),
    BROOD_FIELD_INT_ARRAY(state_t, array, BROOD_SINCE(3)),
    BROOD_FIELD_QUEUE(state_t, queue, BROOD_SINCE(3)),
    BROOD_FIELD_CONNECTION(state_t, connection, BROOD_SINCE(3)),
    BROOD_FIELD_LOCK(state_t, lock, BROOD_SINCE(3)),
};
static const brood_descriptor_t descriptor =
    BROOD_DESCRIPTOR("s", 3, 1, state_t, fields, &defaults);

static brood_handle_t objects[3];
static brood_handle_t *const handles[] = {&objects[0], &objects[1], &objects[2]};

static apr_pool_t *root_pool(void) {
    static apr_pool_t *pool;
    if (pool == NULL) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
        brood__handle_init(&objects[0], &brood__queue_class);
        brood__handle_init(&objects[1], &brood__connection_class);
        brood__handle_init(&objects[2], &brood__lock_class);
    }
    return pool;
}

static void require(bool holds) {
    if (!holds)
        abort();
}

static void pack_again(const state_t *state, apr_pool_t *pool) {
    char line[LINE_SIZE];
    char again[LINE_SIZE];
    brood_values_t *values;
    state_t copy;
    require(brood_descriptor_check(&descriptor, state) == APR_SUCCESS);
    (void)brood_descriptor_print(&descriptor, state, line, sizeof line);
    apr_status_t status = brood_descriptor_pack(&descriptor, state, &values, pool);
    if (status == APR_EINVAL)
        return; /* the values in it came two levels higher, and are too deep now */
    require(status == APR_SUCCESS);
    require(brood_descriptor_unpack(&descriptor, values, &copy, pool) == APR_SUCCESS);
    (void)brood_descriptor_print(&descriptor, &copy, again, sizeof again);
    require(strcmp(line, again) == 0);
}

static bool is_zero(const state_t *state) {
    static const state_t zero;
    return memcmp(state, &zero, sizeof zero) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    apr_pool_t *pool;
    brood_values_t *values;
    state_t state;
    require(apr_pool_create(&pool, root_pool()) == APR_SUCCESS);
    memset(&state, 0xee, sizeof state);
    if (brood__values_decode(&values, data, size, handles, 3, 0, pool) == APR_SUCCESS) {
        if (brood_descriptor_unpack(&descriptor, values, &state, pool) == APR_SUCCESS)
            pack_again(&state, pool);
        else
            require(is_zero(&state));
    }
    apr_pool_destroy(pool);
    return 0;
}
