/* Sections with a name. What lives as long as a handle to it needs no note elsewhere: one lies
 * at the end of the section, so that neither is ever without the other, in whichever order the
 * system closes the handles of a dead process. A name's lock is a mutex that the system gives up
 * for the dead. */
#include "system.h"
#include "owner.h"
#include "os/memory.h"
#include "os/name.h"
#include <string.h>

/* The session's own objects, as those of a name without a prefix. */
#define MEMORY_PREFIX L"Local\\"
#define LOCK_PREFIX L"Local\\brood.lock."
#define NAME_UNITS 64

/* How a section ends. Whoever has the name's lock writes. */
typedef struct note_t {
    uint32_t size;
    uint8_t bytes[BROOD_OS_NOTE_MAX];
} note_t;

static void spell(wchar_t wide[NAME_UNITS], const wchar_t *prefix, const char *name) {
    size_t length = 0;
    for (; prefix[length] != L'\0'; ++length) {
        wide[length] = prefix[length];
    }
    for (size_t i = 0; name[i] != '\0' && i < BROOD_OS_NAME_MAX; ++i) {
        wide[length++] = (wchar_t)(unsigned char)name[i];
    }
    wide[length] = L'\0';
}

/* ---- memory ---- */

int brood_os_names_persist(void) {
    return 0;
}

apr_status_t brood_os_named_create(brood_os_handle_t *memory, const char *name,
                                   uint64_t size) {
    wchar_t wide[NAME_UNITS];
    apr_status_t status;
    *memory = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.named_create");
    SECURITY_ATTRIBUTES *attributes = brood__owner_only(&status);
    if (attributes == NULL) {
        return status;
    }
    spell(wide, MEMORY_PREFIX, name);
    size += sizeof(note_t);
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, attributes, PAGE_READWRITE,
                                        (DWORD)(size >> 32), (DWORD)size, wide);
    DWORD error = GetLastError();
    if (section != NULL && error == ERROR_ALREADY_EXISTS) {
        CloseHandle(section);
        return APR_EEXIST;
    }
    if (section == NULL) {
        /* The page file is full; or the name is an object's of another kind. */
        return error == ERROR_COMMITMENT_LIMIT ? APR_ENOMEM
               : error == ERROR_INVALID_HANDLE ? APR_EEXIST
                                               : brood__status_from_os(error);
    }
    *memory = brood__handle(section);
    return APR_SUCCESS;
}

apr_status_t brood_os_named_reserve(brood_os_handle_t memory, uint64_t size) {
    (void)memory;
    (void)size;
    BROOD_FAULT("os.named_reserve");
    return APR_SUCCESS; /* committed when it was made */
}

apr_status_t brood_os_named_open(brood_os_handle_t *memory, const char *name) {
    wchar_t wide[NAME_UNITS];
    *memory = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.named_open");
    spell(wide, MEMORY_PREFIX, name);
    HANDLE section = OpenFileMappingW(FILE_MAP_ALL_ACCESS, FALSE, wide);
    if (section == NULL) {
        DWORD error = GetLastError();
        return error == ERROR_FILE_NOT_FOUND || error == ERROR_INVALID_HANDLE
                   ? APR_ENOENT
                   : brood__status_from_os(error);
    }
    *memory = brood__handle(section);
    return APR_SUCCESS;
}

apr_status_t brood_os_named_mark(brood_os_handle_t memory, uint64_t mark[2]) {
    (void)memory;
    mark[0] = 0;
    mark[1] = 0;
    BROOD_FAULT("os.named_mark");
    return APR_SUCCESS;
}

apr_status_t brood_os_named_unlink(const char *name) {
    (void)name;
    return APR_ENOTIMPL;
}

/* ---- one at a time ---- */

