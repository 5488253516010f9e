/* Named memory and notes on a system without any. */
#include "os/name.h"

int brood_os_names_persist(void) {
    return 0;
}

apr_status_t brood_os_named_create(brood_os_handle_t *memory, const char *name,
                                   uint64_t size) {
    (void)name;
    (void)size;
    *memory = BROOD_OS_NO_HANDLE;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_named_reserve(brood_os_handle_t memory, uint64_t size) {
    (void)memory;
    (void)size;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_named_open(brood_os_handle_t *memory, const char *name) {
    (void)name;
    *memory = BROOD_OS_NO_HANDLE;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_named_mark(brood_os_handle_t memory, uint64_t mark[2]) {
    (void)memory;
    mark[0] = 0;
    mark[1] = 0;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_named_unlink(const char *name) {
    (void)name;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_name_lock(brood_os_handle_t *lock, const char *name,
                                brood_os_deadline_t deadline) {
    (void)name;
    (void)deadline;
    *lock = BROOD_OS_NO_HANDLE;
    return APR_ENOTIMPL;
}

void brood_os_name_unlock(brood_os_handle_t lock) {
    (void)lock;
}

apr_status_t brood_os_note_create(brood_os_handle_t *note, const char *name) {
    (void)name;
    *note = BROOD_OS_NO_HANDLE;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_note_open(brood_os_handle_t *note, const char *name) {
    (void)name;
    *note = BROOD_OS_NO_HANDLE;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_note_hold(brood_os_handle_t note) {
    (void)note;
    return APR_ENOTIMPL;
}

int brood_os_note_is_held(brood_os_handle_t note) {
    (void)note;
    return 1;
}

apr_status_t brood_os_note_write(brood_os_handle_t note, brood_os_handle_t memory,
                                 const void *bytes, size_t size) {
    (void)memory;
    (void)note;
    (void)bytes;
    (void)size;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_note_read(brood_os_handle_t note, brood_os_handle_t memory,
                                void *bytes, size_t size) {
    (void)memory;
    (void)note;
    (void)bytes;
    (void)size;
    return APR_ENOTIMPL;
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
