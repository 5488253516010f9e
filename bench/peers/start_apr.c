/* apr_proc_create of this program. */
#include "peers/starts.h"
#include "support/say.h"

#include <apr_thread_proc.h>

static int start(void) {
    const char *argv[] = {"bench_process", BENCH_RETURN_AT_ONCE, NULL};
    apr_procattr_t *attributes;
    apr_proc_t process;
    apr_pool_t *pool;
    apr_exit_why_e why;
    int code = -1;
    apr_status_t status = apr_pool_create(&pool, NULL);
    if (status != APR_SUCCESS)
        return -1;
    status = apr_procattr_create(&attributes, pool);
    if (status == APR_SUCCESS)
        status = apr_procattr_cmdtype_set(attributes, APR_PROGRAM_ENV);
    if (status == APR_SUCCESS)
        status = apr_proc_create(&process, bench_image(), argv, NULL, attributes, pool);
    if (status == APR_SUCCESS)
        (void)apr_proc_wait(&process, &code, &why, APR_WAIT);
    else
        bench_say_status("apr_proc_create", status);
    apr_pool_destroy(pool);
    return code;
}

const bench_start_t bench_apr_proc_create = {"apr_proc_create of this program",
                                             BENCH_PEER, NULL, start, NULL};