apr_status_t brood_os_name_lock(brood_os_handle_t *lock, const char *name,
                                brood_os_deadline_t deadline) {
    wchar_t wide[NAME_UNITS];
    apr_status_t status;
    *lock = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.name_lock");
    SECURITY_ATTRIBUTES *attributes = brood__owner_only(&status);
    if (attributes == NULL) {
        return status;
    }
    spell(wide, LOCK_PREFIX, name);
    HANDLE mutex = CreateMutexW(attributes, FALSE, wide);
    if (mutex == NULL) {
        return brood__status_from_os(GetLastError());
    }
    DWORD waited = WaitForSingleObject(mutex, brood__milliseconds_left(deadline));
    if (waited == WAIT_OBJECT_0 || waited == WAIT_ABANDONED) {
        *lock = brood__handle(mutex);
        return APR_SUCCESS;
    }
    status = waited == WAIT_TIMEOUT ? APR_TIMEUP : brood__status_from_os(GetLastError());
    CloseHandle(mutex);
    return status;
}

void brood_os_name_unlock(brood_os_handle_t lock) {
    if (lock != BROOD_OS_NO_HANDLE) {
        ReleaseMutex(brood__native(lock));
        CloseHandle(brood__native(lock));
    }
}

/* ---- notes ---- */

/* A note lies in the last bytes of its section, behind the caller's. Where that is, everybody
 * finds from the section's size. */
static apr_status_t note_map(brood_os_handle_t memory, void **view, note_t **note) {
    uint64_t size;
    apr_status_t status = brood_os_memory_size(memory, &size);
    if (status != APR_SUCCESS) {
        return status;
    }
    if (size < sizeof **note) {
        return APR_EOF;
    }
    uint64_t at = size - sizeof **note;
    uint64_t from = at - at % brood_os_memory_granularity();
    status = brood_os_memory_map(memory, from, (size_t)(size - from), view);
    if (status == APR_SUCCESS) {
        *note = (note_t *)((char *)*view + (at - from));
    }
    return status;
}

apr_status_t brood_os_note_create(brood_os_handle_t *note, const char *name) {
    (void)name;
    *note = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.note_create");
    return APR_SUCCESS;
}

apr_status_t brood_os_note_open(brood_os_handle_t *note, const char *name) {
    (void)name;
    *note = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.note_open");
    return APR_SUCCESS;
}

apr_status_t brood_os_note_hold(brood_os_handle_t note) {
    (void)note;
    BROOD_FAULT("os.note_hold");
    return APR_SUCCESS; /* to have the memory is to hold the note */
}

int brood_os_note_is_held(brood_os_handle_t note) {
    (void)note;
    return 1;
}

apr_status_t brood_os_note_write(brood_os_handle_t note, brood_os_handle_t memory,
                                 const void *bytes, size_t size) {
    void *view;
    note_t *place;
    (void)note;
    BROOD_FAULT("os.note_write");
    if (size > sizeof place->bytes) {
        return APR_EINVAL;
    }
    if (memory == BROOD_OS_NO_HANDLE) {
        return APR_SUCCESS; /* it will be written again when there is a section */
    }
    apr_status_t status = note_map(memory, &view, &place);
    if (status == APR_SUCCESS) {
        memcpy(place->bytes, bytes, size);
        place->size = (uint32_t)size;
        brood_os_memory_unmap(view, 0);
    }
    return status;
}

apr_status_t brood_os_note_read(brood_os_handle_t note, brood_os_handle_t memory,
                                void *bytes, size_t size) {
    void *view;
    note_t *place;
    (void)note;
    BROOD_FAULT("os.note_read");
    apr_status_t status = note_map(memory, &view, &place);
    if (status != APR_SUCCESS) {
        return status;
    }
    if (size <= sizeof place->bytes && place->size == size) {
        memcpy(bytes, place->bytes, size);
    } else {
        status = APR_EOF;
    }
    brood_os_memory_unmap(view, 0);
    return status;
}

apr_status_t brood_os_note_remove(const char *name) {
    (void)name;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_note_list(apr_status_t (*each)(void *data, const char *name),
                                void *data) {
    (void)each;
    (void)data;
    return APR_ENOTIMPL;
}
