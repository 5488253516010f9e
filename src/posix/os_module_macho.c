/* Code by name in Mach-O images, as the dynamic linker lists them. A place is {image, offset
 * from its header, LC_UUID}. An image without an UUID (linked with -no_uuid) gets 20 bytes mixed
 * from its load commands instead, which hold sizes, addresses and versions. */
#include "posix.h"

#include "os/module.h"
#include <dlfcn.h>
#include <mach-o/dyld.h>
#include <mach-o/loader.h>
#include <mach/vm_prot.h>
#include <stdint.h>
#include <string.h>

#ifdef __LP64__
typedef struct mach_header_64 header_t;
typedef struct segment_command_64 segment_t;
#define SEGMENT LC_SEGMENT_64
#else
typedef struct mach_header header_t;
typedef struct segment_command segment_t;
#define SEGMENT LC_SEGMENT
#endif

#define UUID_LENGTH 16U
#define HASH_LENGTH 20U

/* One round of mixing 64 bits into 64 (multiply, then fold the high half down). */
static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}

/* The next load command of an image, or NULL after the last; start with NULL. */
static const struct load_command *next_command(const header_t *header,
                                               const struct load_command *command) {
    const char *first = (const char *)(header + 1);
    const char *next = command == NULL ? first : (const char *)command + command->cmdsize;

    if (command != NULL && command->cmdsize < sizeof *command) {
        return NULL;
    }
    if (next + sizeof *command > first + header->sizeofcmds) {
        return NULL;
    }
    return (const struct load_command *)(uintptr_t)next;
}

static void hash_image(const header_t *header, brood_os_place_t *place) {
    uint64_t lanes[3] = {1, 2, 3};
    const unsigned char *commands = (const unsigned char *)(header + 1);
    size_t lane;
    uint32_t at;

    for (lane = 0; lane < 3; lane++) {
        for (at = 0; at < header->sizeofcmds; at++) {
            lanes[lane] = mix(lanes[lane], commands[at]);
        }
    }
    place->build_id_length = HASH_LENGTH;
    memcpy(place->build_id, lanes, HASH_LENGTH);
}

/* Fills in who the image is. */
static void identify(const header_t *header, brood_os_place_t *place) {
    const struct load_command *command = NULL;

    while ((command = next_command(header, command)) != NULL) {
        if (command->cmd == LC_UUID) {
            place->build_id_length = UUID_LENGTH;
            memcpy(place->build_id, ((const struct uuid_command *)command)->uuid,
                   UUID_LENGTH);
            return;
        }
    }
    hash_image(header, place);
}

/* Whether the image, which `slide` has moved from where it was linked for, has code there. */
static int is_code(const header_t *header, uintptr_t slide, uintptr_t address) {
    const struct load_command *command = NULL;

    while ((command = next_command(header, command)) != NULL) {
        const segment_t *segment = (const segment_t *)command;

        if (command->cmd == SEGMENT && (segment->initprot & VM_PROT_EXECUTE) != 0 &&
            address >= (uintptr_t)segment->vmaddr + slide &&
            address - ((uintptr_t)segment->vmaddr + slide) < segment->vmsize) {
            return 1;
        }
    }
    return 0;
}

/* The image's list may change under the walk when another thread loads or unloads: an entry
 * that is gone has no header. */
apr_status_t brood_os_place_of(const void *function, brood_os_place_t *place) {
    const uintptr_t address = (uintptr_t)function;
    uint32_t i;

    memset(place, 0, sizeof *place);
    BROOD_FAULT("os.place_of");
    for (i = 0; i < _dyld_image_count(); i++) {
        const header_t *header =
            (const header_t *)(const void *)_dyld_get_image_header(i);
        const char *path = _dyld_get_image_name(i);

        if (header == NULL ||
            !is_code(header, (uintptr_t)_dyld_get_image_vmaddr_slide(i), address)) {
            continue;
        }
        place->is_program = header->filetype == MH_EXECUTE;
        place->offset = address - (uintptr_t)header;
        if (path != NULL && strlen(path) < sizeof place->path) {
            memcpy(place->path, path, strlen(path) + 1);
        }
        identify(header, place);
        return APR_SUCCESS;
    }
    return APR_ENOENT;
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* A library may lie elsewhere here: its identity decides, the file's name only tells "another
 * build" from "not here". */
apr_status_t brood_os_place_find(const brood_os_place_t *place, void **function) {
    apr_status_t status = APR_ENOENT;
    uint32_t i;

    *function = NULL;
    BROOD_FAULT("os.place_find");
    if (place->build_id_length == 0 || place->build_id_length > BROOD_OS_BUILD_ID_MAX ||
        memchr(place->path, '\0', sizeof place->path) == NULL) {
        return APR_EINVAL;
    }
    for (i = 0; i < _dyld_image_count(); i++) {
        const header_t *header =
            (const header_t *)(const void *)_dyld_get_image_header(i);
        const char *path = _dyld_get_image_name(i);
        brood_os_place_t here; /* only the identity is used */
        uintptr_t address;

        if (header == NULL ||
            (header->filetype == MH_EXECUTE) != (place->is_program != 0)) {
            continue;
        }
        identify(header, &here);
        if (here.build_id_length != place->build_id_length ||
            memcmp(here.build_id, place->build_id, here.build_id_length) != 0) {
            if (place->is_program ||
                (path != NULL && strcmp(file_name(path), file_name(place->path)) == 0)) {
                status = APR_EMISMATCH;
            }
            continue;
        }
        address = (uintptr_t)header + (uintptr_t)place->offset;
        if (!is_code(header, (uintptr_t)_dyld_get_image_vmaddr_slide(i), address)) {
            return APR_EINVAL;
        }
        *function = (void *)address;
        return APR_SUCCESS;
    }
    return status;
}
