/* Walking over encoded bytes that nobody vouches for.
 *
 * msgpack-c would decode them too, but it takes every count at its word: an array that
 * claims 2^32 items has room made for them before the first is looked at, and its own limit
 * of 32 levels ends a message in an error that cannot be told from any other. Here lengths
 * and counts, the hostile part of the format, are held against the bytes that are really
 * there before anything is made of them; what is left to msgpack-c is one scalar at a time
 * (values_decode.c), which has neither. */
#include "values_scan.h"

#include "status.h"

/* Bytes behind the first one: of a number as a whole, or of a length. */
typedef struct head_t {
    uint8_t follow;
    enum { HEAD_SCALAR, HEAD_SIZED, HEAD_EXT, HEAD_BAD } form;
    brood_kind_t kind;
} head_t;

/* The heads from 0xc0 to 0xdf; the others have their value within. */
static const head_t heads[32] = {
    [0x00] = {0, HEAD_SCALAR, BROOD_NIL},
    [0x01] = {0, HEAD_BAD, BROOD_NIL},
    [0x02] = {0, HEAD_SCALAR, BROOD_BOOL},
    [0x03] = {0, HEAD_SCALAR, BROOD_BOOL},
    [0x04] = {1, HEAD_SIZED, BROOD_BYTES},
    [0x05] = {2, HEAD_SIZED, BROOD_BYTES},
    [0x06] = {4, HEAD_SIZED, BROOD_BYTES},
    [0x07] = {1, HEAD_EXT, BROOD_HANDLE},
    [0x08] = {2, HEAD_EXT, BROOD_HANDLE},
    [0x09] = {4, HEAD_EXT, BROOD_HANDLE},
    [0x0a] = {4, HEAD_SCALAR, BROOD_DOUBLE},
    [0x0b] = {8, HEAD_SCALAR, BROOD_DOUBLE},
    [0x0c] = {1, HEAD_SCALAR, BROOD_INT},
    [0x0d] = {2, HEAD_SCALAR, BROOD_INT},
    [0x0e] = {4, HEAD_SCALAR, BROOD_INT},
    [0x0f] = {8, HEAD_SCALAR, BROOD_INT},
    [0x10] = {1, HEAD_SCALAR, BROOD_INT},
    [0x11] = {2, HEAD_SCALAR, BROOD_INT},
    [0x12] = {4, HEAD_SCALAR, BROOD_INT},
    [0x13] = {8, HEAD_SCALAR, BROOD_INT},
    /* extensions of 1, 2, 4, 8 and 16 bytes: none of them is a handle */
    [0x14] = {0, HEAD_BAD, BROOD_NIL},
    [0x15] = {0, HEAD_BAD, BROOD_NIL},
    [0x16] = {0, HEAD_BAD, BROOD_NIL},
    [0x17] = {0, HEAD_BAD, BROOD_NIL},
    [0x18] = {0, HEAD_BAD, BROOD_NIL},
    [0x19] = {1, HEAD_SIZED, BROOD_STRING},
    [0x1a] = {2, HEAD_SIZED, BROOD_STRING},
    [0x1b] = {4, HEAD_SIZED, BROOD_STRING},
    [0x1c] = {2, HEAD_SIZED, BROOD_LIST},
    [0x1d] = {4, HEAD_SIZED, BROOD_LIST},
    [0x1e] = {2, HEAD_SIZED, BROOD_MAP},
    [0x1f] = {4, HEAD_SIZED, BROOD_MAP},
};

static size_t left(const brood__scan_t *scan) {
    return (size_t)(scan->end - scan->at);
}

static apr_status_t bad(const brood__scan_t *scan, const brood__token_t *token,
                        const char *what) {
    return brood__fail(BROOD_EENCODING, "byte %zu of %zu: %s",
                       (size_t)(token->head - scan->start),
                       (size_t)(scan->end - scan->start), what);
}

static uint32_t big_endian(const uint8_t *at, size_t size) {
    uint32_t number = 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | at[i];
    return number;
}

uint32_t brood__handle_index(const uint8_t *body) {
    return big_endian(body, 4);
}

void brood__handle_body(uint8_t *body, uint32_t index, uint8_t code) {
    for (int i = 0; i < 4; i++)
        body[i] = (uint8_t)(index >> (24 - 8 * i));
    body[4] = code;
}

/* The size is known: does what it announces fit into what is left? An item takes a byte at
 * least, a pair two, so no count can ask for more memory than its sender paid for. */
