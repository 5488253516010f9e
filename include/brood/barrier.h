/* Barrier: a place where a number of parties wait for each other.
 *
 * It opens when as many have arrived as it has parties, lets all of them go, and is closed
 * again for the next time. A party is whoever calls wait: a thread, in whatever process.
 *
 * It breaks when one of those who wait runs out of time, when somebody aborts it, when its
 * action fails, and when a party dies that has arrived: those who wait learn that within
 * 200 ms. All who wait then, and all who come later, get BROOD_EBROKENBARRIER, with the reason
 * in the detail line, until somebody resets it. So nobody waits for ever for one who has been
 * there. A party that dies before it arrives is not known to the barrier: only a timeout helps
 * against that. Give one, here or to each wait.
 *
 * A barrier's whole state is one word: nothing can be left half done by a death, and a party
 * that is stopped holds nothing up but what waits for it to arrive. It takes 64 bytes of shared
 * memory and no descriptor of its own; those who wait take entries of the session's table of
 * 4096 sleeping threads. */
#ifndef BROOD_BARRIER_H
#define BROOD_BARRIER_H

#include "brood/status.h"
#include "brood/types.h"

/* What one of the parties does when all have arrived and none has gone on. `data` is what its
 * process told brood_barrier_set_data(). Anything but APR_SUCCESS breaks the barrier. */
typedef apr_status_t brood_barrier_action_fn(void *data);

#define BROOD_BARRIER_PARTIES_MAX 1023u

/* For brood_barrier_wait(): the timeout that the barrier was made with. */
#define BROOD_BARRIER_TIMEOUT ((apr_interval_time_t)INT64_MIN)

BROOD_BEGIN_DECLS

/* Makes a barrier, where nobody has arrived.
 *
 * @param barrier  receives it; NULL on failure
 * @param parties  how many it waits for, 1 to BROOD_BARRIER_PARTIES_MAX
 * @param action   run by the last to arrive, in its process, before anybody goes on; NULL:
 *                 nothing. Like the target of a process it travels as a place in a module of
 *                 the program
 * @param timeout  microseconds, for waits with BROOD_BARRIER_TIMEOUT; negative: for ever
 * @param pool     owns this process's handle to it; NULL: until the process ends
 * @returns APR_SUCCESS; APR_EINVAL: parties is out of range; APR_ENOMEM or APR_ENOSPC: no
 *          shared memory; or the system's status.
 * Blocking: never. Threads and processes: the handle may be used by all threads. It is
 * handed to a child in its state, or inherited under fork. With an action that lies in no
 * module it cannot be handed over (BROOD_ENOTARGET); a child in which that module is missing or
 * of another build does not start (BROOD_ENOTARGET, BROOD_EBUILD). Platforms: same everywhere.
 * Like: multiprocessing.Barrier(parties, action, timeout). Example: barrier_rounds.c. */
BROOD_API apr_status_t brood_barrier_create(brood_barrier_t **barrier, uint32_t parties,
                                            brood_barrier_action_fn *action,
                                            apr_interval_time_t timeout,
                                            apr_pool_t *pool);

/* Says what the action gets when this process runs it. It does not travel: each process has
 * its own, at first NULL.
 *
 * @param barrier  an open barrier
 * @param data     anything; it belongs to the caller
 * @returns APR_SUCCESS; BROOD_ECLOSED; APR_EINVAL: barrier is NULL.
 * Blocking: never. Threads and processes: before this process's first wait.
 * Platforms: same everywhere. */
BROOD_API apr_status_t brood_barrier_set_data(brood_barrier_t *barrier, void *data);

/* Arrives, and waits until all parties have.
 *
 * @param barrier  an open barrier
 * @param timeout  microseconds; negative: for ever; 0: waits for nobody;
 *                 BROOD_BARRIER_TIMEOUT: as the barrier was made
 * @param index    receives the order of arrival, 0 to parties - 1, each given once;
 *                 NULL: is not told. Meaningful only with APR_SUCCESS
 * @returns APR_SUCCESS: all have arrived, and the action has been run;
 *          APR_TIMEUP: the time was over first, and the barrier is broken now. Only while the
 *          action of the time before runs, which this one does not belong to, is it not broken
 *          by that, nor has this one arrived;
 *          BROOD_EBROKENBARRIER: it was broken, or broke, or was reset; the detail says why;
 *          BROOD_EFULL: 4096 threads of the session sleep. This one has not arrived;
 *          what the action returned, if that is not APR_SUCCESS: this party ran it, and the
 *          barrier is broken now;
 *          BROOD_ECLOSED; APR_EINVAL: barrier is NULL.
 * Blocking: until the others arrive, as `timeout` says. The action runs in the last one to
 * arrive, however long it takes; the others' timeouts count meanwhile.
 * Threads and processes: any number; more than `parties` is for the next time. A party that is
 * killed while it waits breaks the barrier. Platforms: same everywhere.
 * Like: Barrier.wait(timeout), which raises BrokenBarrierError also in the one whose time is
 * over, and never ends when a party is killed. */
BROOD_API apr_status_t brood_barrier_wait(brood_barrier_t *barrier,
                                          apr_interval_time_t timeout, uint32_t *index);

/* Breaks it: who waits, and who comes, gets BROOD_EBROKENBARRIER.
 *
 * @param barrier  an open barrier; one that is broken stays so
 * @returns APR_SUCCESS; BROOD_ECLOSED; APR_EINVAL: barrier is NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: Barrier.abort(). */
BROOD_API apr_status_t brood_barrier_abort(brood_barrier_t *barrier);

/* Makes it whole, with nobody there. Those who wait get BROOD_EBROKENBARRIER; those who come
 * later arrive as at a new barrier.
 *
 * @param barrier  an open barrier, broken or not
 * @returns APR_SUCCESS; BROOD_ECLOSED; APR_EINVAL: barrier is NULL.
 * Blocking: never; it does not wait for those who leave. Threads and processes: any number.
 * Killed in the middle it leaves the barrier as it was, or broken, or whole.
 * Platforms: same everywhere. Like: Barrier.reset(). */
BROOD_API apr_status_t brood_barrier_reset(brood_barrier_t *barrier);

/* Whether it was broken at one moment during the call. A death that nobody has learned of yet
 * does not count.
 *
 * @param barrier  an open barrier
 * @returns 1 or 0; 0 for a closed handle or NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: Barrier.broken. */
BROOD_API int brood_barrier_broken(brood_barrier_t *barrier);

/* How many it waits for.
 *
 * @param barrier  an open barrier
 * @returns the number it was made with; 0 for a closed handle or NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: Barrier.parties. */
BROOD_API uint32_t brood_barrier_parties(brood_barrier_t *barrier);

/* How many had arrived and waited for the others at one moment during the call: an exact
 * number, 0 to parties - 1.
 *
 * @param barrier  an open barrier
 * @returns that number; 0 for one that is broken or whose action runs, a closed handle or NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: Barrier.n_waiting. */
BROOD_API uint32_t brood_barrier_waiting(brood_barrier_t *barrier);

/* Closes this process's handle; the barrier lives until the last process lets go. A second
 * close is harmless.
 *
 * @param barrier  a barrier in which no thread of this process waits
 * @returns APR_SUCCESS; BROOD_EBUSY: a thread of this process waits in it, nothing was closed;
 *          APR_EINVAL.
 * Blocking: never. Threads and processes: no other thread may be using the handle.
 * Platforms: same everywhere. */
BROOD_API apr_status_t brood_barrier_close(brood_barrier_t *barrier);

BROOD_END_DECLS

#endif
