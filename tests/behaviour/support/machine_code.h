/* A function that lies in no module: machine code made at run time, as a JIT does. It is C's
 * counterpart of a lambda, which has no name that another process could find it by. */
#ifndef BEHAVIOUR_MACHINE_CODE_H
#define BEHAVIOUR_MACHINE_CODE_H

#include "support/say.h"
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <sys/mman.h>
#endif

/* "return 7;" */
#if defined(__x86_64__) || defined(__i386__) || defined(_M_X64) || defined(_M_IX86)
static const unsigned char return_seven[] = {0xb8, 7, 0, 0, 0, 0xc3};
#elif defined(__aarch64__) || defined(_M_ARM64)
static const unsigned char return_seven[] = {0xe0, 0, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6};
#else
#error "say here how this processor returns 7"
#endif

static brood_target_fn *make_code(void) {
    brood_target_fn *function = NULL;
    void *page;
#ifdef _WIN32
    DWORD before;
    page = VirtualAlloc(NULL, 4096, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    if (page == NULL) {
        exit(1);
    }
    memcpy(page, return_seven, sizeof(return_seven));
    VirtualProtect(page, 4096, PAGE_EXECUTE_READ, &before);
#else
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (page == MAP_FAILED) {
        exit(1);
    }
    memcpy(page, return_seven, sizeof(return_seven));
    mprotect(page, 4096, PROT_READ | PROT_EXEC);
    __builtin___clear_cache((char *)page, (char *)page + sizeof(return_seven));
#endif
    memcpy(&function, &page, sizeof(function));
    return function;
}

#endif
