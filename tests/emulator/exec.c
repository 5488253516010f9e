/* Programs for another processor start each other through the emulator that runs them.
 *
 * An emulator of programs (qemu-user) hands exec to the kernel, which takes the image for no
 * program unless binfmt_misc names the emulator to it, for the whole machine and only by root.
 * So in builds for such a processor the linker puts these in the place of the calls by which
 * programs are started (--wrap, see Programs.cmake). They change what is executed, and nothing
 * of what happens before: actions, signals, descriptors and environment are the caller's.
 *
 * The emulator makes a plain fork of vfork, so that the C library's posix_spawn() never learns
 * of an exec that failed. What can fail is asked before, therefore. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__aarch64__)
#define MACHINE EM_AARCH64
#else
#error "the number of this processor in <elf.h>, please"
#endif

int __wrap_execv(const char *path, char *const argv[]);
int __wrap_execve(const char *path, char *const argv[], char *const envp[]);
int __wrap_posix_spawn(pid_t *pid, const char *path,
                       const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const argv[],
                       char *const envp[]);
int __real_execve(const char *path, char *const argv[], char *const envp[]);
int __real_posix_spawn(pid_t *pid, const char *path,
                       const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const argv[],
                       char *const envp[]);

/* The emulator's path and the arguments it is always given. */
static char *const emulator[] = {BROOD_EMULATOR};
#define EMULATOR_WORDS (sizeof emulator / sizeof emulator[0])
#define ARGUMENTS_MOST \
    8192 /* on the stack, as a child that shares it cannot ask for memory */

/* Whether the image is a program for the processor that is emulated. -1: it cannot be executed,
 * with errno. */
static int is_for_emulator(const char *path) {
    unsigned char head[EI_NIDENT + 4];
    ssize_t got;
    int fd;

    if (access(path, X_OK) != 0) {
        return -1;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    got = read(fd, head, sizeof head);
    (void)close(fd);
    return got == (ssize_t)sizeof head && memcmp(head, ELFMAG, SELFMAG) == 0 &&
           (head[EI_NIDENT + 2] | head[EI_NIDENT + 3] << 8) == MACHINE;
}

/* "EMULATOR WORDS… -0 NAME IMAGE ARGUMENTS…": the program is told NAME as its argv[0].
 * 0: there are too many. */
static int through_emulator(char *words[ARGUMENTS_MOST], const char *path,
                            char *const argv[]) {
    size_t count = EMULATOR_WORDS, i;

    memcpy(words, emulator, sizeof emulator);
    if (argv[0] != NULL) {
        words[count++] = (char *)"-0";
        words[count++] = argv[0];
    }
    words[count++] = (char *)(size_t)path;
    for (i = 1; argv[0] != NULL && argv[i] != NULL; i++) {
        if (count + 1 >= ARGUMENTS_MOST) {
            return 0;
        }
        words[count++] = argv[i];
    }
    words[count] = NULL;
    return 1;
}

int __wrap_execve(const char *path, char *const argv[], char *const envp[]) {
    char *words[ARGUMENTS_MOST];
    int answer = is_for_emulator(path);

    if (answer < 0) {
        return -1;
    }
    if (answer == 0) {
        return __real_execve(path, argv, envp);
    }
    if (!through_emulator(words, path, argv)) {
        errno = E2BIG;
        return -1;
    }
    return __real_execve(emulator[0], words, envp);
}

int __wrap_execv(const char *path, char *const argv[]) {
    return __wrap_execve(path, argv, environ);
}

int __wrap_posix_spawn(pid_t *pid, const char *path,
                       const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const argv[],
                       char *const envp[]) {
    char *words[ARGUMENTS_MOST];
    int answer = is_for_emulator(path);

    if (answer < 0) {
        return errno;
    }
    if (answer == 0) {
        return __real_posix_spawn(pid, path, actions, attributes, argv, envp);
    }
    return through_emulator(words, path, argv)
               ? __real_posix_spawn(pid, emulator[0], actions, attributes, words, envp)
               : E2BIG;
}