static apr_status_t take_body(brood__scan_t *scan, brood__token_t *token) {
    switch (token->kind) {
    case BROOD_LIST:
        if (token->size > left(scan))
            return bad(scan, token, "a list has more items than there are bytes left");
        return APR_SUCCESS;
    case BROOD_MAP:
        if (token->size > left(scan) / 2)
            return bad(scan, token, "a map has more entries than there are bytes left");
        return APR_SUCCESS;
    case BROOD_STRING:
        if (token->size > left(scan))
            return bad(scan, token, "a string is cut off");
        if (!brood__is_utf8(scan->at, token->size))
            return bad(scan, token, "a string is not UTF-8");
        break;
    default:
        if (token->size > left(scan))
            return bad(scan, token, "bytes are cut off");
        break;
    }
    token->body = scan->at;
    scan->at += token->size;
    return APR_SUCCESS;
}

static apr_status_t take_extension(brood__scan_t *scan, brood__token_t *token) {
    if (left(scan) < 1 || left(scan) - 1 < token->size)
        return bad(scan, token, "an extension is cut off");
    if (*scan->at != BROOD__EXTENSION_HANDLE || token->size != BROOD__HANDLE_SIZE)
        return bad(scan, token, "an extension of an unknown type");
    token->body = scan->at + 1;
    scan->at += 1 + BROOD__HANDLE_SIZE;
    return APR_SUCCESS;
}

static apr_status_t take_by_head(brood__scan_t *scan, brood__token_t *token,
                                 const head_t *head) {
    token->kind = head->kind;
    if (head->form == HEAD_BAD)
        return bad(scan, token, "no value begins like this");
    if (head->follow > left(scan))
        return bad(scan, token, "a value is cut off");
    if (head->form != HEAD_SCALAR)
        token->size = big_endian(scan->at, head->follow);
    scan->at += head->follow;
    switch (head->form) {
    case HEAD_SIZED: return take_body(scan, token);
    case HEAD_EXT: return take_extension(scan, token);
    default: return APR_SUCCESS;
    }
}

apr_status_t brood__scan_token(brood__scan_t *scan, brood__token_t *token) {
    token->kind = BROOD_INT;
    token->head = token->body = scan->at;
    token->size = 0;
    if (left(scan) == 0)
        return bad(scan, token, "the end, where a value should be");
    uint8_t first = *scan->at++;
    if (first < 0x80 || first >= 0xe0)
        return APR_SUCCESS; /* an integer within its head */
    if (first >= 0xc0)
        return take_by_head(scan, token, &heads[first - 0xc0]);
    if (first >= 0xa0) {
        token->kind = BROOD_STRING;
        token->size = first & 0x1f;
    } else {
        token->kind = first < 0x90 ? BROOD_MAP : BROOD_LIST;
        token->size = first & 0x0f;
    }
    return take_body(scan, token);
}

static apr_status_t check_handle(const brood__scan_t *scan, const brood__token_t *token,
                                 brood_handle_t *const *handles, size_t handle_count) {
    uint32_t index = brood__handle_index(token->body);
    if (index >= handle_count)
        return bad(scan, token, "a handle that did not come along");
    if (handles[index] == NULL || (uint32_t)handles[index]->cls->code != token->body[4])
        return bad(scan, token, "a handle of another class than what came along");
    return APR_SUCCESS;
}

apr_status_t brood__scan_all(brood__scan_t *scan, brood_handle_t *const *handles,
                             size_t handle_count, brood__totals_t *totals) {
    uint64_t wanted[BROOD_DEPTH_MAX + 1]; /* values still to come, at each depth */
    size_t depth = 0;
    brood__token_t token;
    *totals = (brood__totals_t){0, 0, 0, 0};
    while (depth > 0 || left(scan) > 0) {
        apr_status_t status = brood__scan_token(scan, &token);
        if (status == APR_SUCCESS && token.kind == BROOD_HANDLE)
            status = check_handle(scan, &token, handles, handle_count);
        if (status != APR_SUCCESS)
            return status;
        totals->nodes++;
        if (depth == 0)
            totals->top++;
        else
            wanted[depth]--;
        if (token.kind == BROOD_STRING)
            totals->text_bytes += (size_t)token.size + 1;
        if (token.kind == BROOD_LIST)
            totals->lists++;
        if (token.kind == BROOD_LIST || token.kind == BROOD_MAP) {
            if (depth == BROOD_DEPTH_MAX)
                return bad(scan, &token, "lists and maps lie too deep in each other");
            wanted[++depth] = (uint64_t)token.size * (token.kind == BROOD_MAP ? 2 : 1);
        }
        while (depth > 0 && wanted[depth] == 0)
            depth--;
    }
    return APR_SUCCESS;
}
