/* The smallest server that forks for others: a byte asks it for a child, and four bytes tell
 * how the child ended. It is this program, started with standard input as its socket. */
#include "peers/starts.h"
#include "support/say.h"

#include <errno.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int bench_serve_forks(void) {
    char ask;
    while (read(STDIN_FILENO, &ask, 1) == 1) {
        int status = -1;
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        if (child > 0)
            waitpid(child, &status, 0);
        if (write(STDIN_FILENO, &status, sizeof status) != (ssize_t)sizeof status)
            return 1;
    }
    return 0;
}

/* The socket to a server of ours that ends when this process does; less than 0: none. */
static int server_socket(void) {
    static char program[] = "bench_process", word[] = BENCH_FORK_SERVER;
    char *argv[] = {program, word, NULL};
    posix_spawn_file_actions_t actions;
    pid_t server;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        return -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    errno = posix_spawn(&server, bench_image(), &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (!errno)
        return ends[0];
    close(ends[0]);
    return -1;
}

static int start_by_server(void) {
    static int server = -2;
    int status;
    if (server == -2) {
        server = server_socket();
        if (server < 0)
            bench_say_errno("bare fork server");
    }
    if (write(server, "", 1) != 1 ||
        read(server, &status, sizeof status) != sizeof status)
        return -1;
    return status;
}

const bench_start_t bench_fork_server = {"bare fork server", BENCH_PEER, NULL,
                                         start_by_server, NULL};
