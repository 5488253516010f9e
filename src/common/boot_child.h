/* The child's side of a start, for the start methods. Internal. */
#ifndef BROOD_COMMON_BOOT_CHILD_H
#define BROOD_COMMON_BOOT_CHILD_H

#include "at_fork.h"
#include "os/types.h"
#include "start.h"

/* In an image that was started with a boot stream. */
_Noreturn void brood__boot_from_image(brood_os_handle_t stream);

/* In a process that the forkserver has just forked. */
_Noreturn void brood__boot_from_forkserver(brood_os_handle_t stream,
                                           brood__at_fork_t *hooks);

/* In a process that the parent has just forked. */
_Noreturn void brood__boot_forked(const brood__start_t *start, brood__at_fork_t *hooks);

/* In a forked child: what the parent's memory holds of the parent's own is let go of; its place in
 * the session apart. */
void brood__boot_let_go(void);

/* In the child of a bare fork, for which its parent reserved a place: it goes on as a process of
 * its own, or ends. */
void brood__boot_forked_bare(uint32_t participant, const brood_os_identity_t *parent);

/* The stream that this image was started with, by its last argument: 1; 0: nobody started it
 * as a child. */
int brood__boot_stream(brood_os_handle_t *stream);

/* This image was started as a child, but starts a process itself before brood_init(): its
 * parent is told. Does nothing in an image that nobody started. */
void brood__boot_tell_guard(void);

#endif
