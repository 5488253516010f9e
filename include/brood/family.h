/* Family: a process with all that it started, and what those started.
 *
 *     options.end_with_parent = 2;                           the whole tree ends with us
 *     brood_process_kill_tree(child, BROOD_STOP_KILL, NULL);  or now, on our word
 *     brood_kill_descendants(BROOD_STOP_TERMINATE, NULL);     everything below this process
 *
 * Who ends with its parent does so whatever it has made of its signals, and without being asked: no
 * exit handler runs. It may be stopped (Linux, Windows), and it may fork, for the library's own
 * threads do not count. It is bound to the process that started it, not to a thread of that (but
 * on Linux a first thread that leaves by pthread_exit() ends those that it spawned). A target that
 * puts another program in its place by a bare exec() leaves that behind, except under spawn on
 * Linux with an end_with_parent of 1. On Linux a parent that puts another program in its own
 * place ends its spawned ones so, if it has not started them from its first thread.
 *
 * A family is found in two ways at once: the system's table of processes, which knows external
 * programs too, and the session's table, which still knows who started a process of Brood when
 * that one has ended. Before anybody is ended all are stopped, until a look finds nobody new,
 * so that a family which starts processes meanwhile does not get away.
 *
 * A process is named by its number and the moment of its birth, never by the number alone:
 * another process that has got the number since is not hit, and neither is one that only says
 * of a dead parent's number that it was its own. */
#ifndef BROOD_FAMILY_H
#define BROOD_FAMILY_H

#include "brood/process.h"
#include "brood/status.h"
#include "brood/stop.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

/* Ends a process and all its descendants: its children, theirs, and so on, external programs
 * among them. What they held is released as after any death.
 *
 * @param process  a started process of this one; it may have ended, then those that it left
 *                 behind are looked for, which only processes of Brood can be found among
 * @param how      BROOD_STOP_ASK, which reaches processes of Brood only;
 *                 BROOD_STOP_TERMINATE, BROOD_STOP_KILL, as for one process
 * @param count    receives how many processes were told to end; may be NULL
 * @returns APR_SUCCESS, also when nobody was there any more;
 *          APR_TIMEUP: the family still grew after five seconds; all that were found were told
 *          to end;
 *          APR_ENOTIMPL: this system cannot tell families or cannot signal a stranger safely:
 *          the process itself was told to end, its descendants were not (never for
 *          BROOD_STOP_ASK, which goes by the session alone);
 *          APR_EINVAL: `how` is none of these;
 *          BROOD_ENOTSTARTED, BROOD_ENOTCHILD, BROOD_ECLOSED, BROOD_EDEADLOCK as
 *          brood_process_join(); or the system's status for one that could not be told (another
 *          user's, say), after the others were.
 * Blocking: until all are stopped and told, some milliseconds; join to see the end.
 * Threads and processes: any thread. Killed in the middle it may leave the family stopped.
 * A process that was stopped by somebody else is continued by BROOD_STOP_TERMINATE.
 * Platforms: Linux since 5.3, Windows, and macOS where that takes a signal for one life of a
 * number (proc_signal_with_audittoken(), found while running; not tried on a machine yet). Older
 * ones and the BSDs signal by number only, which could hit a stranger: APR_ENOTIMPL there. A
 * program that made itself a daemon of init (forked twice) is no descendant any more.
 * Like: killing a job object; psutil.Process.children(recursive=True), each killed.
 * Example: kill_tree.c */
BROOD_API apr_status_t brood_process_kill_tree(brood_process_t *process,
                                               brood_stop_what_t how, size_t *count);

/* Ends all descendants of this process, external programs among them; not this process itself,
 * and not its forkserver, which tells how its children ended. They stay to be joined.
 *
 * @param how    as for brood_process_kill_tree()
 * @param count  receives how many processes were told to end; may be NULL
 * @returns as brood_process_kill_tree().
 * Blocking: as brood_process_kill_tree(). Threads and processes: any thread; what another
 * thread starts meanwhile may escape. Platforms: as brood_process_kill_tree().
 * Like: kill 0 for a process group of one's own, without oneself. */
BROOD_API apr_status_t brood_kill_descendants(brood_stop_what_t how, size_t *count);

BROOD_END_DECLS

#endif
