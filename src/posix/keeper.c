/* Keepers: threads that start the children that end with this process.
 *
 * Linux ends such a child when the thread ends that started it, which need not be the end of the
 * process. The main thread ends with the process (if it leaves by pthread_exit() and others go
 * on, its children have lost their parent); what any other thread starts is started by one that
 * never ends.
 *
 * A child has what Linux gives to each thread from the one that started it. So a keeper takes on
 * the processors of the thread that asks; and as nobody may take back a nice value or a policy of
 * the scheduler, each of these in use has a keeper of its own, made by the thread that asked first
 * and so like that one. (Programs with more of them than there are keepers get the last one's.)
 *
 * One request at a time: `requests` is held by who asks, from the first line to the last. The
 * request is written before its keeper's `asked` is posted and its answer before `answered` is;
 * semaphores order the memory. In a forked child there is no keeper, and all of this is made anew. */
#include "posix.h"

#include "keeper.h"
#include "start_plan.h"

#ifdef __linux__

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KEEPERS 8

/* How a thread is scheduled. */
typedef struct manner_t {
    int policy;
    int priority;
    int nice;
} manner_t;

/* On which processors: as many as Linux is built for. */
typedef struct places_t {
    unsigned long mask[1024 / (8 * sizeof(long))];
    long size; /* of the mask, in bytes; 0: not to be known */
} places_t;

typedef struct keeper_t {
    manner_t manner;
    places_t places; /* on which it is now */
    sem_t asked;
} keeper_t;

static pthread_mutex_t requests = PTHREAD_MUTEX_INITIALIZER;
static _Atomic unsigned
    threads;         /* read by others without order: any count of late will do */
static int is_ready; /* the handler for forks is there */
static keeper_t keepers[KEEPERS]; /* the first `threads` of them */
static sem_t answered;

static const brood_start_plan_t *wanted;
static places_t wanted_places;
static pid_t started;
static brood_os_start_step_t failed_step;
static apr_status_t answer;

static void wait_for(sem_t *semaphore) {
    while (sem_wait(semaphore) != 0 && errno == EINTR) {
        /* a signal: once more */
    }
}

/* Of this thread. What the system does not say is 0, for all of them. */
static manner_t look_at_manner(void) {
    struct sched_param about;
    manner_t manner;

    memset(&about, 0, sizeof about);
    manner.policy = (int)syscall(SYS_sched_getscheduler, 0);
    (void)syscall(SYS_sched_getparam, 0, &about);
    manner.priority = about.sched_priority;
    manner.nice = (int)syscall(SYS_getpriority, PRIO_PROCESS, 0);
    return manner;
}

static places_t look_at_places(void) {
    places_t places;
    long size;

    memset(&places, 0, sizeof places);
    size = syscall(SYS_sched_getaffinity, 0, sizeof places.mask, places.mask);
    places.size = size > 0 ? size : 0;
    return places;
}

/* A keeper goes where the thread is that asks; what it starts begins there. */
static void go_to(keeper_t *self, const places_t *places) {
    if (places->size != 0 && memcmp(&self->places, places, sizeof *places) != 0 &&
        syscall(SYS_sched_setaffinity, 0, places->size, places->mask) == 0) {
        self->places = *places;
    }
}

static void *keep(void *data) {
    keeper_t *self = data;

    for (;;) { /* ends with the process */
        wait_for(&self->asked);
        go_to(self, &wanted_places);
        answer = brood__start_vfork(wanted, &started, &failed_step);
        (void)sem_post(&answered);
    }
    return NULL;
}

/* In a forked child, where the thread that held the mutex may not exist. */
static void forget(void) {
    static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;

    requests = fresh;
    atomic_store_explicit(&threads, 0, memory_order_relaxed);
}

static int prepare(void) {
    int error = 0;

    if (!is_ready) {
        error = pthread_atfork(NULL, NULL, forget);
        is_ready = error == 0;
    }
    /* Anew in each process: a request of a parent's may have been under way at the fork. */
    if (error == 0 && sem_init(&answered, 0, 0) != 0) {
        error = errno;
    }
    return error;
}

/* With all signals blocked: they are the program's threads' to handle. */
static int make_thread(keeper_t *keeper) {
    pthread_attr_t attributes;
    sigset_t all, before;
    pthread_t thread;
    int error = pthread_attr_init(&attributes);

    if (error != 0) {
        return error;
    }
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, &attributes, keep, keeper);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return error;
}

static int make_keeper(keeper_t *keeper, const manner_t *manner) {
    int error;

    if (sem_init(&keeper->asked, 0, 0) != 0) {
        return errno;
    }
    keeper->manner = *manner;
    memset(&keeper->places, 0, sizeof keeper->places);
    error = make_thread(keeper);
    if (error == 0) {
        atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed);
    }
    return error;
}

/* The one that is like this thread, made if there is none. */
static int find_keeper(keeper_t **keeper) {
    const unsigned count = atomic_load_explicit(&threads, memory_order_relaxed);
    const manner_t manner = look_at_manner();
    unsigned i;
    int error;

    for (i = 0; i < count; i++) {
        *keeper = &keepers[i];
        if (memcmp(&keepers[i].manner, &manner, sizeof manner) == 0 || i == KEEPERS - 1) {
            return 0;
        }
    }
    error = count == 0 ? prepare() : 0;
    *keeper = &keepers[count];
    return error == 0 ? make_keeper(*keeper, &manner) : error;
}

static apr_status_t ask(const brood_start_plan_t *plan, pid_t *pid,
                        brood_os_start_step_t *step) {
    keeper_t *keeper;
    int error = find_keeper(&keeper);

    if (error != 0) {
        *step = BROOD_OS_START_GROUP;
        return APR_FROM_OS_ERROR(error);
    }
    wanted = plan;
    wanted_places = look_at_places();
    (void)sem_post(&keeper->asked);
    wait_for(&answered);
    *pid = started;
    *step = failed_step;
    return answer;
}

apr_status_t brood__start_by_keeper(const brood_start_plan_t *plan, pid_t *pid,
                                    brood_os_start_step_t *step) {
    apr_status_t status;

    if (syscall(SYS_gettid) == (long)getpid()) {
        return brood__start_vfork(plan, pid, step);
    }
    (void)pthread_mutex_lock(&requests);
    status = ask(plan, pid, step);
    (void)pthread_mutex_unlock(&requests);
    return status;
}

unsigned brood__keeper_threads(void) {
    return atomic_load_explicit(&threads, memory_order_relaxed);
}

#else

apr_status_t brood__start_by_keeper(const brood_start_plan_t *plan, pid_t *pid,
                                    brood_os_start_step_t *step) {
    return brood__start_vfork(plan, pid, step);
}

unsigned brood__keeper_threads(void) {
    return 0;
}

#endif
