/* Segments: creating, recognising and counting mappings of shared memory.
 *
 * Shared state: the head, written by the creator before the handle leaves its process and
 * constant from then on. A creator that dies earlier leaves nothing that anybody could see.
 * The list of this process's mappings is private and guarded. */
#include "segment.h"

#include "guard.h"
#include "os/entropy.h"
#include "os/fault.h"
#include "os/handle.h"
#include "status.h"
#include <stdlib.h>
#include <string.h>

#define SEGMENT_MAGIC 0x44425253u /* "SRBD" */
#define SEGMENT_BYTE_ORDER 0x0102

static brood__guard_t list_guard = BROOD__GUARD_INIT;
static brood__segment_t *list;

static void list_add(brood__segment_t *segment) {
    brood__guard_take(&list_guard);
    segment->next = list;
    list = segment;
    brood__guard_give(&list_guard);
}

static size_t round_up(size_t size, size_t unit) {
    return (size + unit - 1) / unit * unit;
}

static apr_status_t segment_map(brood__segment_t *segment, size_t length) {
    void *base;
    apr_status_t rv = brood_os_memory_map(segment->memory, 0, length, &base);
    if (rv == APR_SUCCESS) {
        segment->base = base;
        segment->mapped = length;
    }
    return rv;
}

static void segment_free(brood__segment_t *segment) {
    if (segment->base != NULL) {
        brood_os_memory_unmap(segment->base, segment->mapped);
    }
    brood_os_handle_close(segment->memory);
    free(segment);
}

static apr_status_t segment_new(brood__segment_t **segment, brood_os_handle_t memory,
                                brood__segment_kind_t kind) {
    *segment = calloc(1, sizeof **segment);
    if (*segment == NULL) {
        return APR_ENOMEM;
    }
    (*segment)->memory = memory;
    (*segment)->kind = kind;
    (*segment)->users = 1;
    return APR_SUCCESS;
}

static apr_status_t head_write(brood__segment_t *segment, uint64_t size) {
    brood__segment_head_t *head = (brood__segment_head_t *)segment->base;
    uint64_t id = 0;
    while (id == 0) {
        apr_status_t rv = brood_os_random(&id, sizeof id);
        if (rv != APR_SUCCESS) {
            return rv;
        }
    }
    head->magic = SEGMENT_MAGIC;
    head->version = BROOD__SEGMENT_VERSION;
    head->byte_order = SEGMENT_BYTE_ORDER;
    head->kind = (uint32_t)segment->kind;
    head->head_size = sizeof *head;
    head->id = id;
    head->size = size;
    head->committed = segment->mapped;
    segment->id = id;
    segment->size = size;
    return APR_SUCCESS;
}

apr_status_t brood__segment_create(brood__segment_t **segment, brood__segment_kind_t kind,
                                   uint64_t size, size_t committed) {
    brood_os_handle_t memory;
    brood__segment_t *fresh;
    apr_status_t rv;
    *segment = NULL;
    committed = round_up(committed, brood_os_memory_granularity());
    size = size < committed ? committed : size;
    rv = brood_os_memory_create(&memory, size, committed);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "shared memory of %llu bytes",
                           (unsigned long long)committed);
    }
    rv = segment_new(&fresh, memory, kind);
    if (rv != APR_SUCCESS) {
        brood_os_handle_close(memory);
        return rv;
    }
    rv = segment_map(fresh, committed);
    if (rv == APR_SUCCESS) {
        rv = head_write(fresh, size);
    }
    if (rv != APR_SUCCESS) {
        segment_free(fresh);
        return brood__fail(rv, "mapping %llu bytes of shared memory",
                           (unsigned long long)committed);
    }
    list_add(fresh);
    *segment = fresh;
    return APR_SUCCESS;
}

int brood__segment_is_ours(const brood__segment_head_t *head) {
    return head->magic == SEGMENT_MAGIC && head->byte_order == SEGMENT_BYTE_ORDER &&
           head->version == BROOD__SEGMENT_VERSION && head->head_size == sizeof *head;
}

