/* Values from hostile bytes: decoded or refused; and what was decoded can be read in every
 * way, printed, and packed again to the same values. */
#include "handle.h"
#include "values.h"
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINE_SIZE 4096

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

/* Tries every place on the next value. Some take it, but for a map, and none moves. */
static void try_everything(const brood_reader_t *reader, brood_kind_t kind) {
    brood_reader_t copy;
    bool boolean;
    int8_t small;
    uint32_t medium;
    int64_t integer;
    uint64_t positive;
    float single;
    double real;
    const char *text;
    size_t size;
    brood_bytes_t bytes;
    const brood_values_t *list;
    brood_queue_t *queue;
    brood_connection_t *connection;
    brood_lock_t *lock;
    int taken = 0;
#define TRY(call)                       \
    do {                                \
        copy = *reader;                 \
        taken += (call) == APR_SUCCESS; \
    } while (0)
    TRY(brood_read_bool(&copy, &boolean));
    TRY(BROOD_READ(&copy, &small));
    TRY(BROOD_READ(&copy, &medium));
    TRY(brood_read_int(&copy, &integer));
    TRY(brood_read_uint(&copy, &positive));
    TRY(BROOD_READ(&copy, &single));
    TRY(brood_read_double(&copy, &real));
    TRY(brood_read_string(&copy, &text, NULL));
    TRY(brood_read_string(&copy, &text, &size));
    TRY(brood_read_bytes(&copy, &bytes));
    TRY(brood_read_values(&copy, &list));
    TRY(brood_read_queue(&copy, &queue));
    TRY(brood_read_connection(&copy, &connection));
    TRY(brood_read_lock(&copy, &lock));
    require(taken > 0 || kind == BROOD_MAP);
}

/* Walks over all values, into every list and map. */
static void read_everything(brood_reader_t *reader) {
    size_t depth = 0;
    int tries = 5; /* words for failures take most of the time */
    while (depth > 0 || !brood_read_at_end(reader)) {
        brood_kind_t kind;
        apr_status_t status;
        if (brood_read_at_end(reader)) {
            require(brood_read_leave(reader) == APR_SUCCESS);
            depth--;
            continue;
        }
        require(brood_read_kind(reader, &kind) == APR_SUCCESS);
        if (tries-- > 0)
            try_everything(reader, kind);
        if (kind == BROOD_LIST)
            status = brood_read_list_enter(reader, NULL);
        else if (kind == BROOD_MAP)
            status = brood_read_map_enter(reader, NULL);
        else
            status = brood_read_skip(reader);
        require(status == APR_SUCCESS);
        depth += kind == BROOD_LIST || kind == BROOD_MAP;
    }
    require(brood_read_skip(reader) == BROOD_ECOUNT);
}

/* Packed as one value among others and unpacked again, they are the same. */
static void pack_again(const brood_values_t *values, const char *line, apr_pool_t *pool) {
    brood_values_t *outer;
    brood_values_t *arrived;
    const brood_values_t *inner;
    brood_handle_t *const *table;
    brood_lock_t *lock;
    char again[LINE_SIZE];
    brood_lock_t *own = (brood_lock_t *)(void *)&objects[2];
    apr_status_t status = brood_values_pack(&outer, BROOD_ARGS(own, values), pool);
    if (status == APR_EINVAL)
        return; /* they are as deep as can be already */
    require(status == APR_SUCCESS);
    brood_bytes_t bytes = brood__values_bytes(outer);
    size_t count = brood__values_handles(outer, &table);
    require(brood__values_decode(&arrived, bytes.data, bytes.size, table, count, 1,
                                 pool) == APR_SUCCESS);
    require(BROOD_UNPACK(arrived, &lock, &inner) == APR_SUCCESS);
    (void)brood_values_print(inner, again, sizeof again);
    require(lock == own && strcmp(line, again) == 0);
    bytes = brood__values_bytes(inner);
    count = brood__values_handles(inner, &table);
    require(brood__values_decode(&arrived, bytes.data, bytes.size, table, count, 0,
                                 pool) == APR_SUCCESS);
    require(brood_values_count(arrived) == brood_values_count(values));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    apr_pool_t *pool;
    brood_values_t *values;
    brood_reader_t reader;
    char line[LINE_SIZE];
    require(apr_pool_create(&pool, root_pool()) == APR_SUCCESS);
    int copy = size % 2 == 0;
    apr_status_t status =
        brood__values_decode(&values, data, size, handles, 3, copy, pool);
    require(status == APR_SUCCESS || status == BROOD_EENCODING);
    if (status == APR_SUCCESS) {
        (void)brood_values_print(values, line, sizeof line);
        brood_reader_init(&reader, values);
        read_everything(&reader);
        pack_again(values, line, pool);
    }
    apr_pool_destroy(pool);
    return 0;
}
