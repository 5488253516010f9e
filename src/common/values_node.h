/* Decoded values: a row of nodes, each followed by what lies in it.
 *
 * Decoding makes one block: the nodes in the order in which they are written, a
 * brood_values_t for each list, so that a list can be handed out as values of its own, and
 * a terminated copy of every string. Nothing in it changes afterwards. */
#ifndef BROOD_COMMON_VALUES_NODE_H
#define BROOD_COMMON_VALUES_NODE_H

#include "values.h"

typedef struct brood__node_t {
    uint8_t kind;  /* brood_kind_t */
    uint32_t span; /* how many nodes to the next value: itself and all that lies in it */
    union {
        bool boolean;
        int64_t integer;
        uint64_t unsigned_integer;
        double real;
        brood_bytes_t text; /* BROOD_STRING (a terminator follows it) and BROOD_BYTES */
        brood_values_t *list;
        size_t pairs; /* BROOD_MAP */
        brood_handle_t *handle;
    } of;
} brood__node_t;

typedef struct brood__tree_t {
    const uint8_t *bytes; /* the encoding */
    brood__node_t *nodes;
    brood_handle_t *const *handles;
    size_t handle_count;
} brood__tree_t;

struct brood_values_t {
    const brood__tree_t *tree;
    uint32_t first; /* its first node */
    uint32_t end;   /* the node behind its last */
    uint32_t count; /* values at the top */
    uint32_t depth; /* how deep lists and maps lie in it */
    uint32_t at;    /* where its bytes begin, and how many they are */
    uint32_t size;
    uint32_t handle_nodes; /* how many handles lie in it */
};

/* The encoding of anything is shorter than this, so that positions fit 32 bits. */
#define BROOD__VALUES_SIZE_MAX UINT32_MAX

/* Writes what a node holds into a place. On failure the detail line goes "is a string, the
 * place wants an integer": the caller puts before it which value that is. */
apr_status_t brood__slot_fill(const brood_slot_t *slot, const brood__node_t *node);

/* "a string"; for a handle, "a queue". */
const char *brood__node_name(const brood__node_t *node, char buffer[32]);

/* Adds one step to the path of a value, "value 2" and then ", item 4": the `number`th at
 * the top, in a list, or among the keys and entries of a map, counted from 1. */
typedef enum brood__step_t {
    BROOD__STEP_TOP,
    BROOD__STEP_LIST,
    BROOD__STEP_MAP
} brood__step_t;
#define BROOD__PATH_SIZE 160
void brood__path_add(char path[BROOD__PATH_SIZE], brood__step_t step, size_t number);

#endif
