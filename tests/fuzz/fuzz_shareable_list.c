/* A block from hostile bytes: the list in it is refused, or every item is a whole one or is
 * refused; and each can be set, and is then what it was set to. */
#include "brood/args.h"
#include "shareable_list_image.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COUNT_MAX 1000u

static void require(bool holds) {
    if (!holds)
        abort();
}

/* In memory of exactly that size, aligned as a block is. */
static void *copy_of(const uint8_t *data, size_t size) {
    void *copy = malloc(size == 0 ? 1 : size);
    require(copy != NULL);
    memcpy(copy, data, size);
    return copy;
}

static void look_at(const brood__image_place_t *place) {
    brood__image_item_t item;
    char *buffer = malloc(place->capacity);
    require(buffer != NULL);
    apr_status_t status = brood__image_get(place, &item, buffer, place->capacity);
    require(status == APR_SUCCESS || status == BROOD_EFORGED);
    if (status == APR_SUCCESS) {
        require(item.length <= place->capacity);
        require(item.kind <= BROOD__IMAGE_BYTES);
        if (item.kind == BROOD__IMAGE_STRING)
            require(memchr(buffer, '\0', item.length) == NULL);
        /* a buffer that is too small is not written beyond its end */
        brood__image_item_t again;
        char *half = malloc(item.length / 2 + 1);
        require(half != NULL);
        status = brood__image_get(place, &again, half, item.length / 2);
        require(again.length == item.length);
        require((status == BROOD_ETOOBIG) ==
                (item.kind >= BROOD__IMAGE_STRING && item.length > item.length / 2));
        free(half);
    }
    free(buffer);
}

static void set_and_get(const brood__image_place_t *place) {
    brood_arg_t arg = BROOD_ARG(brood_bytes("\0seven\0", 7));
    brood__image_item_t item;
    char buffer[8];
    require(brood__image_item(&item, &arg) == APR_SUCCESS);
    require(brood__image_set(place, &item) == APR_SUCCESS);
    require(brood__image_get(place, &item, buffer, sizeof buffer) == APR_SUCCESS);
    require(item.kind == BROOD__IMAGE_BYTES && item.length == 7);
    require(memcmp(buffer, "\0seven\0", 7) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static brood__image_place_t places[COUNT_MAX];
    void *base = copy_of(data, size);
    size_t count;
    if (brood__image_count(base, size, &count) == APR_SUCCESS && count <= COUNT_MAX &&
        brood__image_places(base, size, places, count) == APR_SUCCESS) {
        for (size_t i = 0; i < count; i++)
            look_at(&places[i]);
        for (size_t i = 0; i < count; i++)
            set_and_get(&places[i]);
        for (size_t i = 0; i < count; i++)
            look_at(&places[i]);
    }
    free(base);
    return 0;
}
