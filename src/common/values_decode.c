/* Encoded bytes into nodes: checked as a whole first, then made in one allocation. */
#include "values_scan.h"

#include "status.h"
#include <msgpack.h>
#include <string.h>

/* What the one allocation holds, in this order: the strictest alignment comes first. */
typedef struct room_t {
    brood__tree_t tree;
    brood_values_t top;
} room_t;

typedef struct fill_t {
    brood__scan_t scan;
    brood__tree_t *tree;
    uint32_t node; /* the next one to be made */
    uint32_t handle_nodes;
    brood_values_t *list; /* the next one to be made */
    char *text;           /* where the next string goes */
    brood_handle_t **table;
    struct {
        uint32_t node; /* of the list or map */
        uint64_t wanted;
        uint32_t deepest; /* how deep lists and maps lie in it */
        uint32_t handles_before;
    } open[BROOD_DEPTH_MAX + 1];
    size_t depth;
} fill_t;

static bool add(size_t *sum, size_t count, size_t size) {
    if (count > (SIZE_MAX - *sum) / size)
        return false;
    *sum += count * size;
    return true;
}

/* A scalar by msgpack-c. It needs no memory for one, and the bytes have been checked. */
static void fill_scalar(brood__node_t *node, const uint8_t *head, size_t size) {
    msgpack_unpacked unpacked;
    size_t offset = 0;
    msgpack_unpacked_init(&unpacked);
    (void)msgpack_unpack_next(&unpacked, (const char *)head, size, &offset);
    const msgpack_object *object = &unpacked.data;
    switch (object->type) {
    case MSGPACK_OBJECT_BOOLEAN:
        node->kind = BROOD_BOOL;
        node->of.boolean = object->via.boolean;
        break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        node->kind = object->via.u64 > INT64_MAX ? BROOD_UINT : BROOD_INT;
        node->of.unsigned_integer = object->via.u64;
        break;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        node->kind = BROOD_INT;
        node->of.integer = object->via.i64;
        break;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        node->kind = BROOD_DOUBLE;
        node->of.real = object->via.f64;
        break;
    default:
        node->kind = BROOD_NIL;
        node->of.unsigned_integer = 0;
        break;
    }
    msgpack_unpacked_destroy(&unpacked);
}

static void fill_string(fill_t *fill, brood__node_t *node, const brood__token_t *token) {
    node->of.text.data = fill->text;
    node->of.text.size = token->size;
    memcpy(fill->text, token->body, token->size);
    fill->text[token->size] = '\0';
    fill->text += (size_t)token->size + 1;
}

static void open_container(fill_t *fill, brood__node_t *node,
                           const brood__token_t *token) {
    fill->depth++;
    fill->open[fill->depth].node = fill->node;
    fill->open[fill->depth].wanted = token->size;
    fill->open[fill->depth].deepest = 0;
    fill->open[fill->depth].handles_before = fill->handle_nodes;
    if (token->kind == BROOD_MAP) {
        fill->open[fill->depth].wanted *= 2;
        node->of.pairs = token->size;
        return;
    }
    brood_values_t *list = fill->list++;
    list->tree = fill->tree;
    list->first = fill->node + 1;
    list->count = token->size;
    list->at = (uint32_t)(fill->scan.at - fill->scan.start);
    node->of.list = list;
}

static void close_container(fill_t *fill) {
    brood__node_t *node = &fill->tree->nodes[fill->open[fill->depth].node];
    uint32_t deepest = fill->open[fill->depth].deepest;
    node->span = fill->node - fill->open[fill->depth].node;
    if (node->kind == BROOD_LIST) {
        brood_values_t *list = node->of.list;
        list->end = fill->node;
        list->depth = deepest;
        list->size = (uint32_t)(fill->scan.at - fill->scan.start) - list->at;
        list->handle_nodes = fill->handle_nodes - fill->open[fill->depth].handles_before;
    }
    fill->depth--;
    if (fill->open[fill->depth].deepest < deepest + 1)
        fill->open[fill->depth].deepest = deepest + 1;
}

