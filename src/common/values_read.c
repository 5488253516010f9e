/* The reader: a position in values, and how it got there. */
#include "values_node.h"

#include "status.h"

void brood_reader_init(brood_reader_t *reader, const brood_values_t *values) {
    brood_reader_level_t top = {0, 0, 0, 0};
    reader->values = values;
    reader->next = 0;
    reader->depth = 0;
    if (values != NULL) {
        reader->next = values->first;
        top.total = values->count;
        top.end = values->end;
    }
    reader->levels[0] = top;
}

bool brood_read_at_end(const brood_reader_t *reader) {
    const brood_reader_level_t *level = &reader->levels[reader->depth];
    return level->done == level->total;
}

static void where(const brood_reader_t *reader, char path[BROOD__PATH_SIZE]) {
    for (uint32_t i = 0; i <= reader->depth; i++) {
        const brood_reader_level_t *level = &reader->levels[i];
        brood__step_t step = i == 0          ? BROOD__STEP_TOP
                             : level->is_map ? BROOD__STEP_MAP
                                             : BROOD__STEP_LIST;
        /* the levels outside count as done the value that was entered */
        brood__path_add(path, step, (size_t)level->done + (i == reader->depth ? 1 : 0));
    }
}

static apr_status_t fail_here(const brood_reader_t *reader, apr_status_t status) {
    char path[BROOD__PATH_SIZE];
    where(reader, path);
    return brood__fail_within(status, "%s ", path);
}

static apr_status_t peek(const brood_reader_t *reader, const brood__node_t **node) {
    char path[BROOD__PATH_SIZE];
    *node = NULL;
    if (brood_read_at_end(reader)) {
        where(reader, path);
        return brood__fail(BROOD_ECOUNT, "there is no %s", path);
    }
    *node = &reader->values->tree->nodes[reader->next];
    return APR_SUCCESS;
}

static void step_over(brood_reader_t *reader, const brood__node_t *node) {
    reader->levels[reader->depth].done++;
    reader->next += node->span;
}

apr_status_t brood_read_kind(const brood_reader_t *reader, brood_kind_t *kind) {
    const brood__node_t *node;
    apr_status_t status = peek(reader, &node);
    *kind = status == APR_SUCCESS ? (brood_kind_t)node->kind : BROOD_NIL;
    return status;
}

apr_status_t brood_read(brood_reader_t *reader, brood_slot_t slot) {
    const brood__node_t *node;
    apr_status_t status = peek(reader, &node);
    if (status != APR_SUCCESS)
        return status;
    status = brood__slot_fill(&slot, node);
    if (status != APR_SUCCESS)
        return fail_here(reader, status);
    step_over(reader, node);
    return APR_SUCCESS;
}

apr_status_t brood_read_bool(brood_reader_t *reader, bool *boolean) {
    return BROOD_READ(reader, boolean);
}

apr_status_t brood_read_int(brood_reader_t *reader, int64_t *integer) {
    return BROOD_READ(reader, integer);
}

apr_status_t brood_read_uint(brood_reader_t *reader, uint64_t *integer) {
    return BROOD_READ(reader, integer);
}

apr_status_t brood_read_double(brood_reader_t *reader, double *real) {
    return BROOD_READ(reader, real);
}

apr_status_t brood_read_string(brood_reader_t *reader, const char **text, size_t *size) {
    const brood__node_t *node;
    apr_status_t status = peek(reader, &node);
    *text = NULL;
    if (size != NULL)
        *size = 0;
    if (status != APR_SUCCESS)
        return status;
    if (size == NULL || node->kind != BROOD_STRING)
        return BROOD_READ(reader, text);
    *text = node->of.text.data;
    *size = node->of.text.size;
    step_over(reader, node);
    return APR_SUCCESS;
}

apr_status_t brood_read_bytes(brood_reader_t *reader, brood_bytes_t *bytes) {
    return BROOD_READ(reader, bytes);
}

apr_status_t brood_read_values(brood_reader_t *reader, const brood_values_t **values) {
    return BROOD_READ(reader, values);
}

apr_status_t brood_read_queue(brood_reader_t *reader, brood_queue_t **queue) {
    return BROOD_READ(reader, queue);
}

apr_status_t brood_read_connection(brood_reader_t *reader,
                                   brood_connection_t **connection) {
    return BROOD_READ(reader, connection);
}

apr_status_t brood_read_lock(brood_reader_t *reader, brood_lock_t **lock) {
    return BROOD_READ(reader, lock);
}

apr_status_t brood_read_skip(brood_reader_t *reader) {
    const brood__node_t *node;
    apr_status_t status = peek(reader, &node);
    if (status == APR_SUCCESS)
        step_over(reader, node);
    return status;
}

/* ---- lists and maps ---- */

static apr_status_t enter(brood_reader_t *reader, brood_kind_t kind, size_t *count) {
    const brood__node_t *node;
    char name[32];
    if (count != NULL)
        *count = 0;
    apr_status_t status = peek(reader, &node);
    if (status != APR_SUCCESS)
        return status;
    if (node->kind != kind)
        return fail_here(reader, brood__fail(BROOD_ETYPE, "is %s, wanted is %s",
                                             brood__node_name(node, name),
                                             brood_kind_name(kind)));
    size_t items = kind == BROOD_MAP ? node->of.pairs : node->of.list->count;
    reader->levels[reader->depth].done++;
    reader->levels[++reader->depth] =
        (brood_reader_level_t){.total = (uint32_t)(kind == BROOD_MAP ? items * 2 : items),
                               .done = 0,
                               .end = reader->next + node->span,
                               .is_map = kind == BROOD_MAP};
    reader->next++;
    if (count != NULL)
        *count = items;
    return APR_SUCCESS;
}

apr_status_t brood_read_list_enter(brood_reader_t *reader, size_t *count) {
    return enter(reader, BROOD_LIST, count);
}

apr_status_t brood_read_map_enter(brood_reader_t *reader, size_t *count) {
    return enter(reader, BROOD_MAP, count);
}

apr_status_t brood_read_leave(brood_reader_t *reader) {
    if (reader->depth == 0)
        return brood__fail(APR_EINVAL, "no list or map was entered");
    reader->next = reader->levels[reader->depth--].end;
    return APR_SUCCESS;
}
