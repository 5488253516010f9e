/* Doctor: who is in a session, who holds what, who waits for whom, and what the dead have left.
 *
 * A session is a tree of processes that use Brood together, from the first one down. Its shared
 * memory says who takes part, and who holds and waits for each object. These functions read that
 * and nothing else: they never wait for a lock, write nothing and stop nobody, so a program that
 * stands still can be looked at while it does. brood_doctor_look() is for the caller's own
 * session, brood_doctor_find() for all sessions of this user; the command brood-doctor prints
 * what they find (docs/doctor.md).
 *
 * Nothing that is read is believed: a damaged session is reported as far as it makes sense.
 * What is told was true at some moment during the call, for each line by itself. Only a
 * deadlock is looked at twice: every thread in it has waited, in the same wait, for the same
 * holder, from the first reading to the second.
 *
 * A look costs about a millisecond and some hundred KiB of the pool. */
#ifndef BROOD_DOCTOR_H
#define BROOD_DOCTOR_H

#include "brood/queue.h"
#include "brood/status.h"
#include "brood/types.h"

#define BROOD_DOCTOR_NAME_SIZE 32   /* of a process's name, with its end */
#define BROOD_DOCTOR_OBJECT_SIZE 48 /* of an object's name, with its end */

/* A process that takes part, or did. */
typedef struct brood_doctor_process_t {
    uint32_t participant; /* its number in the session, never used twice; 0: nobody */
    int is_alive;         /* 1 also when that is not to be told */
    int64_t pid;          /* 0: it is dead, and its place has been given back */
    apr_time_t since;     /* when it came; 0: not known any more */
    /* brood_current_name() there, cut; "": not known. */
    char name[BROOD_DOCTOR_NAME_SIZE];
} brood_doctor_process_t;

/* A shared object. */
typedef struct brood_doctor_object_t {
    char name[BROOD_DOCTOR_OBJECT_SIZE]; /* "lock 5f0c21aa/3": kind, segment, cell */
    uint64_t segment;                    /* the shared memory that it lies in */
    uint32_t cell;                       /* which object there, from 0; a queue: 0 */
    uint32_t handles;                    /* how many are open; of a queue: 0, not known */
    const char *kind;                    /* "lock", "queue": as in brood_lock_t */
    char state
        [32]; /* "free", "held", "3 free", "12 messages"; "" when there is none to tell */
} brood_doctor_object_t;

/* That a process holds something. */
typedef struct brood_doctor_hold_t {
    brood_doctor_process_t process;
    char object[BROOD_DOCTOR_OBJECT_SIZE];
    /* "lock", "permit", "turn to put", "turn to get"; messages that are "reserved", "taken" or
     * "on lease" */
    const char *what;
    uint32_t thread; /* the process's thread, counted from 1; 0: not known */
    uint32_t depth;  /* how many times: levels of a recursive lock, permits, messages */
} brood_doctor_hold_t;

/* That a thread waits. */
typedef struct brood_doctor_wait_t {
    brood_doctor_process_t process;
    char object[BROOD_DOCTOR_OBJECT_SIZE];
    /* "lock", "permit", "notification", "event", "others" (of a barrier), "message", "room",
     * "turn to put", "turn to get", or "change" */
    const char *what;
    uint32_t thread; /* counted from 1 in its process */
    apr_time_t since;
} brood_doctor_wait_t;

/* What there is to tell of a queue. */
typedef struct brood_doctor_queue_t {
    char object[BROOD_DOCTOR_OBJECT_SIZE];
    brood_queue_counts_t counts;
    const char *state;   /* "open"; "ending": nothing more comes in; "ended" */
    uint32_t messages;   /* that are in it */
    uint32_t unfinished; /* tasks, of a joinable queue; else 0 */
    /* Messages with memory of their own: in the queue, in somebody's hands (the holds say in
     * whose), come back to be delivered again, and delivered too often. */
    uint32_t queued, reserved, taken, leased, returned, failed;
} brood_doctor_queue_t;

/* One step around a deadlock: who waits, and who holds what it waits for. The holder is the
 * one who waits in the next step, that of the last step the one of the first. */
typedef struct brood_doctor_edge_t {
    brood_doctor_wait_t wait;
    brood_doctor_hold_t hold;
} brood_doctor_edge_t;

typedef struct brood_doctor_deadlock_t {
    const brood_doctor_edge_t *edges;
    size_t count; /* 1: a thread waits for a lock that it holds itself */
} brood_doctor_deadlock_t;

/* A session. Everything belongs to the pool of the call that made it. */
typedef struct brood_doctor_session_t {
    uint64_t id;
    const brood_doctor_process_t *processes;
    size_t process_count;
    const brood_doctor_object_t *objects;
    size_t object_count;
    const brood_doctor_queue_t *queues;
    size_t queue_count;
    const brood_doctor_hold_t *holds;
    size_t hold_count;
    const brood_doctor_wait_t *waits;
    size_t wait_count;
    const brood_doctor_deadlock_t *deadlocks;
    size_t deadlock_count;
    size_t stale; /* how many processes, holds and waits are of the dead */
} brood_doctor_session_t;

