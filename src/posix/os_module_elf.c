/* Code by name in ELF modules, as the dynamic linker lists them.
 *
 * A place is {module, offset from its load address, build identity}. The identity is the build
 * id that the linker wrote into the module; a module without one gets 20 bytes mixed from its
 * program headers and from the size and time of its file, which another build has hardly alike.
 * The mix is no defence against forgery and need not be: who can name a place can run code. */
#include "posix.h"

#include "os/module.h"
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_LENGTH 20U
#define PROGRAM "/proc/self/exe"

/* One round of mixing 64 bits into 64 (multiply, then fold the high half down). */
static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}

/* An id for a module that has none. */
static void hash_module(const struct dl_phdr_info *module, const char *file,
                        brood_os_place_t *place) {
    uint64_t lanes[3] = {1, 2, 3};
    struct stat about;
    size_t lane, i;

    for (lane = 0; lane < 3; lane++) {
        for (i = 0; i < module->dlpi_phnum; i++) {
            const ElfW(Phdr) *header = &module->dlpi_phdr[i];

            lanes[lane] =
                mix(lanes[lane], header->p_type ^ ((uint64_t)header->p_flags << 32));
            lanes[lane] = mix(lanes[lane], header->p_offset);
            lanes[lane] = mix(lanes[lane], header->p_vaddr);
            lanes[lane] = mix(lanes[lane], header->p_filesz);
            lanes[lane] = mix(lanes[lane], header->p_memsz);
        }
        if (stat(file, &about) == 0) {
            lanes[lane] = mix(lanes[lane], (uint64_t)about.st_size);
            lanes[lane] = mix(lanes[lane], (uint64_t)about.st_mtim.tv_sec);
            lanes[lane] = mix(lanes[lane], (uint64_t)about.st_mtim.tv_nsec);
        }
    }
    place->build_id_length = HASH_LENGTH;
    memcpy(place->build_id, lanes, HASH_LENGTH);
}

/* Whether [address, address + size) is mapped by the module with these flags. */
static int is_loaded(const struct dl_phdr_info *module, uintptr_t address, size_t size,
                     ElfW(Word) flags) {
    size_t i;

    for (i = 0; i < module->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &module->dlpi_phdr[i];
        uintptr_t start = (uintptr_t)(module->dlpi_addr + header->p_vaddr);

        if (header->p_type == PT_LOAD && (header->p_flags & flags) == flags &&
            address >= start && address - start <= header->p_memsz &&
            size <= header->p_memsz - (address - start)) {
            return 1;
        }
    }
    return 0;
}

/* Looks for the build id among the notes of one segment. Notes are {name size, description
 * size, type, name, description}, each padded to the segment's alignment of 4 or 8. */
static int find_build_id(const unsigned char *notes, size_t size, size_t align,
                         brood_os_place_t *place) {
    const size_t pad = align == 8 ? 7 : 3;

    while (size >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) note;
        size_t name, description;

        memcpy(&note, notes, sizeof note);
        name = ((size_t)note.n_namesz + sizeof note + pad) & ~pad;
        description = ((size_t)note.n_descsz + pad) & ~pad;
        if (name > size || note.n_descsz > size - name) {
            return 0;
        }
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && note.n_descsz > 0 &&
            memcmp(notes + sizeof note, "GNU", 4) == 0) {
            place->build_id_length = note.n_descsz < BROOD_OS_BUILD_ID_MAX
                                         ? note.n_descsz
                                         : BROOD_OS_BUILD_ID_MAX;
            memcpy(place->build_id, notes + name, place->build_id_length);
            return 1;
        }
        if (description > size - name) {
            return 0;
        }
        notes += name + description;
        size -= name + description;
    }
    return 0;
}

