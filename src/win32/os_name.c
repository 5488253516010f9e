/* Sections with a name. What lives as long as a handle to it needs no note on a disk: a note is
 * a small section of its own, and a name's lock a mutex that the system gives up for the dead. */
#include "system.h"
#include "owner.h"
#include "os/handle.h"
#include "os/name.h"
#include <string.h>

/* The session's own objects, as those of a name without a prefix. */
#define MEMORY_PREFIX L"Local\\"
#define NOTE_PREFIX L"Local\\brood.note."
#define LOCK_PREFIX L"Local\\brood.lock."
#define NAME_UNITS 64

#define NOTE_MAX 256

/* What lies in a note's section. Whoever has the name's lock writes. */
typedef struct note_t {
    uint32_t size;
    uint8_t bytes[NOTE_MAX];
} note_t;

static void spell(wchar_t wide[NAME_UNITS], const wchar_t *prefix, const char *name)
{
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

int brood_os_names_persist(void)
{
    return 0;
}

/* *existed says whether it was there before; the handle is to that one then. */
static apr_status_t create_section(HANDLE *section, int *existed, const wchar_t *wide,
                                   uint64_t size)
{
    apr_status_t status;
    SECURITY_ATTRIBUTES *attributes = brood__owner_only(&status);
    if (attributes == NULL) {
        return status;
    }
    *section = CreateFileMappingW(INVALID_HANDLE_VALUE, attributes, PAGE_READWRITE,
                                  (DWORD)(size >> 32), (DWORD)size, wide);
    DWORD error = GetLastError();
    *existed = error == ERROR_ALREADY_EXISTS;
    if (*section != NULL) {
        return APR_SUCCESS;
    }
    /* The page file is full; or the name is an object's of another kind. */
    return error == ERROR_COMMITMENT_LIMIT ? APR_ENOMEM
           : error == ERROR_INVALID_HANDLE ? APR_EEXIST
                                           : brood__status_from_os(error);
}

static apr_status_t open_section(brood_os_handle_t *handle, const wchar_t *prefix,
                                 const char *name)
{
    wchar_t wide[NAME_UNITS];
    spell(wide, prefix, name);
    HANDLE section = OpenFileMappingW(FILE_MAP_ALL_ACCESS, FALSE, wide);
    if (section == NULL) {
        DWORD error = GetLastError();
        return error == ERROR_FILE_NOT_FOUND || error == ERROR_INVALID_HANDLE
                   ? APR_ENOENT
                   : brood__status_from_os(error);
    }
    *handle = brood__handle(section);
    return APR_SUCCESS;
}

apr_status_t brood_os_named_create(brood_os_handle_t *memory, const char *name, uint64_t size)
{
    wchar_t wide[NAME_UNITS];
    HANDLE section;
    int existed;
    *memory = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.named_create");
    spell(wide, MEMORY_PREFIX, name);
    apr_status_t status = create_section(&section, &existed, wide, size);
    if (status == APR_SUCCESS && existed) {
        CloseHandle(section);
        status = APR_EEXIST;
    }
    if (status == APR_SUCCESS) {
        *memory = brood__handle(section);
    }
    return status;
}

apr_status_t brood_os_named_reserve(brood_os_handle_t memory, uint64_t size)
{
    (void)memory;
    (void)size;
    BROOD_FAULT("os.named_reserve");
    return APR_SUCCESS; /* committed when it was made */
}

apr_status_t brood_os_named_open(brood_os_handle_t *memory, const char *name)
{
    *memory = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.named_open");
    return open_section(memory, MEMORY_PREFIX, name);
}

apr_status_t brood_os_named_mark(brood_os_handle_t memory, uint64_t mark[2])
{
    (void)memory;
    mark[0] = 0;
    mark[1] = 0;
    BROOD_FAULT("os.named_mark");
    return APR_SUCCESS;
}

apr_status_t brood_os_named_unlink(const char *name)
{
    (void)name;
    return APR_ENOTIMPL;
}

/* ---- one at a time ---- */

apr_status_t brood_os_name_lock(brood_os_handle_t *lock, const char *name,
                                brood_os_deadline_t deadline)
{
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

void brood_os_name_unlock(brood_os_handle_t lock)
{
    if (lock != BROOD_OS_NO_HANDLE) {
        ReleaseMutex(brood__native(lock));
        CloseHandle(brood__native(lock));
    }
}

/* ---- notes ---- */

static apr_status_t note_map(brood_os_handle_t note, note_t **view)
{
    *view = MapViewOfFile(brood__native(note), FILE_MAP_READ | FILE_MAP_WRITE, 0, 0,
                          sizeof **view);
    return *view == NULL ? brood__status_from_os(GetLastError()) : APR_SUCCESS;
}

apr_status_t brood_os_note_create(brood_os_handle_t *note, const char *name)
{
    wchar_t wide[NAME_UNITS];
    HANDLE section;
    note_t *view;
    int existed;
    *note = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.note_create");
    spell(wide, NOTE_PREFIX, name);
    apr_status_t status = create_section(&section, &existed, wide, sizeof(note_t));
    if (status != APR_SUCCESS) {
        return status;
    }
    status = note_map(brood__handle(section), &view);
    if (status != APR_SUCCESS) {
        CloseHandle(section);
        return status;
    }
    view->size = 0;
    UnmapViewOfFile(view);
    *note = brood__handle(section);
    return APR_SUCCESS;
}

apr_status_t brood_os_note_open(brood_os_handle_t *note, const char *name)
{
    *note = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.note_open");
    return open_section(note, NOTE_PREFIX, name);
}

apr_status_t brood_os_note_hold(brood_os_handle_t note)
{
    (void)note;
    BROOD_FAULT("os.note_hold");
    return APR_SUCCESS; /* to have it is to hold it */
}

int brood_os_note_is_held(brood_os_handle_t note)
{
    (void)note;
    return 1;
}

apr_status_t brood_os_note_write(brood_os_handle_t note, const void *bytes, size_t size)
{
    note_t *view;
    BROOD_FAULT("os.note_write");
    if (size > NOTE_MAX) {
        return APR_EINVAL;
    }
    apr_status_t status = note_map(note, &view);
    if (status == APR_SUCCESS) {
        memcpy(view->bytes, bytes, size);
        view->size = (uint32_t)size;
        UnmapViewOfFile(view);
    }
    return status;
}

apr_status_t brood_os_note_read(brood_os_handle_t note, void *bytes, size_t size)
{
    note_t *view;
    BROOD_FAULT("os.note_read");
    apr_status_t status = note_map(note, &view);
    if (status != APR_SUCCESS) {
        return status;
    }
    if (size <= NOTE_MAX && view->size == size) {
        memcpy(bytes, view->bytes, size);
    } else {
        status = APR_EOF;
    }
    UnmapViewOfFile(view);
    return status;
}

apr_status_t brood_os_note_remove(const char *name)
{
    (void)name;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_note_list(apr_status_t (*each)(void *data, const char *name), void *data)
{
    (void)each;
    (void)data;
    return APR_ENOTIMPL;
}
