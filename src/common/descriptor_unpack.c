/* Values into a struct.
 *
 * The fields of the map are looked up in the table by their names. A field that the table
 * lacks is refused as much as one that the values lack: a reader that went on would have
 * only part of the state and not know it. */
#include "descriptor.h"

#include <apr_strings.h>
#include <string.h>

typedef struct unpack_t {
    brood_reader_t *reader;
    apr_pool_t *pool;
} unpack_t;

static apr_status_t read_struct(unpack_t *unpack, const brood_descriptor_t *descriptor,
                                void *object);

/* ---- members ---- */

static apr_status_t read_chars(unpack_t *unpack, const brood_field_t *field,
                               void *object) {
    const char *text;
    char *at = (char *)object + field->offset;
    apr_status_t status = brood_read_string(unpack->reader, &text, NULL);
    if (status != APR_SUCCESS)
        return status;
    if (text == NULL)
        return brood__fail(BROOD_ETYPE, "it is nil, wanted is a string");
    size_t size = strlen(text) + 1;
    if (size > field->size)
        return brood__fail(BROOD_ERANGE, "it takes %zu characters, there is room for %zu",
                           size, field->size);
    memset(at, 0, field->size);
    memcpy(at, text, size);
    return APR_SUCCESS;
}

static apr_status_t read_array(unpack_t *unpack, const brood_field_t *field,
                               void *object) {
    size_t count;
    apr_status_t status = brood_read_list_enter(unpack->reader, &count);
    if (status == APR_SUCCESS && count != field->elements)
        status = brood__fail(BROOD_ECOUNT, "it has %zu items, the array %zu", count,
                             field->elements);
    for (size_t i = 0; i < field->elements && status == APR_SUCCESS; i++)
        status = brood_read(unpack->reader, brood__member_slot(field, object, i));
    return status == APR_SUCCESS ? brood_read_leave(unpack->reader) : status;
}

static apr_status_t read_nested(unpack_t *unpack, const brood_field_t *field,
                                void *object) {
    apr_status_t status = brood_read_list_enter(unpack->reader, NULL);
    if (status == APR_SUCCESS)
        status = read_struct(unpack, field->descriptor, (char *)object + field->offset);
    return status == APR_SUCCESS ? brood_read_leave(unpack->reader) : status;
}

/* Text and bytes that were read belong to the values; the struct gets its own. */
static apr_status_t own_copy(unpack_t *unpack, const brood_field_t *field, void *object) {
    char *at = (char *)object + field->offset;
    if (field->kind == BROOD_MEMBER_STRING) {
        const char *text;
        memcpy(&text, at, sizeof text);
        text = text == NULL ? NULL : apr_pstrdup(unpack->pool, text);
        memcpy(at, &text, sizeof text);
    } else {
        brood_bytes_t bytes;
        memcpy(&bytes, at, sizeof bytes);
        bytes.data = apr_pmemdup(unpack->pool, bytes.size > 0 ? bytes.data : "",
                                 bytes.size > 0 ? bytes.size : 1);
        if (bytes.data == NULL)
            return brood__fail(APR_ENOMEM, "no memory for %zu bytes", bytes.size);
        memcpy(at, &bytes, sizeof bytes);
    }
    return APR_SUCCESS;
}

static bool may_be_nil(const brood_field_t *field) {
    switch (field->kind) {
    case BROOD_MEMBER_STRING:
    case BROOD_MEMBER_BYTES:
    case BROOD_MEMBER_VALUES: return true;
    default: return brood__member_is_handle(field->kind);
    }
}

static apr_status_t read_member(unpack_t *unpack, const brood_field_t *field,
                                void *object) {
    brood_kind_t kind;
    if (field->kind == BROOD_MEMBER_STRUCT)
        return read_nested(unpack, field, object);
    if (field->kind == BROOD_MEMBER_CHARS)
        return read_chars(unpack, field, object);
    if (field->elements > 0)
        return read_array(unpack, field, object);
    apr_status_t status = brood_read_kind(unpack->reader, &kind);
    if (status == APR_SUCCESS && kind == BROOD_NIL && may_be_nil(field)) {
        /* a default may stand there */
        memset((char *)object + field->offset, 0, field->size);
        return brood_read_skip(unpack->reader);
    }
    if (status == APR_SUCCESS)
        status = brood_read(unpack->reader, brood__member_slot(field, object, 0));
    if (status == APR_SUCCESS &&
        (field->kind == BROOD_MEMBER_STRING || field->kind == BROOD_MEMBER_BYTES))
        status = own_copy(unpack, field, object);
    return status;
}

/* ---- structs ---- */

/* Of a struct of zeros. What a struct outside says goes before what one inside says. */
static void set_defaults(const brood_descriptor_t *descriptor, void *object) {
    if (descriptor->defaults != NULL) {
        memcpy(object, descriptor->defaults, descriptor->size);
        return;
    }
    for (size_t i = 0; i < descriptor->field_count; i++) {
        const brood_field_t *field = &descriptor->fields[i];
        if (field->kind == BROOD_MEMBER_STRUCT)
            set_defaults(field->descriptor, (char *)object + field->offset);
    }
}

