/* Boot records from hostile bytes: refused, or decoded to fields that stay within what was
 * there, which encode and decode to the same again. An input that begins with an odd byte
 * goes through a stream, as a child reads it: head, handles, record. */
#include "boot_record.h"
#include "handle.h"
#include "os/handle.h"
#include "values.h"
#include <apr_general.h>
#include <apr_pools.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static apr_pool_t *root_pool(void) {
    static apr_pool_t *pool;
    if (pool == NULL) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
    }
    return pool;
}

static void require(int holds) {
    if (!holds) {
        abort();
    }
}

static int same_bytes(brood_bytes_t one, brood_bytes_t other) {
    return one.size == other.size &&
           (one.size == 0 || memcmp(one.data, other.data, one.size) == 0);
}

/* Every byte that a field promises can be read. */
static unsigned sum_of(const brood__boot_record_t *record) {
    const brood_bytes_t all[] = {record->state, record->codes, record->numbers};
    unsigned sum = (unsigned)(strlen(record->name) + strlen(record->label) +
                              strlen(record->directory) + strlen(record->target.path));
    size_t i, j;

    for (i = 0; i < sizeof all / sizeof all[0]; i++) {
        for (j = 0; j < all[i].size; j++) {
            sum += ((const uint8_t *)all[i].data)[j];
        }
    }
    require(record->target.build_id_length <= BROOD_OS_BUILD_ID_MAX);
    require(record->numbers.size % sizeof(uint64_t) == 0);
    return sum;
}

static void check_record(const brood__boot_record_t *record, apr_pool_t *pool) {
    brood__boot_record_t again;
    brood_values_t *state;
    brood_bytes_t bytes;
    unsigned sum = sum_of(record);

    require(brood__boot_record_encode(record, &bytes, pool) == APR_SUCCESS);
    require(brood__boot_record_decode(&again, bytes.data, bytes.size, pool) ==
            APR_SUCCESS);
    require(sum_of(&again) == sum);
    require(again.role == record->role && again.participant == record->participant &&
            again.daemon == record->daemon && again.served == record->served &&
            again.parent.pid == record->parent.pid &&
            again.parent.birth == record->parent.birth &&
            again.target.offset == record->target.offset &&
            again.target.build_id_length == record->target.build_id_length);
    require(strcmp(again.name, record->name) == 0 &&
            strcmp(again.label, record->label) == 0 &&
            strcmp(again.directory, record->directory) == 0 &&
            strcmp(again.target.path, record->target.path) == 0);
    require(same_bytes(again.state, record->state) &&
            same_bytes(again.codes, record->codes) &&
            same_bytes(again.numbers, record->numbers));
    /* What the child does with the state next. */
    (void)brood__values_decode(&state, record->state.data, record->state.size, NULL, 0, 0,
                               pool);
}

static void through_a_stream(const uint8_t *data, size_t size, apr_pool_t *pool) {
    brood_os_handle_t one, other;
    brood__boot_record_t record;
    brood__parcel_t *parcel;
    size_t length = size;

    require(brood_os_stream_pair(&one, &other) == APR_SUCCESS);
    if (size == 0 || brood_os_stream_write(one, data, &length, 0) == APR_SUCCESS) {
        one = brood_os_handle_close(one);
        if (brood__boot_receive(other, &record, &parcel, pool) == APR_SUCCESS) {
            check_record(&record, pool);
        }
    }
    brood_os_handle_close(one);
    brood_os_handle_close(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    brood__boot_record_t record;
    apr_pool_t *pool;

    if (apr_pool_create(&pool, root_pool()) != APR_SUCCESS) {
        return 0;
    }
    if (size > 0 && (data[0] & 1) != 0 && size < 4096) {
        through_a_stream(data + 1, size - 1, pool);
    } else if (size > 0 && brood__boot_record_decode(&record, data + 1, size - 1, pool) ==
                               APR_SUCCESS) {
        check_record(&record, pool);
    }
    apr_pool_destroy(pool);
    return 0;
}
