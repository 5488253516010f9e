/* Start: one start of a process, on its way through a start method. Internal. */
#ifndef BROOD_COMMON_START_H
#define BROOD_COMMON_START_H

#include "boot_record.h"
#include "brood/forkserver.h"
#include "brood/process.h"
#include "child.h"
#include "notice.h"

typedef struct brood__site_t brood__site_t;

typedef struct brood__start_t {
    brood_target_fn *target;
    brood_values_t *state;
    const char *label;
    brood_os_identity_t parent; /* the process that starts */
    const char *program;        /* spawn: the image; NULL: the one that runs */
    brood__site_t *site;        /* forkserver: who is asked */
    brood_preload_fn *preload;  /* of a server that is started */
    int allow_threads;
    brood_os_deadline_t deadline;
    brood__child_t *child; /* to be filled in */
    const void *self;      /* the child's object, for its copy of that in a forked child */
    apr_pool_t *pool;      /* lives as long as the start */
} brood__start_t;

/* Whether this process may start others by that method, and why not. `who` is to be started. */
apr_status_t brood__start_allowed(brood_start_method_t method, const char *who);

/* How many threads this process has; looks for a moment whether it is no more than `wanted`,
 * because one that has been joined may be counted by the kernel a little longer. */
unsigned brood__start_threads(unsigned wanted);

/* The start methods. On failure there is no child and start->child is as it was. */
apr_status_t brood__start_fork(brood__start_t *start);
apr_status_t brood__start_spawn(brood__start_t *start);
apr_status_t brood__start_forkserver(brood__start_t *start);

/* A boot record and parcel for this start. `served`: for a child of the forkserver. APR_TIMEUP: the
 * deadline has passed already. */
apr_status_t brood__start_pack(const brood__start_t *start, brood__role_t role,
                               int served, brood_bytes_t *record,
                               brood__parcel_t **parcel);

/* Starts the program's image with a boot stream, sends it the record and waits for its
 * answer. On success the child's process is in `child`, and the stream in *stream, unless
 * that is NULL. */
apr_status_t brood__start_program(const brood__start_t *start, brood__role_t role,
                                  brood_os_handle_t *stream);

/* No child may be left of a start that failed: it is killed, if it has not ended, and reaped. */
void brood__start_end_failed(brood_os_process_t *process);

/* Sends a record. Whoever refuses it and closes the stream says why first: that is no failure. */
apr_status_t brood__start_send(brood_os_handle_t stream, const brood_os_process_t *peer,
                               brood_bytes_t record, const brood__parcel_t *parcel,
                               brood_os_deadline_t deadline);

/* Waits for the child's word. APR_EOF: it ended without one; notice->kind is BROOD__NOTICE_PRELOADING when that was in its preload function. */
apr_status_t brood__start_word(brood_os_handle_t stream, brood_os_deadline_t deadline,
                               brood__notice_t *notice);

#endif
