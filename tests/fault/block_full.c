/* Blocks when the file system of shared memory is full: a status when a block is made, never a
 * signal when it is used. On Linux, in a mount namespace of its own, where /dev/shm holds one
 * MiB; left out where that cannot be had. */
#ifdef __linux__
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include "brood/brood.h"

#include "traces.h"
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#define LIMIT (1024 * 1024)

static int faults;

static void want(int holds, const char *what) {
    if (!holds) {
        printf("FAULT: %s (%s)\n", what, brood_error_detail());
        faults++;
    }
}

/* A small file system of our own where the names lie. */
static int enclose(void) {
    return (unshare(CLONE_NEWNS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
           mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", "/dev/shm", "tmpfs", 0, "size=1m,mode=1777") == 0;
}

static void too_much(apr_pool_t *pool) {
    brood_block_t *block;
    apr_status_t rv = brood_block_create_named(&block, "full-1", 2 * LIMIT, NULL, pool);
    want(APR_STATUS_IS_ENOSPC(rv), "twice what there is is no APR_ENOSPC");
    want(block == NULL, "a block that could not be made");
    want(APR_STATUS_IS_ENOENT(brood_block_attach(&block, "full-1", pool)),
         "its name is there");
    want(brood_test_traces("full-1", pool) == 0, "it has left files");
}

/* Fills it with blocks; each that was made can be written from end to end. */
static void to_the_brim(apr_pool_t *pool) {
    char name[BROOD_BLOCK_NAME_MAX + 1];
    brood_block_t *block;
    apr_status_t rv;
    int made = 0;
    do {
        (void)snprintf(name, sizeof name, "brim-%d", made);
        rv = brood_block_create_named(&block, name, 50000, NULL, pool);
        if (rv == APR_SUCCESS) {
            memset(brood_block_data(block), 1, brood_block_size(block));
            made++;
        }
    } while (rv == APR_SUCCESS && made < 100);
    want(APR_STATUS_IS_ENOSPC(rv), "a full file system is no APR_ENOSPC");
    want(made >= LIMIT / 53248 - 2, "too few blocks");
    want(brood_test_traces(name, pool) == 0, "the last one has left files");
    while (made-- > 0) {
        (void)snprintf(name, sizeof name, "brim-%d", made);
        want(brood_block_unlink(name) == APR_SUCCESS, "a name of a full file system");
    }
    want(brood_test_traces("brim-", pool) == 0, "files are left");
}

/* A dead one's block is in the way of the next until it is taken back. */
static void room_again(apr_pool_t *pool) {
    brood_block_t *block;
    for (int i = 0; i < 3; i++) {
        apr_status_t rv =
            brood_block_create_named(&block, "again", LIMIT / 4 * 3, NULL, pool);
        want(rv == APR_SUCCESS, "there was room before");
        if (rv == APR_SUCCESS) {
            memset(brood_block_data(block), 1, brood_block_size(block));
            want(brood_block_close(block) == APR_SUCCESS, "close");
            want(brood_block_unlink("again") == APR_SUCCESS, "unlink");
        }
    }
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    if (!enclose()) {
        printf("left out: this process may not mount a file system of its own\n");
        return 0;
    }
    (void)apr_pool_create(&pool, NULL);
    too_much(pool);
    to_the_brim(pool);
    apr_pool_clear(pool);
    room_again(pool);
    printf("%d faults found\n", faults);
    return faults != 0;
}

#else
#include <stdio.h>

int main(void) {
    printf("left out: no mount namespaces here\n");
    return 0;
}
#endif