static apr_status_t read_head(unpack_t *unpack, const brood_descriptor_t *descriptor,
                              uint32_t *version) {
    const char *name;
    uint64_t written;
    apr_status_t status = brood_read_string(unpack->reader, &name, NULL);
    if (status == APR_SUCCESS && (name == NULL || strcmp(name, descriptor->name) != 0))
        return brood__fail(BROOD_ETYPE, "it is the state of \"%s\", wanted is \"%s\"",
                           name == NULL ? "" : name, descriptor->name);
    if (status == APR_SUCCESS)
        status = brood_read_uint(unpack->reader, &written);
    if (status != APR_SUCCESS)
        return status;
    if (written > descriptor->version || written < descriptor->minimum)
        return brood__fail(BROOD_EVERSION,
                           "\"%s\" was written by version %llu, read are %u to %u",
                           descriptor->name, (unsigned long long)written,
                           descriptor->minimum, descriptor->version);
    *version = (uint32_t)written;
    return APR_SUCCESS;
}

/* The field of a name; most often the one that comes next in the table. */
static const brood_field_t *find_field(const brood_descriptor_t *descriptor, size_t next,
                                       const char *name) {
    for (size_t i = 0; i < descriptor->field_count; i++) {
        size_t index = (next + i) % descriptor->field_count;
        if (strcmp(descriptor->fields[index].name, name) == 0)
            return &descriptor->fields[index];
    }
    return NULL;
}

static apr_status_t read_field(unpack_t *unpack, const brood_descriptor_t *descriptor,
                               uint32_t version, size_t number, bool *seen,
                               void *object) {
    const char *name;
    apr_status_t status = brood_read_string(unpack->reader, &name, NULL);
    if (status != APR_SUCCESS)
        return status;
    const brood_field_t *field =
        name == NULL ? NULL : find_field(descriptor, number, name);
    if (field == NULL)
        return brood__fail(BROOD_ETYPE, "\"%s\" has no field \"%s\"", descriptor->name,
                           name == NULL ? "" : name);
    size_t index = (size_t)(field - descriptor->fields);
    if (field->since > version)
        status = brood__fail(BROOD_ETYPE, "it comes with version %u, this is version %u",
                             field->since, version);
    else if (seen[index])
        status = brood__fail(BROOD_ECOUNT, "it is there twice");
    else
        status = read_member(unpack, field, object);
    seen[index] = true;
    return status == APR_SUCCESS ? status : brood__fail_field(descriptor, field, status);
}

static apr_status_t check_complete(const brood_descriptor_t *descriptor, uint32_t version,
                                   const bool *seen) {
    for (size_t i = 0; i < descriptor->field_count; i++) {
        const brood_field_t *field = &descriptor->fields[i];
        if (!seen[i] && field->since <= version)
            return brood__fail_field(descriptor, field,
                                     brood__fail(BROOD_ECOUNT, "it is missing"));
    }
    return APR_SUCCESS;
}

/* Calls itself through read_nested, at the most BROOD__STRUCT_DEPTH deep. */
static apr_status_t read_struct(unpack_t *unpack, const brood_descriptor_t *descriptor,
                                void *object) {
    uint32_t version = 0;
    size_t count = 0;
    apr_status_t status = read_head(unpack, descriptor, &version);
    if (status == APR_SUCCESS)
        status = brood_read_map_enter(unpack->reader, &count);
    if (status != APR_SUCCESS)
        return status;
    bool *seen = apr_pcalloc(unpack->pool, descriptor->field_count + 1);
    if (seen == NULL)
        return brood__fail(APR_ENOMEM, "no memory for %zu fields",
                           descriptor->field_count);
    for (size_t i = 0; i < count && status == APR_SUCCESS; i++)
        status = read_field(unpack, descriptor, version, i, seen, object);
    if (status == APR_SUCCESS)
        status = check_complete(descriptor, version, seen);
    if (status == APR_SUCCESS)
        status = brood_read_leave(unpack->reader);
    if (status == APR_SUCCESS && !brood_read_at_end(unpack->reader))
        status = brood__fail(BROOD_ECOUNT, "\"%s\" is followed by something else",
                             descriptor->name);
    return status;
}

apr_status_t brood_descriptor_unpack(const brood_descriptor_t *descriptor,
                                     const brood_values_t *values, void *object,
                                     apr_pool_t *pool) {
    brood_reader_t reader;
    unpack_t unpack = {&reader, pool};
    apr_status_t status = brood__descriptor_ready(descriptor, object);
    if (status != APR_SUCCESS)
        return status;
    memset(object, 0, descriptor->size);
    if (values == NULL)
        return brood__fail(APR_EINVAL, "values is NULL");
    brood_reader_init(&reader, values);
    set_defaults(descriptor, object);
    status = read_struct(&unpack, descriptor, object);
    if (status == APR_SUCCESS)
        status = brood__struct_check(descriptor, object);
    if (status != APR_SUCCESS)
        memset(object, 0, descriptor->size);
    return status;
}
