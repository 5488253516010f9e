/* POSIX and System V among the ways to tell another process. */
#include "peers/syncs.h"
#include "support/say.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/sem.h>

/* ---- sem_t ------------------------------------------------------------------------------- */

static void *semaphore_open(void *room) {
    sem_t *pair = room;
    if (sem_init(&pair[0], 1, 0) || sem_init(&pair[1], 1, 0)) {
        bench_say_errno("sem_init");
        return NULL;
    }
    return pair;
}

static int semaphore_give(void *pair, unsigned side) {
    return sem_post((sem_t *)pair + side);
}

static int semaphore_take(void *pair, unsigned side) {
    int rv;
    do {
        rv = sem_wait((sem_t *)pair + side);
    } while (rv && errno == EINTR);
    return rv;
}

static void semaphore_close(void *pair) {
    sem_destroy((sem_t *)pair);
    sem_destroy((sem_t *)pair + 1);
}

const bench_sync_kind_t bench_posix_semaphore = {
    "sem_t",        BENCH_PEER,     0, semaphore_open, semaphore_give,
    semaphore_take, semaphore_close};

/* ---- a condition, and a flag for each side ------------------------------------------------ */

typedef struct condition_pair_t {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int given[2];
} condition_pair_t;

static void *condition_open(void *room) {
    condition_pair_t *pair = room;
    pthread_mutexattr_t how;
    pthread_condattr_t cond_how;
    pthread_mutexattr_init(&how);
    pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
    pthread_condattr_init(&cond_how);
    pthread_condattr_setpshared(&cond_how, PTHREAD_PROCESS_SHARED);
    if (pthread_mutex_init(&pair->mutex, &how) ||
        pthread_cond_init(&pair->changed, &cond_how)) {
        bench_say_errno("pthread_cond_init");
        return NULL;
    }
    return pair;
}

static int condition_give(void *context, unsigned side) {
    condition_pair_t *pair = context;
    int rv = pthread_mutex_lock(&pair->mutex);
    pair->given[side] = 1;
    rv |= pthread_cond_signal(&pair->changed);
    return rv | pthread_mutex_unlock(&pair->mutex);
}

static int condition_take(void *context, unsigned side) {
    condition_pair_t *pair = context;
    int rv = pthread_mutex_lock(&pair->mutex);
    while (!rv && !pair->given[side])
        rv = pthread_cond_wait(&pair->changed, &pair->mutex);
    pair->given[side] = 0;
    return rv | pthread_mutex_unlock(&pair->mutex);
}

static void condition_close(void *context) {
    condition_pair_t *pair = context;
    pthread_cond_destroy(&pair->changed);
    pthread_mutex_destroy(&pair->mutex);
}

const bench_sync_kind_t bench_pthread_condition = {
    "pthread condition", BENCH_PEER,     0, condition_open, condition_give,
    condition_take,      condition_close};

/* ---- System V: the one that takes back what a dead process held ---------------------------- */

static void *sysv_open(void *room) {
    int *id = room;
    *id = semget(IPC_PRIVATE, 2, 0600);
    if (*id < 0) {
        bench_say_errno("semget");
        return NULL;
    }
    return id;
}

static int sysv_change(void *id, unsigned side, short by) {
    struct sembuf change = {(unsigned short)side, by, SEM_UNDO};
    int rv;
    do {
        rv = semop(*(int *)id, &change, 1);
    } while (rv && errno == EINTR);
    return rv;
}

static int sysv_give(void *id, unsigned side) {
    return sysv_change(id, side, 1);
}

static int sysv_take(void *id, unsigned side) {
    return sysv_change(id, side, -1);
}

static void sysv_close(void *id) {
    semctl(*(int *)id, 0, IPC_RMID);
}

const bench_sync_kind_t bench_sysv_semaphore = {"System V, SEM_UNDO",
                                                BENCH_REFERENCE,
                                                0,
                                                sysv_open,
                                                sysv_give,
                                                sysv_take,
                                                sysv_close};
