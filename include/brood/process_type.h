/* Process types: a struct with a function that runs in a process of its own, the C form of
 * subclassing Process.
 *
 *     typedef struct ticker_t {
 *         int32_t ticks;
 *         int64_t interval_us;
 *     } ticker_t;
 *     … a table of its fields: ticker_descriptor (descriptor.h) …
 *
 *     static int ticker_run(void *self, apr_pool_t *pool) {
 *         const ticker_t *ticker = self;
 *         …
 *         return 0;
 *     }
 *     BROOD_PROCESS_TYPE(ticker_type, "Ticker", ticker_descriptor, ticker_run);
 *
 *     ticker_t ticker = {5, 20000};
 *     brood_process_create_type(&process, &ticker_type, &ticker, NULL, pool);
 *     brood_process_start(process);
 *
 * The struct is packed at the creation; its child has a fresh one with the same contents, and
 * what it writes there nobody else sees. Name and daemon are the options', or settled by
 * brood_process_set_name() and brood_process_set_daemon(); everything else of a process is as
 * in process.h. */
#ifndef BROOD_PROCESS_TYPE_H
#define BROOD_PROCESS_TYPE_H

#include "brood/descriptor.h"
#include "brood/process.h"

/* What such a process does. `self` is a fresh struct, in `pool`, which lives until the process
 * ends. What it returns is the exit code. */
typedef int brood_run_fn(void *self, apr_pool_t *pool);

/* Made by BROOD_PROCESS_TYPE. */
typedef struct brood_process_type_t {
    const char *name; /* for default names, "Ticker-1", and messages; up to 63 bytes */
    const brood_descriptor_t *descriptor;
    brood_run_fn *run;
    brood_target_fn *target; /* the child's way to all of that: a function of the program */
} brood_process_type_t;

/* Defines the type `variable`, static: of a name, a brood_descriptor_t and a brood_run_fn. */
#define BROOD_PROCESS_TYPE(variable, name, descriptor, run)                               \
    static int variable##_target(const brood_values_t *state, apr_pool_t *pool) {         \
        return brood_process_type_run(name, &(descriptor), run, state, pool);             \
    }                                                                                     \
    static const brood_process_type_t variable = {name, &(descriptor), run,               \
                                                  variable##_target}

BROOD_BEGIN_DECLS

/* Makes a process object of a type. Nothing is started. The struct is packed now: later
 * changes are not seen.
 *
 * @param process  receives the object; NULL on failure
 * @param type     what it is; must live as long as the object
 * @param self     the struct; objects in it must stay open until the start
 * @param options  or NULL; the default name is the type's with the child's number, "Ticker-1"
 * @param pool     owns the object
 * @returns APR_SUCCESS;
 *          APR_EINVAL: an argument is NULL, the type lacks something, or an option is out of
 *          range, or the descriptor refuses the struct; and the other statuses of
 *          brood_process_create() and brood_descriptor_pack(). The detail names the type and
 *          the field.
 * Blocking: never. Threads and processes: pool's rules. Platforms: same everywhere.
 * Like: making an instance of a subclass of multiprocessing.Process. Example: process_type.c */
BROOD_API apr_status_t brood_process_create_type(brood_process_t **process,
                                                 const brood_process_type_t *type,
                                                 const void *self,
                                                 const brood_process_options_t *options,
                                                 apr_pool_t *pool);

/* The child's side, for BROOD_PROCESS_TYPE: unpacks the struct and runs it.
 *
 * @param name        of the type
 * @param descriptor  of the struct
 * @param run         what is run
 * @param state       as the child has got it
 * @param pool        for the struct
 * @returns what `run` returns; 1 when the struct could not be unpacked, which is said on
 *          standard error.
 * Blocking: as `run` does. Threads and processes: in the child. Platforms: same everywhere. */
BROOD_API int brood_process_type_run(const char *name,
                                     const brood_descriptor_t *descriptor,
                                     brood_run_fn *run, const brood_values_t *state,
                                     apr_pool_t *pool);

BROOD_END_DECLS

#endif
