/* Bells on Windows: an event with a name of 128 random bits, that only this user can open. */
#include "system.h"
#include "name.h"
#include "os/bell.h"
#include "os/entropy.h"
#include "owner.h"

#include <string.h>

static void spell(wchar_t name[BROOD__NAME_UNITS], const uint64_t bits[2]) {
    unsigned char bytes[BROOD__NAME_BITS_SIZE];
    memcpy(bytes, bits, sizeof bytes);
    brood__name_spell(name, L"Local\\brood-bell-", bytes);
}

apr_status_t brood_os_bell_open(brood_os_bell_t *bell) {
    const brood_os_bell_t none = BROOD_OS_BELL_INIT;
    wchar_t name[BROOD__NAME_UNITS];
    uint64_t bits[2];
    *bell = none;
    BROOD_FAULT("os.bell_open");
    apr_status_t status = brood_os_random(bits, sizeof bits);
    if (status != APR_SUCCESS) {
        return status;
    }
    SECURITY_ATTRIBUTES *attributes = brood__owner_only(&status);
    if (attributes == NULL) {
        return status;
    }
    spell(name, bits);
    HANDLE event = CreateEventW(attributes, TRUE, FALSE, name);
    DWORD error = GetLastError();
    if (event == NULL ||
        error == ERROR_ALREADY_EXISTS) { /* 128 bits: somebody else's doing */
        if (event != NULL) {
            CloseHandle(event);
        }
        return brood__status_from_os(error);
    }
    bell->handle = brood__handle(event);
    bell->name[0] = bits[0];
    bell->name[1] = bits[1];
    return APR_SUCCESS;
}

void brood_os_bell_close(brood_os_bell_t *bell) {
    const brood_os_bell_t none = BROOD_OS_BELL_INIT;
    if (bell->handle != BROOD_OS_NO_HANDLE) {
        CloseHandle(brood__native(bell->handle));
    }
    *bell = none;
}

void brood_os_bell_clear(const brood_os_bell_t *bell) {
    ResetEvent(brood__native(bell->handle));
}

void brood_os_bell_ring(const uint64_t bits[2]) {
    wchar_t name[BROOD__NAME_UNITS];
    spell(name, bits);
    HANDLE event = OpenEventW(EVENT_MODIFY_STATE, FALSE, name);
    if (event != NULL) {
        SetEvent(event);
        CloseHandle(event);
    }
}

void brood_os_bell_forget(const uint64_t bits[2]) {
    (void)bits; /* it went with its last handle */
}
