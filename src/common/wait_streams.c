/* Wait: the streams of the commands among the items, moved while somebody sleeps. */
#include "wait_streams.h"

#include "command.h"

size_t brood__wait_streams_count(const brood_wait_item_t *items, size_t count) {
    size_t commands = 0;
    for (size_t i = 0; i < count; i++) {
        commands += items[i].command != NULL;
    }
    return commands * BROOD__COMMAND_WAITABLES;
}

apr_status_t brood__wait_streams_use(const brood_wait_item_t *items, size_t count) {
    for (size_t i = 0; i < count; i++) {
        apr_status_t rv =
            items[i].command != NULL ? brood__command_use(items[i].command) : APR_SUCCESS;
        if (rv != APR_SUCCESS) {
            brood__wait_streams_unuse(items, i);
            return rv;
        }
    }
    return APR_SUCCESS;
}

void brood__wait_streams_unuse(const brood_wait_item_t *items, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (items[i].command != NULL) {
            brood__command_unuse(items[i].command);
        }
    }
}

apr_status_t brood__wait_streams_begin(const brood_wait_item_t *items, size_t count) {
    apr_status_t rv = APR_SUCCESS;
    for (size_t i = 0; i < count && rv == APR_SUCCESS; i++) {
        if (items[i].command != NULL) {
            rv = brood__command_feed(items[i].command);
        }
    }
    return rv;
}

void brood__wait_streams_ask(const brood_wait_item_t *items, size_t count,
                             brood_os_waitable_t *set) {
    for (size_t i = 0; i < count; i++) {
        if (items[i].command != NULL) {
            brood__command_waitables(items[i].command, set);
            set += BROOD__COMMAND_WAITABLES;
        }
    }
}

apr_status_t brood__wait_streams_move(const brood_wait_item_t *items, size_t count,
                                      const brood_os_waitable_t *set) {
    apr_status_t rv = APR_SUCCESS;
    for (size_t i = 0; i < count && rv == APR_SUCCESS; i++) {
        if (items[i].command != NULL) {
            rv = brood__command_act(items[i].command, set);
            set += BROOD__COMMAND_WAITABLES;
        }
    }
    return rv;
}
