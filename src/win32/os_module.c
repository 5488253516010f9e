/* Places in code: module, offset and what tells one build of a module from another, all read
 * from the image as it lies in memory. */
#include "system.h"
#include "os/module.h"
#include "utf.h"

#include <stdlib.h>
#include <string.h>

/* What the linker leaves to find the debug file by; the signature differs for each link. */
typedef struct codeview_t {
    DWORD magic; /* "RSDS" */
    BYTE signature[16];
    DWORD age;
} codeview_t;

#define CODEVIEW_MAGIC 0x53445352

/* The three numbers of the headers, and the codeview signature with its age. */
#define ID_SHORT 12
#define ID_LONG 32

static const IMAGE_NT_HEADERS *headers_of(const BYTE *base) {
    const IMAGE_DOS_HEADER *dos = (const void *)base;
    if (dos->e_magic != IMAGE_DOS_SIGNATURE) {
        return NULL;
    }
    const IMAGE_NT_HEADERS *headers = (const void *)(base + dos->e_lfanew);
    return headers->Signature == IMAGE_NT_SIGNATURE ? headers : NULL;
}

static const codeview_t *codeview_of(const BYTE *base, const IMAGE_NT_HEADERS *headers) {
    const DWORD size = headers->OptionalHeader.SizeOfImage;
    if (headers->OptionalHeader.NumberOfRvaAndSizes <= IMAGE_DIRECTORY_ENTRY_DEBUG) {
        return NULL;
    }
    IMAGE_DATA_DIRECTORY where =
        headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_DEBUG];
    if (where.VirtualAddress == 0 || where.VirtualAddress > size ||
        where.Size > size - where.VirtualAddress) {
        return NULL;
    }
    const IMAGE_DEBUG_DIRECTORY *entry = (const void *)(base + where.VirtualAddress);
    for (DWORD left = where.Size / (DWORD)sizeof *entry; left > 0; --left, ++entry) {
        if (entry->Type != IMAGE_DEBUG_TYPE_CODEVIEW || entry->AddressOfRawData == 0 ||
            entry->SizeOfData < sizeof(codeview_t) || entry->AddressOfRawData > size ||
            entry->SizeOfData > size - entry->AddressOfRawData) {
            continue;
        }
        const codeview_t *codeview = (const void *)(base + entry->AddressOfRawData);
        if (codeview->magic == CODEVIEW_MAGIC) {
            return codeview;
        }
    }
    return NULL;
}

/* Time stamp, size and checksum alone tell builds apart unless a linker was told to write
 * them the same for every build; then the codeview signature does. */
static uint32_t build_id_of(const BYTE *base, const IMAGE_NT_HEADERS *headers,
                            uint8_t id[BROOD_OS_BUILD_ID_MAX]) {
    memset(id, 0, BROOD_OS_BUILD_ID_MAX);
    memcpy(id, &headers->FileHeader.TimeDateStamp, 4);
    memcpy(id + 4, &headers->OptionalHeader.SizeOfImage, 4);
    memcpy(id + 8, &headers->OptionalHeader.CheckSum, 4);
    const codeview_t *codeview = codeview_of(base, headers);
    if (codeview == NULL) {
        return ID_SHORT;
    }
    memcpy(id + 12, codeview->signature, 16);
    memcpy(id + 28, &codeview->age, 4);
    return ID_LONG;
}

static int is_code(const IMAGE_NT_HEADERS *headers, uint64_t offset) {
    const IMAGE_SECTION_HEADER *section = IMAGE_FIRST_SECTION(headers);
    for (WORD left = headers->FileHeader.NumberOfSections; left > 0; --left, ++section) {
        if ((section->Characteristics & IMAGE_SCN_MEM_EXECUTE) != 0 &&
            offset >= section->VirtualAddress &&
            offset - section->VirtualAddress < section->Misc.VirtualSize) {
            return 1;
        }
    }
    return 0;
}

