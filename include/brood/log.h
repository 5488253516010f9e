/* Log: what happens, one line each, with a level and the process's name before it.
 *
 *     [INFO/Process-1] child process calling its target
 *
 * Nothing is written unless somebody asks: brood_log_to_stderr(level), a sink of the program's
 * own, or the environment variable BROOD_LOG=debug (a level's name or number), which is
 * looked at once, at the first line, choice or start, for a program that has not chosen itself;
 * children do as their parent does. The library says itself how processes start and end
 * (BROOD_LOG_INFO, BROOD_LOG_DEBUG, BROOD_LOG_SUBDEBUG).
 *
 * Level and standard error are inherited by children of every start method; a sink of one's
 * own by a fork only. A line goes out in one piece, so that lines of several processes do not
 * mix. A line that nobody wants costs one load. */
#ifndef BROOD_LOG_H
#define BROOD_LOG_H

#include "brood/status.h"
#include "brood/types.h"

/* The levels, as Python's; any number between is one, too. */
#define BROOD_LOG_SUBDEBUG 5
#define BROOD_LOG_DEBUG 10
#define BROOD_LOG_INFO 20
#define BROOD_LOG_SUBWARNING 25
#define BROOD_LOG_WARNING 30
#define BROOD_LOG_ERROR 40
#define BROOD_LOG_OFF 1000 /* a level that no line reaches */

/* How long a line may be, its prefix included; what is longer is cut. */
#define BROOD_LOG_LINE_MAX 2048

#if defined(__clang__)
#define BROOD__LOG_FORMAT(text, first) __attribute__((format(printf, text, first)))
#elif defined(__GNUC__)
#define BROOD__LOG_FORMAT(text, first) __attribute__((format(gnu_printf, text, first)))
#else
#define BROOD__LOG_FORMAT(text, first)
#endif

/* Where lines go in place of standard error.
 * `process` is the name of this process, `text` the line without prefix and end. Called in the
 * thread that logs, from several at once; lines that it logs itself are dropped. It may not start
 * or end processes. */
typedef void brood_log_sink_fn(void *data, int level, const char *process,
                               const char *text);

BROOD_BEGIN_DECLS

/* Logs a line, if its level is the chosen one or above and there is somewhere for it to go.
 *
 * @param level   BROOD_LOG_DEBUG, …; of 1 to BROOD_LOG_OFF - 1
 * @param format  as printf's, with its arguments; the line needs no end
 * @returns nothing; that a line could not be written is not told.
 * Blocking: as writing to standard error does. Threads and processes: any thread; in a forked
 * child too. errno and the detail line stay as they are.
 * Platforms: same everywhere. Like: multiprocessing.get_logger().log(level, …). */
BROOD_API void brood_log(int level, const char *format, ...) BROOD__LOG_FORMAT(2, 3);

/* Whether a line of this level would go anywhere: to spare the making of its arguments.
 *
 * @param level  any
 * @returns 1 or 0.
 * Blocking: never; one load. Threads and processes: any thread. Platforms: same everywhere.
 * Like: Logger.isEnabledFor(). */
BROOD_API int brood_log_is_on(int level);

/* Chooses from which level on lines go out. By itself it opens no way for them.
 *
 * @param level  1 to BROOD_LOG_OFF
 * @returns APR_SUCCESS; APR_EINVAL: another number.
 * Blocking: never. Threads and processes: any thread; children that are started from now on
 * inherit it. May be called before brood_init(). Platforms: same everywhere.
 * Like: multiprocessing.get_logger().setLevel(). */
BROOD_API apr_status_t brood_log_set_level(int level);

/* The chosen level; BROOD_LOG_WARNING when nobody has chosen.
 *
 * @returns 1 to BROOD_LOG_OFF.
 * Blocking: never. Threads and processes: any thread. Platforms: same everywhere. */
BROOD_API int brood_log_get_level(void);

/* Lets lines go to standard error from now on.
 *
 * @param level  from this level on; 0 leaves the chosen one
 * @returns APR_SUCCESS; APR_EINVAL: another number.
 * Blocking: never. Threads and processes: any thread; children that are started from now on do
 * the same. May be called before brood_init(). Platforms: same everywhere.
 * Like: multiprocessing.log_to_stderr(level). Example: logging.c */
BROOD_API apr_status_t brood_log_to_stderr(int level);

/* Lets lines go to a function instead.
 *
 * @param sink  the function; NULL: as it was without one
 * @param data  handed to it
 * @returns nothing.
 * Blocking: never. Threads and processes: any thread; a line that is on its way in another
 * thread may still come to the old one. A forked child has it, a spawned one has not, and logs
 * to standard error only if its parent was told to.
 * Platforms: same everywhere. Like: a logging.Handler. */
BROOD_API void brood_log_set_sink(brood_log_sink_fn *sink, void *data);

/* The name of a level: "DEBUG", …; of other numbers "Level 7".
 *
 * @param level   any
 * @param buffer  where the words for other numbers go; not NULL
 * @param size    its size in bytes
 * @returns a string that lives as long as the buffer.
 * Blocking: never. Threads and processes: safe. Platforms: same everywhere.
 * Like: logging.getLevelName(). */
BROOD_API const char *brood_log_level_name(int level, char *buffer, size_t size);

/* The level of a name, in any case, or of a number in digits.
 *
 * @param name   "subdebug", "debug", "info", "subwarning", "warning", "error", "off", "15"
 * @param level  receives it; 0 on failure
 * @returns APR_SUCCESS; APR_EINVAL: no level is called that (the detail names it).
 * Blocking: never. Threads and processes: safe. Platforms: same everywhere. */
BROOD_API apr_status_t brood_log_level_parse(const char *name, int *level);

BROOD_END_DECLS

#endif
