/* Image: making and checking it, and the two slots of an item.
 *
 * Shared state. All but the items' turns and slots is written by the creator before the magic,
 * and never again; a creator that dies before leaves an image without a magic, which nobody
 * attaches.
 *
 * An item's turn only grows; its lowest bit says which slot is the present one. A writer fills
 * the other slot, mark first and last, and then moves the turn on by one, by CAS. Killed before
 * that it leaves the present item as it was, and rubbish in a slot that the next writer fills
 * anew; after it, the new item. A reader copies the present slot and looks at the turn again:
 * when it has not moved, nobody who keeps to the rule was writing to that slot.
 *
 * The rule is one writer at a time for an item. Two that break it fill the same slot; the mark,
 * which depends on the turn and on every byte, tells a reader that the slot is neither's. One
 * of the two fails in its CAS and is told.
 *
 * Every word of a slot is read with acquire and written with release: a reader that has seen a
 * word of a later turn sees, when it looks at the turn again, that it has moved. */
#include "shareable_list_image.h"

#include "brood/status.h"
#include "os/fault.h"
#include "status.h"
#include "values_scan.h"
#include <string.h>

#define IMAGE_MAGIC 0x4c425253u /* "SRBL" */
#define IMAGE_VERSION 1
#define IMAGE_BYTE_ORDER 0x0102
#define TRIES 100000 /* of a reader, while others replace the item */

typedef struct image_head_t {
    _Atomic uint32_t magic;
    uint16_t version;
    uint16_t byte_order;
    uint64_t count;
    uint64_t size;
    uint64_t reserved[5];
} image_head_t;

typedef struct image_item_t {
    _Atomic uint64_t turn;
    uint64_t offset;
    uint64_t capacity;
    uint64_t reserved;
} image_item_t;

_Static_assert(sizeof(image_head_t) == 64 && sizeof(image_item_t) == 32,
               "the layout is the same in every process");

/* The words of a slot. */
enum { SLOT_MARK = 0, SLOT_KIND = 1, SLOT_LENGTH = 2, SLOT_DATA = 3 };
#define SLOT_HEAD (SLOT_DATA * sizeof(uint64_t))

static uint64_t slots_size(uint64_t capacity) {
    return 2 * (SLOT_HEAD + capacity);
}

static uint64_t capacity_of(const brood__image_item_t *item) {
    return item->data == NULL ? 8 : 8 * ((uint64_t)item->length / 8 + 1);
}

/* ---- items ---- */

static apr_status_t text_item(brood__image_item_t *item, const char *text) {
    if (text == NULL) {
        return brood__fail(APR_EINVAL, "the string is NULL");
    }
    item->kind = BROOD__IMAGE_STRING;
    item->data = text;
    item->length = strlen(text);
    if (!brood__is_utf8(text, item->length)) {
        return brood__fail(BROOD_ETYPE, "the string is not UTF-8; such text is bytes");
    }
    return APR_SUCCESS;
}

apr_status_t brood__image_item(brood__image_item_t *item, const brood_arg_t *arg) {
    memset(item, 0, sizeof *item);
    item->length = 8;
    switch (arg->kind) {
    case BROOD_NIL:
        item->kind = BROOD__IMAGE_NIL;
        item->length = 0;
        return APR_SUCCESS;
    case BROOD_BOOL:
        item->kind = BROOD__IMAGE_BOOL;
        item->scalar = arg->of.boolean;
        return APR_SUCCESS;
    case BROOD_INT:
        item->kind = BROOD__IMAGE_INT;
        item->scalar = (uint64_t)arg->of.integer;
        return APR_SUCCESS;
    case BROOD_UINT:
        return brood__fail(BROOD_ERANGE, "the integer %llu is larger than an int64_t",
                           (unsigned long long)arg->of.unsigned_integer);
    case BROOD_DOUBLE:
        item->kind = BROOD__IMAGE_DOUBLE;
        memcpy(&item->scalar, &arg->of.real, sizeof item->scalar);
        return APR_SUCCESS;
    case BROOD_STRING: return text_item(item, arg->of.string);
    case BROOD_BYTES:
        item->kind = BROOD__IMAGE_BYTES;
        item->length = arg->of.bytes.size;
        item->data = arg->of.bytes.data != NULL ? arg->of.bytes.data : "";
        if (arg->of.bytes.data == NULL && item->length != 0) {
            return brood__fail(APR_EINVAL, "bytes.data is NULL and bytes.size is %llu",
                               (unsigned long long)item->length);
        }
        return APR_SUCCESS;
    default:
        return brood__fail(BROOD_ETYPE,
                           "neither nil, bool, integer, double, string nor bytes");
    }
}

