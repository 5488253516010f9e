/* Boot record: encoding, decoding, and the way over the stream. */
#include "boot_record.h"

#include "brood/args.h"
#include "os/fault.h"
#include "os/handle.h"
#include "status.h"
#include "stream.h"
#include "values.h"
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#define BOOT_MAGIC 0x42424f4fu /* "OOBB" */
#define RECORD_MOST ((uint64_t)1 << 30)
#define HANDLES_MOST 4096u
#define FIELDS 22

typedef struct boot_head_t {
    uint32_t magic;
    uint32_t version;
    uint64_t record_size;
    uint32_t handle_count;
    uint32_t unused;
} boot_head_t;

apr_status_t brood__boot_record_encode(const brood__boot_record_t *record,
                                       brood_bytes_t *bytes, apr_pool_t *pool) {
    brood_values_t *values;
    const brood_os_place_t *target = &record->target;
    const brood_arg_t fields[FIELDS] = {
        brood_arg_int(BROOD__BOOT_VERSION),
        brood_arg_int(record->role),
        brood_arg_int(record->chosen),
        brood_arg_string(record->name),
        brood_arg_int(record->daemon),
        brood_arg_int(record->parent.pid),
        brood_arg_uint(record->parent.birth),
        brood_arg_uint(record->participant),
        brood_arg_string(record->directory),
        brood_arg_int(record->served),
        brood_arg_int(target->is_program),
        /* bytes, not a string: a path need not be UTF-8 on POSIX */
        brood_arg_bytes(brood_bytes(target->path, strlen(target->path))),
        brood_arg_uint(target->offset),
        brood_arg_bytes(brood_bytes(target->build_id, target->build_id_length)),
        brood_arg_bytes(record->state),
        brood_arg_bytes(record->codes),
        brood_arg_bytes(record->numbers),
        brood_arg_string(record->label),
        brood_arg_int(record->end_with_parent),
        brood_arg_string(record->parent_name),
        brood_arg_int(record->log.level),
        brood_arg_int(record->log.to_stderr),
    };
    brood_args_t args = {FIELDS, fields};
    apr_status_t rv = brood_values_pack(&values, args, pool);
    *bytes = rv == APR_SUCCESS ? brood__values_bytes(values) : brood_bytes(NULL, 0);
    return rv;
}

/* The version comes first and is looked at alone, so that a record of another version is told
 * as such whatever else it holds. */
static apr_status_t version_check(const brood_values_t *values) {
    brood_reader_t reader;
    int64_t version = 0;
    apr_status_t rv;
    brood_reader_init(&reader, values);
    rv = brood_read_int(&reader, &version);
    if (rv == APR_SUCCESS && version != BROOD__BOOT_VERSION) {
        rv = brood__fail(BROOD_EVERSION, "a boot record of version %lld, this is %d",
                         (long long)version, BROOD__BOOT_VERSION);
    }
    return rv;
}

static apr_status_t fields_check(const brood__boot_record_t *record, brood_bytes_t path,
                                 brood_bytes_t build_id) {
    const char *wrong = NULL;
    if (record->role != BROOD__ROLE_CHILD && record->role != BROOD__ROLE_FORKSERVER) {
        wrong = "role";
    } else if (brood_start_method_name(record->chosen) == NULL) {
        wrong = "start method";
    } else if (record->name == NULL || record->label == NULL ||
               record->parent_name == NULL || record->directory == NULL) {
        wrong = "name or directory";
    } else if (record->end_with_parent < 0 || record->end_with_parent > 2) {
        wrong = "end with the parent";
    } else if (record->log.level < 0 || record->log.level > BROOD_LOG_OFF) {
        wrong = "level of the log";
    } else if (record->participant == 0) {
        wrong = "participant";
    } else if (path.size >= BROOD_OS_PATH_MAX ||
               memchr(path.data, '\0', path.size) != NULL) {
        wrong = "path of the target's module";
    } else if (build_id.size > BROOD_OS_BUILD_ID_MAX) {
        wrong = "build identity";
    } else if (record->role == BROOD__ROLE_CHILD && build_id.size == 0) {
        wrong = "target";
    } else if (record->numbers.size % sizeof(uint64_t) != 0) {
        wrong = "numbers of the handles";
    }
    return wrong == NULL
               ? APR_SUCCESS
               : brood__fail(BROOD_EENCODING, "the boot record has no valid %s", wrong);
}

apr_status_t brood__boot_record_decode(brood__boot_record_t *record, const void *data,
                                       size_t size, apr_pool_t *pool) {
    brood_values_t *values;
    brood_bytes_t path = {"", 0};
    brood_bytes_t build_id = {"", 0};
    int version, role, chosen;
    apr_status_t rv;
    memset(record, 0, sizeof *record);
    rv = brood__values_decode(&values, data, size, NULL, 0, 0, pool);
    if (rv == APR_SUCCESS) {
        rv = version_check(values);
    }
    if (rv == APR_SUCCESS) {
        rv = BROOD_UNPACK(values, &version, &role, &chosen, &record->name,
                          &record->daemon, &record->parent.pid, &record->parent.birth,
                          &record->participant, &record->directory, &record->served,
                          &record->target.is_program, &path, &record->target.offset,
                          &build_id, &record->state, &record->codes, &record->numbers,
                          &record->label, &record->end_with_parent, &record->parent_name,
                          &record->log.level, &record->log.to_stderr);
    }
    if (rv != APR_SUCCESS) {
        return brood__fail_within(rv, "boot record: ");
    }
    record->role = (brood__role_t)role;
    record->chosen = (brood_start_method_t)chosen;
    rv = fields_check(record, path, build_id);
    if (rv == APR_SUCCESS) {
        memcpy(record->target.path, path.data, path.size);
        memcpy(record->target.build_id, build_id.data, build_id.size);
        record->target.build_id_length = (uint32_t)build_id.size;
    }
    return rv;
}