BROOD_BEGIN_DECLS

/* Looks at the caller's own session.
 *
 * Objects are those of which this process has any in the same segment; a wait for another one
 * is listed with a name that says only where that lies. Objects made by one process lie
 * together, so that what its children were given is all to be seen.
 *
 * @param session  receives what was found; NULL on failure. A process that has made no shared
 *                 object and is nobody's child yet has an empty session with id 0
 * @param pool     owns it; not NULL
 * @returns APR_SUCCESS; APR_EINVAL: session or pool is NULL; APR_ENOMEM; BROOD_EFORGED: the
 *          session's own table makes no sense.
 * Blocking: never, but 20 ms pass between the two looks at what may be a deadlock.
 * Threads and processes: any number at once, whatever they hold. Platforms: same everywhere.
 * Like: jstack, which finds Java's deadlocks in one process. */
BROOD_API apr_status_t brood_doctor_look(brood_doctor_session_t **session,
                                         apr_pool_t *pool);

/* Looks at all sessions that living processes of this user take part in, from outside.
 *
 * @param sessions  receives an array; NULL when there are none
 * @param count     receives their number
 * @param pool      owns it; not NULL
 * @returns APR_SUCCESS, with none or some; APR_EINVAL: an argument is NULL; APR_ENOMEM;
 *          APR_ENOTIMPL: this system does not let one process see the shared memory of another
 *          (macOS, the BSDs); or the system's status.
 * A session that is being made, or that is too damaged to be one, is left out.
 * Blocking: as brood_doctor_look(). Threads and processes: any process of the user, in a
 * session itself or not. Nothing is asked of those looked at. Platforms: Linux needs /proc;
 * processes whose memory this one may not look at (set-user-id, another pid namespace) are left
 * out; Windows: those of the same user. */
BROOD_API apr_status_t brood_doctor_find(brood_doctor_session_t **sessions, size_t *count,
                                         apr_pool_t *pool);

/* Puts right at once what dead processes have left in the caller's own session: the locks that
 * they held are marked (the next to acquire gets BROOD_EOWNERDEAD), permits that know their
 * holders come back, those who waited for them are woken. It would happen without this call,
 * at the latest when somebody needs what they held.
 *
 * @param count  receives how many processes were found dead; may be NULL
 * @returns APR_SUCCESS.
 * Blocking: never. Threads and processes: any number at once; killed in the middle, the next
 * call goes on. Platforms: same everywhere. */
BROOD_API apr_status_t brood_doctor_reclaim(size_t *count);

/* The same in another session, which this process enters for that as a participant called as
 * it is itself, and leaves again. For a process that uses no shared objects of its own.
 *
 * @param session  its id, from brood_doctor_find()
 * @param count    receives how many processes were found dead; may be NULL
 * @returns APR_SUCCESS; APR_ENOENT: there is no such session any more; BROOD_EBUSY: this
 *          process is in a session of its own; BROOD_EFULL: no place in the session;
 *          BROOD_EMISMATCH, BROOD_EFORGED: it is not a session of this library's layout;
 *          APR_ENOTIMPL: as brood_doctor_find(); or the system's status.
 * Blocking: never. Threads and processes: one thread of this process at a time; killed in the
 * middle it is one more of the dead, and the next call goes on. Platforms: as
 * brood_doctor_find(). */
BROOD_API apr_status_t brood_doctor_reclaim_in(uint64_t session, size_t *count);

/* Who holds a lock.
 *
 * @param lock  an open lock
 * @param hold  receives it, process.participant 0 if nobody does; `object` is the lock's name
 *              in any case, as in the doctor's lists. A dead owner is told, not alive, with pid
 *              0 when its place has been given back meanwhile
 * @returns APR_SUCCESS: held or not; BROOD_ECLOSED; APR_EINVAL: lock or hold is NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * An acquire with a timeout over 0 that ends with APR_TIMEUP says the same in its detail line:
 * "lock 5f0c21aa/3 is held by pid 4711 (Worker-3), thread 1". */
BROOD_API apr_status_t brood_lock_holder(brood_lock_t *lock, brood_doctor_hold_t *hold);

/* Who holds a recursive lock, and how often.
 *
 * @param rlock  an open recursive lock
 * @param hold   as brood_lock_holder()
 * @returns as brood_lock_holder().
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere. */
BROOD_API apr_status_t brood_rlock_holder(brood_rlock_t *rlock,
                                          brood_doctor_hold_t *hold);

BROOD_END_DECLS

#endif
