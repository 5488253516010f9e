/* The steps from a boot record to the running target. Internal, for boot_child.c and
 * boot_forked.c. */
#ifndef BROOD_COMMON_BOOT_STEPS_H
#define BROOD_COMMON_BOOT_STEPS_H

#include "boot_child.h"
#include "boot_record.h"

/* Of a child that never came to run its target. */
#define BROOD__EXIT_NOT_BOOTED 1

struct brood__boot_t {
    brood_os_handle_t stream;
    brood__boot_record_t record;
    brood__parcel_t *parcel; /* NULL: not yet received */
    brood_os_handle_t streams[2]; /* standard output and error of a served child, once taken */
    int has_streams;
    brood_values_t *state;
    brood_target_fn *target;
    apr_pool_t *pool; /* the process's own; in the forkserver the nursery */
};

/* Tells the parent why there is no child. */
void brood__boot_tell_failure(brood_os_handle_t stream, apr_status_t rv);

/* Receives the record, unless it is here, and enters the session; gives up on any failure. */
void brood__boot_enter(brood__boot_t *boot);

/* Takes the streams of a served child out of its parcel. */
apr_status_t brood__boot_take_streams(brood__boot_t *boot);

apr_status_t brood__boot_find_target(brood__boot_t *boot);
apr_status_t brood__boot_unpack_state(brood__boot_t *boot);

/* From there to the running target. Returns its exit code. */
int brood__boot_finish(brood__boot_t *boot);

/* Runs the target alone. */
int brood__boot_run(brood_target_fn *target, const brood_values_t *state,
                    apr_pool_t *pool);

#endif