/* Fills in who the module is. */
static void identify(const struct dl_phdr_info *module, int is_program,
                     brood_os_place_t *place) {
    size_t i;

    for (i = 0; i < module->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &module->dlpi_phdr[i];
        uintptr_t start = (uintptr_t)(module->dlpi_addr + header->p_vaddr);

        if (header->p_type == PT_NOTE &&
            is_loaded(module, start, header->p_memsz, PF_R) &&
            find_build_id((const unsigned char *)start, header->p_memsz, header->p_align,
                          place)) {
            return;
        }
    }
    hash_module(module, is_program ? PROGRAM : module->dlpi_name, place);
}

/* A walk over the modules: what is looked for, and what was found. */
typedef struct walk_t {
    uintptr_t address;            /* place_of: the function */
    brood_os_place_t *place;      /* place_of: the result */
    const brood_os_place_t *like; /* place_find: the place elsewhere */
    uintptr_t function;           /* place_find: the result */
    size_t index; /* of the module now looked at; the program is the first */
    int is_found;
    int is_other_build; /* place_find: a module of that name has another identity */
    int is_outside;     /* place_find: no code at that offset */
} walk_t;

static int look_for_address(struct dl_phdr_info *module, size_t size, void *data) {
    walk_t *walk = data;
    const int is_program = walk->index++ == 0;
    size_t length;

    (void)size;
    if (!is_loaded(module, walk->address, 1, PF_X)) {
        return 0;
    }
    walk->is_found = 1;
    walk->place->is_program = is_program;
    walk->place->offset = walk->address - (uintptr_t)module->dlpi_addr;
    length = strlen(module->dlpi_name);
    if (!is_program && length < sizeof walk->place->path) {
        memcpy(walk->place->path, module->dlpi_name, length + 1);
    }
    identify(module, is_program, walk->place);
    return 1;
}

apr_status_t brood_os_place_of(const void *function, brood_os_place_t *place) {
    walk_t walk;

    memset(place, 0, sizeof *place);
    BROOD_FAULT("os.place_of");
    memset(&walk, 0, sizeof walk);
    walk.address = (uintptr_t)function;
    walk.place = place;
    (void)dl_iterate_phdr(look_for_address, &walk);
    return walk.is_found ? APR_SUCCESS : APR_ENOENT;
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* A library may lie elsewhere here (another search path, another name for the directory): the
 * identity decides, the file's name only tells "another build" from "not here". */
static int look_for_module(struct dl_phdr_info *module, size_t size, void *data) {
    walk_t *walk = data;
    const int is_program = walk->index++ == 0;
    brood_os_place_t here; /* `path` is not used */
    uintptr_t function;

    (void)size;
    if (is_program != (walk->like->is_program != 0)) {
        return 0;
    }
    here.build_id_length = 0;
    identify(module, is_program, &here);
    if (here.build_id_length != walk->like->build_id_length ||
        memcmp(here.build_id, walk->like->build_id, here.build_id_length) != 0) {
        if (is_program ||
            strcmp(file_name(module->dlpi_name), file_name(walk->like->path)) == 0) {
            walk->is_other_build = 1;
        }
        return 0;
    }
    function = (uintptr_t)module->dlpi_addr + (uintptr_t)walk->like->offset;
    walk->is_found = 1;
    walk->is_outside =
        walk->like->offset > UINTPTR_MAX || !is_loaded(module, function, 1, PF_X);
    walk->function = function;
    return 1;
}

apr_status_t brood_os_place_find(const brood_os_place_t *place, void **function) {
    walk_t walk;

    *function = NULL;
    BROOD_FAULT("os.place_find");
    if (place->build_id_length == 0 || place->build_id_length > BROOD_OS_BUILD_ID_MAX ||
        memchr(place->path, '\0', sizeof place->path) == NULL) {
        return APR_EINVAL;
    }
    memset(&walk, 0, sizeof walk);
    walk.like = place;
    (void)dl_iterate_phdr(look_for_module, &walk);
    if (!walk.is_found) {
        return walk.is_other_build ? APR_EMISMATCH : APR_ENOENT;
    }
    if (walk.is_outside) {
        return APR_EINVAL;
    }
    *function = (void *)walk.function;
    return APR_SUCCESS;
}
