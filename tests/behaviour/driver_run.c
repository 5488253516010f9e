/* Runs one program in a process group of its own and takes down what it does: standard output
 * and error, the exit code, and whether something was left running. POSIX only. */
#include "driver.h"
#include <apr_thread_mutex.h>
#include <apr_time.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT apr_time_from_sec(30)
#define KEPT_BYTES 20000

extern char **environ;

typedef struct stream_t {
    int fd;
    char text[KEPT_BYTES + 1];
    size_t size;
} stream_t;

/* The caller's environment with settings (NAME=value, or NAME to remove it). */
static char **environment(const char *const *settings, apr_pool_t *pool) {
    apr_array_header_t *all = apr_array_make(pool, 64, sizeof(char *));
    for (char **old = environ; *old != NULL; old++) {
        int replaced = 0;
        for (int i = 0; settings[i] != NULL; i++) {
            size_t length = strcspn(settings[i], "=");
            replaced |= strncmp(*old, settings[i], length) == 0 && (*old)[length] == '=';
        }
        if (!replaced) {
            APR_ARRAY_PUSH(all, char *) = *old;
        }
    }
    for (int i = 0; settings[i] != NULL; i++) {
        if (strchr(settings[i], '=') != NULL) {
            APR_ARRAY_PUSH(all, char *) = apr_pstrdup(pool, settings[i]);
        }
    }
    APR_ARRAY_PUSH(all, char *) = NULL;
    return (char **)all->elts;
}

static void make_pipe(int ends[2]) {
    if (pipe(ends) != 0) {
        perror("pipe");
        exit(2);
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

/* One at a time: a pipe must be marked close-on-exec before another program is started. */
static apr_thread_mutex_t *starting(void) {
    static apr_thread_mutex_t *mutex = NULL;
    if (mutex == NULL) {
        apr_pool_t *pool;
        apr_pool_create(&pool, NULL);
        apr_thread_mutex_create(&mutex, APR_THREAD_MUTEX_DEFAULT, pool);
    }
    return mutex;
}

static int start(const char *const *argv, const char *const *settings, int *output,
                 int *error, pid_t *pid, apr_pool_t *pool) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int out[2], err[2], failure;
    char **env = environment(settings, pool);

    apr_thread_mutex_lock(starting());
    make_pipe(out);
    make_pipe(err);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    failure = posix_spawnp(pid, argv[0], &actions, &attributes, (char *const *)argv, env);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(out[1]);
    close(err[1]);
    apr_thread_mutex_unlock(starting());
    *output = out[0];
    *error = err[0];
    return failure;
}

/* Reads what has come; closes at the end. Carriage returns of Windows are left out. */
static void take(stream_t *stream) {
    char buffer[4096];
    ssize_t count = read(stream->fd, buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) {
        return;
    }
    if (count <= 0) {
        close(stream->fd);
        stream->fd = -1;
        return;
    }
    for (ssize_t i = 0; i < count && stream->size < KEPT_BYTES; i++) {
        if (buffer[i] != '\r' && buffer[i] != '\0') {
            stream->text[stream->size++] = buffer[i];
        }
    }
}

/* Reads both streams until every process has closed them; 0 when time ran out. */
static int read_to_end(stream_t streams[2], apr_time_t deadline) {
    while (streams[0].fd >= 0 || streams[1].fd >= 0) {
        struct pollfd polled[2] = {{streams[0].fd, POLLIN, 0},
                                   {streams[1].fd, POLLIN, 0}};
        apr_interval_time_t left = deadline - apr_time_now();
        if (left <= 0) {
            return 0;
        }
        poll(polled, 2, (int)(left / 1000) + 1);
        for (int i = 0; i < 2; i++) {
            if (streams[i].fd >= 0 && polled[i].revents != 0) {
                take(&streams[i]);
            }
        }
    }
    return 1;
}

/* The name of the last exception in a traceback, or NULL. */
static const char *last_exception(const char *text, apr_pool_t *pool) {
    const char *found = NULL;
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        size_t length;
        line += *line == '\n';
        length = strcspn(line, ": \n");
        if (length > 5 && memcmp(line + length - 5, "Error", 5) == 0) {
            found = apr_pstrndup(pool, line, length);
        }
    }
    return found;
}

/* Standard error, each line marked. */
static const char *marked(const char *text, apr_pool_t *pool) {
    const char *result = "";
    char *state, *copy = apr_pstrdup(pool, text);
    for (char *line = apr_strtok(copy, "\n", &state); line != NULL;
         line = apr_strtok(NULL, "\n", &state)) {
        result = apr_pstrcat(pool, result, "stderr: ", line, "\n", NULL);
    }
    return result;
}

static const char *ending(int status, apr_pool_t *pool) {
    if (WIFSIGNALED(status)) {
        return apr_psprintf(pool, "killed by signal %d\n", WTERMSIG(status));
    }
    if (WEXITSTATUS(status) != 0) {
        return apr_psprintf(pool, "exit %d\n", WEXITSTATUS(status));
    }
    return "";
}

outcome_t run_program(const char *const *argv, const char *const *settings, int python,
                      apr_pool_t *pool) {
    stream_t *streams = apr_pcalloc(pool, 2 * sizeof(*streams));
    apr_time_t began = apr_time_now();
    outcome_t outcome = {"", 0};
    const char *errors, *newline, *end;
    int failure, in_time, status = 0;
    pid_t pid, reaped;

    failure = start(argv, settings, &streams[0].fd, &streams[1].fd, &pid, pool);
    if (failure != 0) {
        outcome.text = apr_psprintf(pool, "could not be run: %s\n", strerror(failure));
        close(streams[0].fd);
        close(streams[1].fd);
        return outcome;
    }
    in_time = read_to_end(streams, began + LIMIT);
    reaped = waitpid(pid, &status, in_time ? 0 : WNOHANG);
    outcome.ms = (double)(apr_time_now() - began) / 1000.0;
    kill(-pid, SIGKILL);
    if (reaped == 0) {
        waitpid(pid, &status, 0);
        end = "still ran after 30 s and was killed\n";
    } else {
        end = in_time ? "" : "left a process running, which was killed\n";
        end = apr_pstrcat(pool, ending(status, pool), end, NULL);
    }
    for (int i = 0; i < 2; i++) {
        streams[i].text[streams[i].size] = '\0';
        if (streams[i].fd >= 0) {
            close(streams[i].fd);
        }
    }
    errors = python ? last_exception(streams[1].text, pool) : NULL;
    errors = !python  ? marked(streams[1].text, pool)
             : errors ? apr_pstrcat(pool, "stderr: ", errors, "\n", NULL)
                      : "";
    newline =
        streams[0].size > 0 && streams[0].text[streams[0].size - 1] != '\n' ? "\n" : "";
    outcome.text = apr_pstrcat(pool, streams[0].text, newline, errors, end, NULL);
    return outcome;
}