/* What a reader finds must be an item that a writer can have made. */
static int is_item(const brood__image_item_t *item) {
    switch (item->kind) {
    case BROOD__IMAGE_NIL: return item->length == 0;
    case BROOD__IMAGE_BOOL: return item->length == 8 && item->scalar <= 1;
    case BROOD__IMAGE_INT:
    case BROOD__IMAGE_DOUBLE: return item->length == 8;
    case BROOD__IMAGE_STRING:
        return item->length == 0 || (memchr(item->data, '\0', item->length) == NULL &&
                                     brood__is_utf8(item->data, item->length));
    default: return 1;
    }
}

/* ---- the mark of a slot ---- */

static uint64_t mix(uint64_t mark, uint64_t word) {
    mark = (mark ^ word) * 0x9e3779b97f4a7c15u;
    return mark ^ mark >> 29;
}

static uint64_t mark_begin(uint64_t turn, uint64_t kind, uint64_t length) {
    return mix(mix(mix(0x243f6a8885a308d3u, turn), kind), length);
}

/* ---- one item ---- */

static uint64_t slot_load(const brood__image_place_t *place, uint64_t turn, size_t word) {
    /* acquire: pairs with the release in slot_store, see above */
    return atomic_load_explicit(&place->slots[turn & 1][word], memory_order_acquire);
}

static void slot_store(const brood__image_place_t *place, uint64_t turn, size_t word,
                       uint64_t value) {
    /* release: pairs with the acquire in slot_load */
    atomic_store_explicit(&place->slots[turn & 1][word], value, memory_order_release);
}

/* Copies the data words; says what mark the slot should have. */
static uint64_t copy_out(const brood__image_place_t *place, uint64_t turn,
                         brood__image_item_t *item, uint8_t *buffer, size_t size) {
    uint64_t mark = mark_begin(turn, (uint64_t)item->kind, item->length);
    for (size_t at = 0; at < item->length; at += 8) {
        uint64_t word = slot_load(place, turn, SLOT_DATA + at / 8);
        size_t left = item->length - at;
        mark = mix(mark, word);
        item->scalar = at == 0 ? word : item->scalar;
        if (at < size) {
            size_t room = size - at < left ? size - at : left;
            memcpy(buffer + at, &word, room < 8 ? room : 8);
        }
    }
    return mark;
}

typedef enum attempt_t { ATTEMPT_WHOLE, ATTEMPT_MOVED, ATTEMPT_TORN } attempt_t;

static attempt_t try_get(const brood__image_place_t *place, brood__image_item_t *item,
                         void *buffer, size_t size) {
    /* acquire: pairs with the release of the CAS in brood__image_set */
    uint64_t turn = atomic_load_explicit(place->turn, memory_order_acquire);
    uint64_t mark = slot_load(place, turn, SLOT_MARK);
    uint64_t kind = slot_load(place, turn, SLOT_KIND);
    uint64_t length = slot_load(place, turn, SLOT_LENGTH);
    int whole = kind <= BROOD__IMAGE_BYTES && length <= place->capacity;
    if (whole) {
        item->kind = (brood__image_kind_t)kind;
        item->length = (size_t)length;
        item->scalar = 0;
        item->data = buffer;
        whole = copy_out(place, turn, item, buffer, size) == mark;
    }
    /* relaxed: the acquire loads above come first */
    if (atomic_load_explicit(place->turn, memory_order_relaxed) != turn) {
        return ATTEMPT_MOVED;
    }
    return whole ? ATTEMPT_WHOLE : ATTEMPT_TORN;
}