static apr_status_t handles_send(brood_os_handle_t stream, const brood_os_process_t *peer,
                                 const brood_os_handle_t *handles, size_t count,
                                 brood_os_deadline_t deadline) {
    for (size_t sent = 0; sent < count;) {
        size_t piece =
            count - sent < BROOD_OS_HANDLES_MAX ? count - sent : BROOD_OS_HANDLES_MAX;
        apr_status_t rv =
            brood_os_handles_send(stream, peer, handles + sent, piece, deadline);
        if (rv != APR_SUCCESS) {
            return rv;
        }
        sent += piece;
    }
    return APR_SUCCESS;
}

apr_status_t brood__boot_send(brood_os_handle_t stream, const brood_os_process_t *peer,
                              brood_bytes_t record, const brood__parcel_t *parcel,
                              brood_os_deadline_t deadline) {
    const brood_os_handle_t *handles;
    boot_head_t head = {BOOT_MAGIC, BROOD__BOOT_VERSION, record.size, 0, 0};
    size_t count = brood__parcel_os_handles(parcel, &handles);
    size_t done = 0;
    apr_status_t rv;
    if (count > HANDLES_MOST || record.size > RECORD_MOST) {
        return brood__fail(BROOD_ETOOBIG, "a state of %llu bytes with %llu handles",
                           (unsigned long long)record.size, (unsigned long long)count);
    }
    head.handle_count = (uint32_t)count;
    rv = brood__stream_write_all(stream, &head, sizeof head, &done, deadline);
    if (rv == APR_SUCCESS) {
        rv = handles_send(stream, peer, handles, count, deadline);
    }
    if (rv == APR_SUCCESS) {
        done = 0;
        rv = brood__stream_write_all(stream, record.data, record.size, &done, deadline);
    }
    return rv;
}

static apr_status_t head_receive(brood_os_handle_t stream, boot_head_t *head) {
    size_t have = 0;
    apr_status_t rv =
        brood__stream_read_all(stream, head, sizeof *head, &have, BROOD_OS_FOREVER);
    if (rv == APR_SUCCESS &&
        (head->magic != BOOT_MAGIC || head->record_size > RECORD_MOST ||
         head->handle_count > HANDLES_MOST)) {
        rv = brood__fail(BROOD_EENCODING, "the stream does not begin with a boot record");
    }
    if (rv == APR_SUCCESS && head->version != BROOD__BOOT_VERSION) {
        rv = brood__fail(BROOD_EVERSION, "a boot record of version %u, this is %d",
                         (unsigned)head->version, BROOD__BOOT_VERSION);
    }
    return rv;
}

static apr_status_t handles_receive(brood_os_handle_t stream, brood_os_handle_t *handles,
                                    size_t count, size_t *have) {
    while (*have < count) { /* ends with the last handle or a failure */
        size_t piece =
            count - *have < BROOD_OS_HANDLES_MAX ? count - *have : BROOD_OS_HANDLES_MAX;
        apr_status_t rv =
            brood_os_handles_receive(stream, handles + *have, piece, BROOD_OS_FOREVER);
        if (rv != APR_SUCCESS) {
            return rv;
        }
        *have += piece;
    }
    return APR_SUCCESS;
}

static apr_status_t record_receive(brood_os_handle_t stream, size_t size,
                                   brood__boot_record_t *record, apr_pool_t *pool) {
    size_t have = 0;
    void *data = apr_palloc(pool, size == 0 ? 1 : size);
    apr_status_t rv = data == NULL ? APR_ENOMEM
                                   : brood__stream_read_all(stream, data, size, &have,
                                                            BROOD_OS_FOREVER);
    return rv != APR_SUCCESS ? rv : brood__boot_record_decode(record, data, size, pool);
}

apr_status_t brood__boot_receive(brood_os_handle_t stream, brood__boot_record_t *record,
                                 brood__parcel_t **parcel, apr_pool_t *pool) {
    boot_head_t head;
    brood_os_handle_t *handles;
    size_t have = 0;
    apr_status_t rv;
    memset(record, 0, sizeof *record);
    *parcel = NULL;
    rv = head_receive(stream, &head);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    handles = apr_palloc(pool, sizeof *handles * (head.handle_count + 1u));
    rv = handles == NULL ? APR_ENOMEM
                         : handles_receive(stream, handles, head.handle_count, &have);
    if (rv == APR_SUCCESS) {
        rv = record_receive(stream, (size_t)head.record_size, record, pool);
    }
    if (rv == APR_SUCCESS) {
        /* the copy is aligned, the bytes within the record need not be */
        const uint64_t *numbers =
            apr_pmemdup(pool, record->numbers.data, record->numbers.size);
        rv = brood__parcel_arrived(parcel, handles, have, numbers,
                                   record->numbers.size / sizeof(uint64_t), pool);
    }
    for (size_t i = 0; rv != APR_SUCCESS && i < have; i++) {
        brood_os_handle_close(handles[i]);
    }
    return rv;
}
