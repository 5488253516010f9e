/* Boot record: all that a child is told. Internal.
 *
 * It travels over the stream that the child inherits: a head of fixed size, the kernel
 * handles, then the record itself as values. Nothing of it stands on the command line or in
 * the environment. */
#ifndef BROOD_COMMON_BOOT_RECORD_H
#define BROOD_COMMON_BOOT_RECORD_H

#include "brood/process.h"
#include "handle.h"
#include "log.h"
#include "os/identity.h"
#include "os/module.h"
#include "os/process.h"
#include "os/stream.h"

#define BROOD__BOOT_VERSION 1

typedef enum brood__role_t {
    BROOD__ROLE_CHILD = 1, /* runs a target */
    BROOD__ROLE_FORKSERVER = 2
} brood__role_t;

#define BROOD__SERVED 1
#define BROOD__SERVED_STREAM(number) (1 << (number))

typedef struct brood__boot_record_t {
    brood__role_t role;
    /* What brood_set_start_method() was told in the parent. */
    brood_start_method_t chosen;
    const char *name;
    const char *label; /* "1:2": the second child of the first; for default names */
    int daemon;
    brood_os_identity_t parent;
    const char *parent_name;
    brood__log_settings_t log;
    uint32_t participant;  /* reserved for the child */
    const char *directory; /* to work in; "" leaves it */
    int served; /* 0: by an image of its own, and the session comes first among the handles; else
                   for a child of the forkserver, which is in the session: BROOD__SERVED and, for
                   each standard stream that comes first among the handles, its bit */
    brood_os_place_t target;
    brood_bytes_t state;   /* encoded values */
    brood_bytes_t codes;   /* one byte for each handle of the state: its class */
    brood_bytes_t numbers; /* the parcel's, eight bytes each */
    int end_with_parent;
} brood__boot_record_t;

/* Encodes a record; the bytes belong to the pool. */
apr_status_t brood__boot_record_encode(const brood__boot_record_t *record,
                                       brood_bytes_t *bytes, apr_pool_t *pool);

/* Decodes and checks one. The bytes must live as long as the pool. BROOD_EVERSION,
 * BROOD_EENCODING, BROOD_ETYPE, BROOD_ECOUNT, BROOD_ERANGE; the detail says what. */
apr_status_t brood__boot_record_decode(brood__boot_record_t *record, const void *data,
                                       size_t size, apr_pool_t *pool);

/* Sends a record and the handles of a parcel to the process `peer`. */
apr_status_t brood__boot_send(brood_os_handle_t stream, const brood_os_process_t *peer,
                              brood_bytes_t record, const brood__parcel_t *parcel,
                              brood_os_deadline_t deadline);

/* Receives both. APR_EOF: the parent is gone. */
apr_status_t brood__boot_receive(brood_os_handle_t stream, brood__boot_record_t *record,
                                 brood__parcel_t **parcel, apr_pool_t *pool);

#endif