static apr_status_t path_of(HMODULE module, char path[BROOD_OS_PATH_MAX]) {
    wchar_t wide[BROOD_OS_PATH_MAX];
    DWORD length = GetModuleFileNameW(module, wide, BROOD_OS_PATH_MAX);
    if (length == 0) {
        return brood__status_from_os(GetLastError());
    }
    if (length >= BROOD_OS_PATH_MAX) {
        return APR_ENAMETOOLONG;
    }
    return brood__narrow(path, BROOD_OS_PATH_MAX, wide);
}

apr_status_t brood_os_place_of(const void *function, brood_os_place_t *place) {
    HMODULE module;
    memset(place, 0, sizeof *place);
    BROOD_FAULT("os.place_of");
    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                            function, &module)) {
        return APR_ENOENT;
    }
    const BYTE *base = (const BYTE *)module;
    const IMAGE_NT_HEADERS *headers = headers_of(base);
    uint64_t offset = (uint64_t)((uintptr_t)function - (uintptr_t)base);
    if (headers == NULL || !is_code(headers, offset)) {
        return APR_ENOENT;
    }
    apr_status_t status = path_of(module, place->path);
    if (status != APR_SUCCESS) {
        return status;
    }
    place->is_program = module == GetModuleHandleW(NULL);
    place->offset = offset;
    place->build_id_length = build_id_of(base, headers, place->build_id);
    return APR_SUCCESS;
}

/* By its file where that is loaded, else any module of that base name: the other process may
 * have loaded the same module from elsewhere, and the build identity decides. */
static HMODULE find_module(const wchar_t *path) {
    wchar_t name[MAX_PATH];
    HMODULE module = GetModuleHandleW(path);
    if (module != NULL) {
        return module;
    }
    const wchar_t *base = path;
    for (const wchar_t *at = path; *at != L'\0'; ++at) {
        base = *at == L'\\' || *at == L'/' || *at == L':' ? at + 1 : base;
    }
    size_t length = wcslen(base);
    if (length == 0 || length + 2 > MAX_PATH) {
        return NULL;
    }
    memcpy(name, base, (length + 1) * sizeof *name);
    if (wcschr(name, L'.') == NULL) { /* else ".dll" would be added */
        memcpy(name + length, L".", 2 * sizeof *name);
    }
    return GetModuleHandleW(name);
}

static apr_status_t module_of(const brood_os_place_t *place, HMODULE *module) {
    wchar_t *path;
    if (place->is_program) {
        *module = GetModuleHandleW(NULL);
        return APR_SUCCESS;
    }
    *module = NULL;
    if (memchr(place->path, '\0', sizeof place->path) == NULL) {
        return APR_EINVAL;
    }
    apr_status_t status = brood__wide(&path, place->path);
    if (status != APR_SUCCESS) {
        return status;
    }
    *module = find_module(path);
    free(path);
    return *module == NULL ? APR_ENOENT : APR_SUCCESS;
}

apr_status_t brood_os_place_find(const brood_os_place_t *place, void **function) {
    HMODULE module;
    uint8_t id[BROOD_OS_BUILD_ID_MAX];
    *function = NULL;
    BROOD_FAULT("os.place_find");
    if (place->build_id_length > BROOD_OS_BUILD_ID_MAX) {
        return APR_EINVAL;
    }
    apr_status_t status = module_of(place, &module);
    if (status != APR_SUCCESS) {
        return status;
    }
    BYTE *base = (BYTE *)module;
    const IMAGE_NT_HEADERS *headers = headers_of(base);
    if (headers == NULL) {
        return APR_ENOENT;
    }
    uint32_t length = build_id_of(base, headers, id);
    if (length != place->build_id_length || memcmp(id, place->build_id, length) != 0) {
        return APR_EMISMATCH;
    }
    if (!is_code(headers, place->offset)) {
        return APR_EINVAL;
    }
    *function = base + place->offset;
    return APR_SUCCESS;
}