static void fill_node(fill_t *fill, const brood__token_t *token) {
    brood__node_t *node = &fill->tree->nodes[fill->node];
    node->kind = (uint8_t)token->kind;
    node->span = 1;
    if (fill->depth > 0)
        fill->open[fill->depth].wanted--;
    switch (token->kind) {
    case BROOD_STRING: fill_string(fill, node, token); break;
    case BROOD_BYTES:
        node->of.text.data = token->body;
        node->of.text.size = token->size;
        break;
    case BROOD_HANDLE:
        node->of.handle = fill->tree->handles[brood__handle_index(token->body)];
        fill->handle_nodes++;
        break;
    case BROOD_LIST:
    case BROOD_MAP: open_container(fill, node, token); break;
    default: fill_scalar(node, token->head, (size_t)(fill->scan.at - token->head)); break;
    }
    fill->node++;
    while (fill->depth > 0 && fill->open[fill->depth].wanted == 0)
        close_container(fill);
}

static void fill_all(fill_t *fill) {
    brood__token_t token;
    while (fill->scan.at < fill->scan.end &&
           brood__scan_token(&fill->scan, &token) == APR_SUCCESS)
        fill_node(fill, &token);
}

/* One block for everything; NULL when it cannot be had. The handles' table is copied, since
 * the caller's lives only as long as the call. */
static room_t *make_room(fill_t *fill, const brood__totals_t *totals, size_t handle_count,
                         size_t copy_size, apr_pool_t *pool) {
    size_t size = sizeof(room_t);
    if (!add(&size, totals->nodes, sizeof(brood__node_t)) ||
        !add(&size, totals->lists, sizeof(brood_values_t)) ||
        !add(&size, handle_count, sizeof(brood_handle_t *)) ||
        !add(&size, totals->text_bytes, 1) || !add(&size, copy_size, 1))
        return NULL;
    room_t *room = apr_palloc(pool, size);
    if (room == NULL)
        return NULL;
    room->tree.nodes = (brood__node_t *)(room + 1);
    fill->tree = &room->tree;
    fill->list = (brood_values_t *)(room->tree.nodes + totals->nodes);
    fill->table = (brood_handle_t **)(fill->list + totals->lists);
    fill->text = (char *)(fill->table + handle_count);
    room->tree.handles = fill->table;
    room->tree.handle_count = handle_count;
    return room;
}

_Static_assert(sizeof(room_t) % _Alignof(brood__node_t) == 0 &&
                   sizeof(brood__node_t) % _Alignof(brood_values_t) == 0 &&
                   sizeof(brood_values_t) % _Alignof(brood_handle_t *) == 0,
               "the parts of the block follow each other without gaps");

apr_status_t brood__values_decode(brood_values_t **values, const void *data, size_t size,
                                  brood_handle_t *const *handles, size_t handle_count,
                                  int copy, apr_pool_t *pool) {
    static const uint8_t nothing[1] = {0};
    const uint8_t *bytes = size == 0 ? nothing : data;
    brood__totals_t totals;
    fill_t fill;
    *values = NULL;
    if (bytes == NULL)
        return brood__fail(APR_EINVAL, "data is NULL");
    if (size >= BROOD__VALUES_SIZE_MAX)
        return brood__fail(BROOD_ETOOBIG, "values of %zu bytes; the limit is 4 GiB",
                           size);
    brood__scan_t scan = {bytes, bytes, bytes + size};
    apr_status_t status = brood__scan_all(&scan, handles, handle_count, &totals);
    if (status != APR_SUCCESS)
        return status;

    size_t copy_size = copy ? size : 0;
    room_t *room = make_room(&fill, &totals, handle_count, copy_size, pool);
    if (room == NULL)
        return brood__fail(APR_ENOMEM, "no memory for %u values", totals.nodes);
    if (handle_count > 0)
        memcpy(fill.table, handles, handle_count * sizeof handles[0]);
    if (copy_size > 0)
        bytes = memcpy(fill.text + totals.text_bytes, bytes, copy_size);

    room->tree.bytes = bytes;
    fill.scan = (brood__scan_t){bytes, bytes, bytes + size};
    fill.node = fill.handle_nodes = 0;
    fill.depth = 0;
    fill.open[0].deepest = 0;
    fill_all(&fill);
    room->top = (brood_values_t){.tree = &room->tree,
                                 .first = 0,
                                 .end = totals.nodes,
                                 .count = totals.top,
                                 .depth = fill.open[0].deepest,
                                 .at = 0,
                                 .size = (uint32_t)size,
                                 .handle_nodes = fill.handle_nodes};
    *values = &room->top;
    return APR_SUCCESS;
}
