/* The child's side of a start, for the start methods. Internal. */
#ifndef BROOD_COMMON_BOOT_CHILD_H
#define BROOD_COMMON_BOOT_CHILD_H

#include "at_fork.h"
#include "os/types.h"
#include "start.h"

/* In an image that was started with a boot stream. */
_Noreturn void brood__boot_from_image(brood_os_handle_t stream);

/* The boot of a child that the forkserver is about to make. */
typedef struct brood__boot_t brood__boot_t;

/* Prepares one by `stream`. `is_sent`: the record lies there, and is received and decoded now, so
 * that the child has that behind it: each page that a process touches first after its fork costs
 * as much as several system calls. A failure has been told on the stream, if anybody is there. */
apr_status_t brood__boot_prepare(brood__boot_t **boot, brood_os_handle_t stream,
                                 int is_sent);

/* In the server: it is not needed any more. */
void brood__boot_discard(brood__boot_t *boot);

/* In a process that the forkserver has just forked. */
_Noreturn void brood__boot_from_forkserver(brood__boot_t *boot, brood__at_fork_t *hooks);

/* In the server, once: makes the calls that each child will make, so that none of them has to
 * look for their addresses. */
void brood__boot_rehearse(void);

/* In a process that the parent has just forked. */
_Noreturn void brood__boot_forked(const brood__start_t *start, brood_os_handle_t stream,
                                  brood__at_fork_t *hooks);

/* In a forked child: what the parent's memory holds of the parent's own is let go of; its place in
 * the session apart. */
void brood__boot_let_go(void);

/* What a process needs that has something to do at its exit: that is registered, and so is what
 * keeps a child of a plain fork(2) from doing it, too. brood_init() does this; without it, the
 * first start that asks for it. Once is enough, and more do no harm. */
apr_status_t brood__boot_register(void);

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
