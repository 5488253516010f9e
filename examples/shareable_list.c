/* A list of mixed values in a block with a name: a child attaches it and changes items. */
#include "brood/brood.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

static int change(const brood_values_t *state, apr_pool_t *pool) {
    brood_shareable_list_t *list;
    const char *name;
    check(BROOD_UNPACK(state, &name), "unpack");
    check(brood_shareable_list_attach(&list, name, pool),
          "attach"); /* any program could */
    check(brood_shareable_list_set(list, 0, BROOD_ARG("howdy")), "set");
    check(brood_shareable_list_set(list, 2, BROOD_ARG("text")), "set"); /* another kind */
    check(brood_shareable_list_set(list, 3, BROOD_ARG(brood_bytes("\0\0", 2))), "set");
    if (brood_shareable_list_set(list, 1, BROOD_ARG("too long a text")) ==
        BROOD_ETOOBIG) {
        printf("refused: %s\n", brood_error_detail());
        fflush(stdout);
    }
    return 0;
}

static void print_item(brood_shareable_list_t *list, size_t index, apr_pool_t *pool) {
    brood_arg_t item;
    check(brood_shareable_list_get(list, index, &item, pool), "get");
    switch (item.kind) {
    case BROOD_NIL: printf("nil\n"); break;
    case BROOD_BOOL: printf("%s\n", item.of.boolean ? "true" : "false"); break;
    case BROOD_INT: printf("%" PRId64 "\n", item.of.integer); break;
    case BROOD_DOUBLE: printf("%g\n", item.of.real); break;
    case BROOD_STRING: printf("\"%s\"\n", item.of.string); break;
    default: printf("%u bytes\n", (unsigned)item.of.bytes.size); break;
    }
}

int main(int argc, char **argv) {
    brood_shareable_list_t *list;
    brood_process_t *child;
    const char *name;
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_shareable_list_create_named(
              &list, NULL, BROOD_ARGS("hello", -273.15, 42, "bytes", brood_arg_nil()),
              NULL, pool),
          "create");
    name = brood_block_name(brood_shareable_list_block(list));

    check(brood_process_create(&child, change, BROOD_ARGS(name), NULL, pool), "create");
    check(brood_process_start(child), "start");
    check(brood_process_join(child, BROOD_FOREVER), "join");

    for (size_t i = 0; i < brood_shareable_list_length(list); i++) {
        print_item(list, i, pool);
    }
    check(brood_block_unlink(name), "unlink");
    return 0;
}