apr_status_t brood__segment_head_check(const brood__segment_head_t *head,
                                       brood__segment_kind_t kind, uint64_t object_size) {
    if (!brood__segment_is_ours(head)) {
        return brood__fail(BROOD_EMISMATCH,
                           "a segment of layout %u was expected, and this has magic %x, "
                           "layout %u, byte order %x, a head of %u bytes",
                           BROOD__SEGMENT_VERSION, (unsigned)head->magic, head->version,
                           head->byte_order, (unsigned)head->head_size);
    }
    if (head->kind != (uint32_t)kind) {
        return brood__fail(BROOD_EMISMATCH, "a segment of kind %d was expected, not %u",
                           (int)kind, (unsigned)head->kind);
    }
    if (head->id == 0 || head->committed < sizeof *head || head->committed > head->size ||
        head->size > object_size || head->committed > SIZE_MAX / 2) {
        return brood__fail(BROOD_EFORGED, "the segment's sizes do not fit its memory");
    }
    return APR_SUCCESS;
}

/* Maps as much of a segment as is expected to be committed, a page at least, and copies its
 * head out of there. */
static apr_status_t head_read(brood__segment_head_t *head, brood__segment_t *segment,
                              size_t expected) {
    size_t unit = brood_os_memory_granularity();
    size_t length = round_up(expected < unit ? unit : expected, unit);
    uint64_t object_size;
    apr_status_t rv = brood_os_memory_size(segment->memory, &object_size);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "the size of a segment that arrived");
    }
    if (object_size < sizeof *head) {
        return brood__fail(BROOD_EMISMATCH, "a segment of %llu bytes has no head",
                           (unsigned long long)object_size);
    }
    rv = segment_map(segment, object_size < length ? (size_t)object_size : length);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "mapping a segment that arrived");
    }
    memcpy(head, segment->base, sizeof *head);
    return brood__segment_head_check(head, segment->kind, object_size);
}

/* Maps what is committed, if that is not what was expected. */
static apr_status_t committed_map(brood__segment_t *segment, size_t committed) {
    apr_status_t rv;
    if (segment->mapped == committed) {
        return APR_SUCCESS;
    }
    brood_os_memory_unmap(segment->base, segment->mapped);
    segment->base = NULL;
    rv = segment_map(segment, committed);
    return rv == APR_SUCCESS ? rv : brood__fail(rv, "mapping a segment that arrived");
}

static brood__segment_t *list_find(uint64_t id) {
    brood__segment_t *segment;
    brood__guard_take(&list_guard);
    for (segment = list; segment != NULL && segment->id != id; segment = segment->next) {}
    if (segment != NULL) {
        segment->users++;
    }
    brood__guard_give(&list_guard);
    return segment;
}

apr_status_t brood__segment_attach_sized(brood__segment_t **segment,
                                         brood__segment_kind_t kind,
                                         brood_os_handle_t memory, size_t expected) {
    brood__segment_head_t head;
    brood__segment_t *fresh;
    apr_status_t rv;
    *segment = NULL;
    rv = segment_new(&fresh, memory, kind);
    if (rv != APR_SUCCESS) {
        brood_os_handle_close(memory);
        return rv;
    }
    rv = head_read(&head, fresh, expected);
    if (rv == APR_SUCCESS) {
        *segment = list_find(head.id);
    }
    if (rv == APR_SUCCESS && *segment == NULL) {
        rv = committed_map(fresh, (size_t)head.committed);
    }
    if (rv != APR_SUCCESS || *segment != NULL) {
        segment_free(fresh);
        return rv;
    }
    fresh->id = head.id;
    fresh->size = head.size;
    list_add(fresh);
    *segment = fresh;
    return APR_SUCCESS;
}

apr_status_t brood__segment_attach(brood__segment_t **segment, brood__segment_kind_t kind,
                                   brood_os_handle_t memory) {
    return brood__segment_attach_sized(segment, kind, memory, 0);
}

void brood__segment_release(brood__segment_t *segment) {
    brood__segment_t **link;
    int last;
    brood__guard_take(&list_guard);
    last = --segment->users == 0;
    if (last) {
        for (link = &list; *link != segment; link = &(*link)->next) {}
        *link = segment->next;
    }
    brood__guard_give(&list_guard);
    if (last) {
        segment_free(segment);
    }
}

void brood__segment_after_fork(void) {
    brood__guard_reset(&list_guard);
}

int brood__segment_is_mapped(uint64_t id) {
    brood__segment_t *segment = list_find(id);
    if (segment != NULL) {
        brood__segment_release(segment);
    }
    return segment != NULL;
}

size_t brood__segments_hold(brood__segment_t **held, size_t capacity) {
    size_t count = 0;
    brood__guard_take(&list_guard);
    for (brood__segment_t *segment = list; segment != NULL && count < capacity;
         segment = segment->next) {
        segment->users++;
        held[count++] = segment;
    }
    brood__guard_give(&list_guard);
    return count;
}