apr_status_t brood__image_get(const brood__image_place_t *place,
                              brood__image_item_t *item, void *buffer, size_t size) {
    for (int tries = 0; tries < TRIES; tries++) {
        attempt_t attempt = try_get(place, item, buffer, size);
        if (attempt == ATTEMPT_TORN) {
            return brood__fail(BROOD_EFORGED, "the item is no whole one");
        }
        if (attempt == ATTEMPT_WHOLE) {
            if (item->kind >= BROOD__IMAGE_STRING && item->length > size) {
                return brood__fail(
                    BROOD_ETOOBIG, "the item has %llu bytes, the buffer %llu",
                    (unsigned long long)item->length, (unsigned long long)size);
            }
            return is_item(item)
                       ? APR_SUCCESS
                       : brood__fail(BROOD_EFORGED, "an item of kind %d with %llu bytes",
                                     (int)item->kind, (unsigned long long)item->length);
        }
    }
    return brood__fail(BROOD_EBUSY, "the item is being replaced without a pause");
}

static void fill_slot(const brood__image_place_t *place, uint64_t turn,
                      const brood__image_item_t *item) {
    uint64_t mark = mark_begin(turn, (uint64_t)item->kind, item->length);
    const uint8_t *data = item->data != NULL ? item->data : (const void *)&item->scalar;
    slot_store(place, turn, SLOT_MARK, ~mark);
    slot_store(place, turn, SLOT_KIND, (uint64_t)item->kind);
    slot_store(place, turn, SLOT_LENGTH, item->length);
    for (size_t at = 0; at < item->length; at += 8) {
        size_t left = item->length - at;
        uint64_t word = 0;
        memcpy(&word, data + at, left < 8 ? left : 8);
        mark = mix(mark, word);
        slot_store(place, turn, SLOT_DATA + at / 8, word);
        BROOD_KILL_POINT("shareable_list.writing");
    }
    slot_store(place, turn, SLOT_MARK, mark);
    BROOD_KILL_POINT("shareable_list.written");
}

apr_status_t brood__image_set(const brood__image_place_t *place,
                              const brood__image_item_t *item) {
    /* acquire: pairs with the release below, of the writer before */
    uint64_t turn = atomic_load_explicit(place->turn, memory_order_acquire);
    if (item->length > place->capacity) {
        return brood__fail(BROOD_ETOOBIG, "an item of %llu bytes, its slot has %llu",
                           (unsigned long long)item->length,
                           (unsigned long long)place->capacity);
    }
    fill_slot(place, turn + 1, item);
    /* release: pairs with the acquire in try_get */
    if (!atomic_compare_exchange_strong_explicit(
            place->turn, &turn, turn + 1, memory_order_release, memory_order_relaxed)) {
        return brood__fail(BROOD_EBUSY, "another has set the item at the same time");
    }
    BROOD_KILL_POINT("shareable_list.set");
    return APR_SUCCESS;
}

/* ---- the whole ---- */

uint64_t brood__image_size(const brood__image_item_t *items, size_t count) {
    uint64_t most = SIZE_MAX / 2;
    uint64_t size = sizeof(image_head_t);
    for (size_t i = 0; i < count; i++) {
        /* Each is in the caller's memory, so that these do not overflow. */
        size += sizeof(image_item_t) + slots_size(capacity_of(&items[i]));
        if (size > most) {
            return 0;
        }
    }
    return size;
}

