/* Start by spawn: the program's image once more, with a boot stream. */
#include "current.h"
#include "os/clock.h"
#include "os/fault.h"
#include "os/handle.h"
#include "os/program.h"
#include "start.h"
#include "status.h"

/* How long a child that closed its stream is given to end before it is killed. */
#define END_GRACE_NS (5 * 1000000000LL)

static apr_status_t start_process(const brood__start_t *start, brood_os_handle_t boot,
                                  brood_os_process_t *process) {
    static const char *const steps[] = {"",
                                        "preparing the child",
                                        "the working directory of",
                                        "the streams of",
                                        "the group of",
                                        "starting"};
    char own[BROOD_OS_PATH_MAX];
    brood_os_start_t image = {0};
    brood_os_start_step_t step;
    apr_status_t rv;
    image.image = start->program != NULL ? start->program : brood__current.program;
    if (image.image == NULL) {
        rv = brood_os_program_path(own, sizeof own);
        if (rv != APR_SUCCESS) {
            return brood__fail(rv, "the path of this program's image");
        }
        image.image = own;
    }
    image.argv = (const char *const *)brood__current.arguments;
    image.null_stdin = 1;
    image.boot = boot;
    image.boot_option = BROOD__BOOT_OPTION;
    image.end_with_parent = start->child->end_with_parent;
    rv = brood_os_process_start(process, &image, &step);
    if (APR_STATUS_IS_ENOTIMPL(
            rv)) { /* the kernel does not; the child sees to it when it boots */
        image.end_with_parent = 0;
        rv = brood_os_process_start(process, &image, &step);
    }
    if (rv != APR_SUCCESS) {
        brood__fail(rv, "%s %s", steps[step], image.image);
    }
    return rv;
}

/* How it ended. Then its number is nobody's, or another's, and is forgotten here. */
static apr_status_t take_end(brood_os_process_t *process, brood_os_exit_t *how) {
    apr_status_t rv =
        brood_os_process_wait(process, brood_os_now_ns() + END_GRACE_NS, how);
    if (rv == APR_SUCCESS || rv == BROOD_ESTATUSLOST) {
        brood_os_process_close(process);
    }
    return rv;
}

/* The server's preload function gave no word, but an end. */
static apr_status_t end_in_preload(brood_os_process_t *process) {
    brood_os_exit_t how = {0, 0};
    (void)take_end(process, &how);
    return brood__fail(BROOD_EPRELOAD, "the preload function ended the server (%s %d)",
                       how.signaled ? "killed by signal" : "exit code", how.code);
}

/* The child gave no word: what its end says about that. */
static apr_status_t end_without_word(brood_os_process_t *process) {
    brood_os_exit_t how = {0, 0};
    apr_status_t rv = take_end(process, &how);
    if (rv == APR_SUCCESS && how.signaled) {
        return brood__fail(BROOD_EBOOT,
                           "the child was killed by signal %d while it booted", how.code);
    }
    return brood__fail(
        BROOD_EMAINGUARD,
        "the child's main ended (exit code %d) before it reached brood_init; "
        "brood_init(&argc, &argv) must come first in main",
        how.code);
}

void brood__start_end_failed(brood_os_process_t *process) {
    brood_os_exit_t how;
    apr_status_t rv;
    if (process->pid == 0) {
        return;
    }
    rv = brood_os_process_wait(process, 0, &how);
    if (rv != APR_SUCCESS && rv != BROOD_ESTATUSLOST) { /* it runs, or may run */
        (void)brood_os_process_signal(process, BROOD_OS_KILL);
        (void)brood_os_process_wait(process, BROOD_OS_FOREVER, &how);
    }
    brood_os_process_close(process);
}

static apr_status_t boot(const brood__start_t *start, brood_os_handle_t stream,
                         brood_os_process_t *process, brood_bytes_t record,
                         const brood__parcel_t *parcel) {
    brood__notice_t notice;
    apr_status_t rv = brood__start_send(stream, process, record, parcel, start->deadline);
    if (rv == APR_SUCCESS) {
        rv = brood__start_word(stream, start->deadline, &notice);
    }
    if (rv == APR_EOF) {
        rv = notice.kind == BROOD__NOTICE_PRELOADING ? end_in_preload(process)
                                                     : end_without_word(process);
    } else if (rv == APR_TIMEUP && notice.kind == BROOD__NOTICE_PRELOADING) {
        brood__fail(rv, "the preload function did not return in time and was killed");
    } else if (rv == APR_TIMEUP) {
        brood__fail(rv,
                    "the child did not answer in time and was killed; did its main reach "
                    "brood_init?");
    }
    return rv;
}

apr_status_t brood__start_program(const brood__start_t *start, brood__role_t role,
                                  brood_os_handle_t *stream) {
    brood_os_handle_t mine, theirs;
    brood_os_process_t process = BROOD_OS_PROCESS_INIT;
    brood_bytes_t record;
    brood__parcel_t *parcel;
    apr_status_t rv = brood__start_pack(start, role, 0, &record, &parcel);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood_os_stream_pair(&mine, &theirs);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "the child's boot stream");
    }
    rv = start_process(start, theirs, &process);
    brood_os_handle_close(theirs);
    if (rv == APR_SUCCESS) {
        BROOD_KILL_POINT("start.launched");
        rv = boot(start, mine, &process, record, parcel);
        if (rv != APR_SUCCESS) {
            brood__start_end_failed(&process);
        }
    }
    if (rv != APR_SUCCESS || stream == NULL) {
        mine = brood_os_handle_close(mine);
    }
    if (stream != NULL) {
        *stream = mine;
    }
    if (rv == APR_SUCCESS) {
        start->child->os = process;
    }
    return rv;
}

apr_status_t brood__start_spawn(brood__start_t *start) {
    return brood__start_program(start, BROOD__ROLE_CHILD, NULL);
}
