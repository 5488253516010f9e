/* One security descriptor for everything named, made once for the process. */
#include "owner.h"

#define ACL_ROOM 512

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static SECURITY_ATTRIBUTES attributes;
static SECURITY_DESCRIPTOR descriptor;
static union {
    TOKEN_USER token;
    BYTE room[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
} user;
static union {
    ACL acl;
    BYTE room[ACL_ROOM];
} list;

static DWORD read_user(void) {
    HANDLE token;
    DWORD size;
    DWORD error = 0;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
        return GetLastError();
    }
    if (!GetTokenInformation(token, TokenUser, &user, sizeof user, &size)) {
        error = GetLastError();
    }
    CloseHandle(token);
    return error;
}

static DWORD build(void) {
    BYTE system_sid[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof system_sid;
    DWORD error = read_user();
    if (error != 0) {
        return error;
    }
    /* Protected: nothing is added to the list by what stands above the object. */
    if (!CreateWellKnownSid(WinLocalSystemSid, NULL, system_sid, &size) ||
        !InitializeAcl(&list.acl, sizeof list, ACL_REVISION) ||
        !AddAccessAllowedAce(&list.acl, ACL_REVISION, GENERIC_ALL, user.token.User.Sid) ||
        !AddAccessAllowedAce(&list.acl, ACL_REVISION, GENERIC_ALL, system_sid) ||
        !InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION) ||
        !SetSecurityDescriptorDacl(&descriptor, TRUE, &list.acl, FALSE) ||
        !SetSecurityDescriptorControl(&descriptor, SE_DACL_PROTECTED,
                                      SE_DACL_PROTECTED)) {
        return GetLastError();
    }
    attributes.nLength = sizeof attributes;
    attributes.lpSecurityDescriptor = &descriptor;
    attributes.bInheritHandle = FALSE;
    return 0;
}

static BOOL CALLBACK build_once(INIT_ONCE *guard, void *argument, void **result) {
    (void)guard;
    (void)result;
    DWORD *error = argument;
    *error = build();
    return *error == 0; /* FALSE: the next caller tries again */
}

SECURITY_ATTRIBUTES *brood__owner_only(apr_status_t *status) {
    DWORD error = 0;
    *status = APR_SUCCESS;
    if (!InitOnceExecuteOnce(&once, build_once, &error, NULL)) {
        *status = brood__status_from_os(error);
        return NULL;
    }
    return &attributes;
}