static void place_at(brood__image_place_t *place, void *base, size_t index,
                     uint64_t offset, uint64_t capacity) {
    uint8_t *bytes = base;
    image_item_t *table = (image_item_t *)(bytes + sizeof(image_head_t));
    place->turn = &table[index].turn;
    place->capacity = (size_t)capacity;
    place->slots[0] = (_Atomic uint64_t *)(bytes + offset);
    place->slots[1] = (_Atomic uint64_t *)(bytes + offset + SLOT_HEAD + capacity);
}

void brood__image_write(void *base, const brood__image_item_t *items, size_t count,
                        uint64_t size) {
    image_head_t *head = base;
    image_item_t *table = (image_item_t *)((uint8_t *)base + sizeof *head);
    uint64_t offset = sizeof *head + count * sizeof *table;
    head->version = IMAGE_VERSION;
    head->byte_order = IMAGE_BYTE_ORDER;
    head->count = count;
    head->size = size;
    for (size_t i = 0; i < count; i++) {
        brood__image_place_t place;
        table[i].offset = offset;
        table[i].capacity = capacity_of(&items[i]);
        place_at(&place, base, i, offset, table[i].capacity);
        fill_slot(&place, 0, &items[i]);
        offset += slots_size(table[i].capacity);
    }
    BROOD_KILL_POINT("shareable_list.made");
    /* release: pairs with the acquire in brood__image_count */
    atomic_store_explicit(&head->magic, IMAGE_MAGIC, memory_order_release);
}

apr_status_t brood__image_count(const void *base, size_t size, size_t *count) {
    const image_head_t *head = base;
    uint64_t told;
    uint32_t magic;
    *count = 0;
    if (size < sizeof *head) {
        return brood__fail(BROOD_EMISMATCH, "no list has only %llu bytes",
                           (unsigned long long)size);
    }
    /* acquire: pairs with the release in brood__image_write */
    magic = atomic_load_explicit(&head->magic, memory_order_acquire);
    if (magic == 0) {
        return brood__fail(BROOD_EBUSY, "the list is still being made");
    }
    if (magic != IMAGE_MAGIC || head->version != IMAGE_VERSION ||
        head->byte_order != IMAGE_BYTE_ORDER) {
        return brood__fail(BROOD_EMISMATCH, "a list of layout %d was expected",
                           IMAGE_VERSION);
    }
    told = *(const volatile uint64_t *)&head->count; /* checked and used as one copy */
    if (told > (size - sizeof *head) / sizeof(image_item_t)) {
        return brood__fail(BROOD_EFORGED, "a list of %llu items in %llu bytes",
                           (unsigned long long)told, (unsigned long long)size);
    }
    *count = (size_t)told;
    return APR_SUCCESS;
}

apr_status_t brood__image_places(void *base, size_t size, brood__image_place_t *places,
                                 size_t count) {
    const image_head_t *head = base;
    const image_item_t *table = (const image_item_t *)((uint8_t *)base + sizeof *head);
    uint64_t end = sizeof *head + count * sizeof *table;
    for (size_t i = 0; i < count; i++) {
        /* Copied once: whoever can write to the memory may do so now. */
        uint64_t offset = *(const volatile uint64_t *)&table[i].offset;
        uint64_t capacity = *(const volatile uint64_t *)&table[i].capacity;
        if (offset != end || capacity < 8 || capacity % 8 != 0 || capacity > size ||
            slots_size(capacity) > size - end) {
            return brood__fail(BROOD_EFORGED, "the slots of item %llu do not fit",
                               (unsigned long long)i);
        }
        place_at(&places[i], base, i, offset, capacity);
        end += slots_size(capacity);
    }
    if (end != head->size) {
        return brood__fail(BROOD_EFORGED,
                           "the list says that it has %llu bytes, not %llu",
                           (unsigned long long)head->size, (unsigned long long)end);
    }
    return APR_SUCCESS;
}
