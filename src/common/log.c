/* Log: the settings, and a line's way out.
 *
 * One number decides whether a line goes anywhere: `threshold`. It is made anew, under the
 * guard, at each change of a setting. Before the first look at the environment it is 0, which
 * lets every line pass to where that is done. */
#include "log.h"

#include "brood/boot.h"
#include "guard.h"
#include "os/program.h"
#include "session.h"
#include "status.h"
#include <apr_env.h>
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static brood__guard_t guard = BROOD__GUARD_INIT;
static brood__log_settings_t settings;
static brood_log_sink_fn *own_sink;
static void *own_data;
static atomic_int threshold; /* 0: the environment has not been asked */
static _Thread_local int is_logging;

/* Under the guard. */
static void threshold_set(void) {
    int level = settings.level != 0 ? settings.level : BROOD_LOG_WARNING;
    atomic_store_explicit(&threshold,
                          own_sink != NULL || settings.to_stderr ? level : BROOD_LOG_OFF,
                          memory_order_relaxed);
}

static void stderr_write(int level, const char *text) {
    char line[BROOD_LOG_LINE_MAX];
    char name[20];
    int length = snprintf(line, sizeof line - 1, "[%s/%s] %s",
                          brood_log_level_name(level, name, sizeof name),
                          brood_current_name(), text);
    size_t size = length < 0                         ? 0
                  : (size_t)length > sizeof line - 2 ? sizeof line - 2
                                                     : (size_t)length;
    line[size] = '\n';
    (void)brood_os_standard_write(2, line, size + 1);
}

/* BROOD_LOG, through APR as every variable of ours. 1: it has a value. */
static int environment_level(int *level, char *bad, size_t size) {
    apr_pool_t *pool;
    char *wanted;
    int found = 0;
    bad[0] = '\0';
    if (brood__session_pool() == NULL || apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return 0;
    }
    if (apr_env_get(&wanted, "BROOD_LOG", pool) == APR_SUCCESS && *wanted != '\0') {
        found = 1;
        *level = brood__log_level_find(wanted);
        if (*level == 0) {
            *level = BROOD_LOG_WARNING;
            (void)snprintf(bad, size, "BROOD_LOG: no level is called \"%s\"", wanted);
        }
    }
    apr_pool_destroy(pool);
    return found;
}

/* Once in a process: what the environment says, where nobody has chosen. */
static void environment_look(void) {
    char bad[100];
    int level = 0;
    int found = environment_level(&level, bad, sizeof bad);
    brood__guard_take(&guard);
    if (found && settings.level == 0 && !settings.to_stderr) {
        settings.level = level;
        settings.to_stderr = 1;
    }
    threshold_set();
    brood__guard_give(&guard);
    if (bad[0] != '\0') {
        stderr_write(BROOD_LOG_WARNING, bad);
    }
}

static int threshold_get(void) {
    int level = atomic_load_explicit(&threshold, memory_order_relaxed);
    if (level == 0) {
        int saved = errno;
        environment_look();
        level = atomic_load_explicit(&threshold, memory_order_relaxed);
        errno = saved;
    }
    return level;
}

int brood_log_is_on(int level) {
    return level >= threshold_get() && level < BROOD_LOG_OFF;
}

static void text_send(int level, const char *text) {
    brood_log_sink_fn *sink;
    void *data;
    int to_stderr;
    brood__guard_take(&guard);
    sink = own_sink;
    data = own_data;
    to_stderr = settings.to_stderr;
    brood__guard_give(&guard);
    if (sink != NULL) {
        sink(data, level, brood_current_name(), text);
    } else if (to_stderr) {
        stderr_write(level, text);
    }
}

static void log_send(int level, const char *format, va_list arguments) {
    char text[BROOD_LOG_LINE_MAX];
    int saved = errno;
    is_logging = 1;
    if (vsnprintf(text, sizeof text, format, arguments) >= 0) {
        text_send(level, text);
    }
    is_logging = 0;
    errno = saved;
}

/* Most often nothing: then not even the place of errno is looked for. */
void brood_log(int level, const char *format, ...) {
    va_list arguments;
    if (brood_log_is_on(level) && !is_logging) {
        va_start(arguments, format);
        log_send(level, format, arguments);
        va_end(arguments);
    }
}

static apr_status_t level_check(int level, int least) {
    return level >= least && level <= BROOD_LOG_OFF
               ? APR_SUCCESS
               : brood__fail(APR_EINVAL, "level is %d", level);
}

apr_status_t brood_log_set_level(int level) {
    apr_status_t rv = level_check(level, 1);
    if (rv == APR_SUCCESS) {
        (void)threshold_get();
        brood__guard_take(&guard);
        settings.level = level;
        threshold_set();
        brood__guard_give(&guard);
    }
    return rv;
}

int brood_log_get_level(void) {
    int level;
    (void)threshold_get();
    brood__guard_take(&guard);
    level = settings.level != 0 ? settings.level : BROOD_LOG_WARNING;
    brood__guard_give(&guard);
    return level;
}

apr_status_t brood_log_to_stderr(int level) {
    apr_status_t rv = level_check(level, 0);
    if (rv == APR_SUCCESS) {
        (void)threshold_get();
        brood__guard_take(&guard);
        settings.level = level != 0 ? level : settings.level;
        settings.to_stderr = 1;
        threshold_set();
        brood__guard_give(&guard);
    }
    return rv;
}

void brood_log_set_sink(brood_log_sink_fn *sink, void *data) {
    (void)threshold_get();
    brood__guard_take(&guard);
    own_sink = sink;
    own_data = data;
    threshold_set();
    brood__guard_give(&guard);
}

brood__log_settings_t brood__log_settings(void) {
    brood__log_settings_t copy;
    (void)threshold_get();
    brood__guard_take(&guard);
    copy = settings;
    brood__guard_give(&guard);
    return copy;
}

void brood__log_inherit(const brood__log_settings_t *inherited) {
    brood__guard_take(&guard);
    if (inherited->level != 0 || inherited->to_stderr) {
        settings = *inherited;
    }
    threshold_set();
    brood__guard_give(&guard);
}

void brood__log_after_fork(void) {
    brood__guard_reset(&guard);
    is_logging = 0;
}
