/* Context: how processes are started, for one part of a program.
 *
 * A library that starts processes should not change the start method of the program it is
 * part of. It makes a context, bound to one method and with settings of its own, and names it
 * in the options of its processes:
 *
 *     brood_context_t *context;
 *     brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
 *     brood_context_create(&context, BROOD_START_SPAWN, NULL, pool);
 *     options.context = context;
 *     brood_process_create(&child, worker, BROOD_ARGS(queue), &options, pool);
 *
 * Any number of contexts live in one program side by side. What is made is the same under all of
 * them: a queue or a lock belongs to no context and no method, and is handed to a child of any.
 * (In CPython a lock of a fork context cannot be handed to a spawned process.)
 *
 * The last word on each setting has the process's own options; then its context; then the
 * program (brood_set_start_method() and brood_forkserver_set_preload()); then the environment
 * variable BROOD_START_METHOD; then the platform. A context does not travel: a child's own
 * processes are started as that child's options and contexts say, or by the program's choice,
 * which children inherit.
 *
 * A context costs some hundred bytes; under forkserver one with a preload function or a program
 * of its own also a server process. */
#ifndef BROOD_CONTEXT_H
#define BROOD_CONTEXT_H

#include "brood/forkserver.h"
#include "brood/process.h"

/* Settings of a context. Begin with BROOD_CONTEXT_OPTIONS_INIT. */
typedef struct brood_context_options_t {
    size_t struct_size; /* sizeof: set by BROOD_CONTEXT_OPTIONS_INIT */
    /* spawn, forkserver: another path to this program's image; NULL: the one that runs. It must
     * be the same build. */
    const char *program;
    /* Microseconds, for processes whose options have 0; 0: 60 s. */
    apr_interval_time_t start_timeout;
    /* 1: fork though other threads run here; see process.h. */
    int allow_threads;
    /* forkserver: runs once in a server of this context's own; NULL: the program's server
     * (unless `program` asks for another). */
    brood_preload_fn *preload;
} brood_context_options_t;

#define BROOD_CONTEXT_OPTIONS_INIT \
    { sizeof(brood_context_options_t), NULL, 0, 0, NULL }

BROOD_BEGIN_DECLS

/* Makes a context. Nothing is started, a forkserver of its own only with its first process or
 * by brood_forkserver_start().
 *
 * @param context  receives it; NULL on failure
 * @param method   the start method of its processes; BROOD_START_DEFAULT: whatever is the
 *                 program's when they are started
 * @param options  or NULL for the defaults; copied
 * @param pool     owns it. When it is cleared, processes made with the context go on, and may
 *                 still be started; a server of its own ends with the last of its children.
 * @returns APR_SUCCESS;
 *          BROOD_EMETHOD: this system has no such start method, or there is none of that
 *          number;
 *          APR_EINVAL: an option out of range (named in the detail);
 *          APR_ENOMEM.
 * Blocking: never. Threads and processes: a context may be used by several threads at once;
 * one made before a fork is used in the child, too, where its forkserver is another one.
 * Platforms: Windows has spawn only. Like: multiprocessing.get_context(method). */
BROOD_API apr_status_t brood_context_create(brood_context_t **context,
                                            brood_start_method_t method,
                                            const brood_context_options_t *options,
                                            apr_pool_t *pool);

/* The method that a process of this context would be started by now.
 *
 * @param context  a context, or NULL for the program's choice
 * @param method   receives it
 * @returns APR_SUCCESS; BROOD_EMETHOD: it is left to BROOD_START_METHOD, whose value names
 *          none.
 * Blocking: never. Threads and processes: safe. Platforms: same everywhere.
 * Like: context.get_start_method(). */
BROOD_API apr_status_t brood_context_method(const brood_context_t *context,
                                            brood_start_method_t *method);

BROOD_END_DECLS

#endif
