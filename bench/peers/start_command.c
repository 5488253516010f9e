/* Another program, as Brood's command, and by a bare vfork and exec. */
#include "peers/starts.h"
#include "support/say.h"

#include <apr_pools.h>
#include <brood/command.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int start_command(void) {
    const char *const argv[] = {bench_image(), BENCH_RETURN_AT_ONCE, NULL};
    brood_command_t *command;
    apr_pool_t *pool;
    int code = -1;
    apr_status_t status = apr_pool_create(&pool, NULL);
    if (status != APR_SUCCESS)
        return -1;
    status = brood_command_create(&command, argv, NULL, pool);
    if (status == APR_SUCCESS)
        status = brood_command_start(command);
    if (status == APR_SUCCESS)
        status = brood_command_join(command, BROOD_FOREVER);
    if (status == APR_SUCCESS)
        status = brood_command_exit_code(command, &code);
    if (status != APR_SUCCESS)
        bench_say_status("brood_command", status);
    apr_pool_destroy(pool);
    return code;
}

/* Nothing between the two: no descriptor is closed, no signal looked at. */
static int start_vfork(void) {
    static char program[] = "bench_process", word[] = BENCH_RETURN_AT_ONCE;
    char *const argv[] = {program, word, NULL};
    const char *image = bench_image();
    int status = -1;
    pid_t child = vfork();
    if (child == 0) {
        execve(image, argv, environ);
        _exit(127);
    }
    if (child < 0) {
        bench_say_errno("vfork");
        return -1;
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const bench_start_t bench_brood_command = {"Brood, command", BENCH_BROOD, NULL,
                                           start_command, NULL};
const bench_start_t bench_vfork = {"vfork, execve of this program", BENCH_PEER, NULL,
                                   start_vfork, NULL};
