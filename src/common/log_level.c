/* Levels of the log: their names. */
#include "log.h"

#include "status.h"
#include <apr_cstr.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    int level;
    const char *name;
} rows[] = {
    {BROOD_LOG_SUBDEBUG, "SUBDEBUG"}, {BROOD_LOG_DEBUG, "DEBUG"},
    {BROOD_LOG_INFO, "INFO"},         {BROOD_LOG_SUBWARNING, "SUBWARNING"},
    {BROOD_LOG_WARNING, "WARNING"},   {BROOD_LOG_ERROR, "ERROR"},
    {BROOD_LOG_OFF, "OFF"},
};

const char *brood_log_level_name(int level, char *buffer, size_t size) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].level == level) {
            return rows[i].name;
        }
    }
    (void)snprintf(buffer, size, "Level %d", level);
    return buffer;
}

int brood__log_level_find(const char *name) {
    char *end;
    long number;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (apr_cstr_casecmp(name, rows[i].name) == 0) {
            return rows[i].level;
        }
    }
    number = strtol(name, &end, 10);
    return end != name && *end == '\0' && number >= 1 && number <= BROOD_LOG_OFF
               ? (int)number
               : 0;
}

apr_status_t brood_log_level_parse(const char *name, int *level) {
    *level = name == NULL ? 0 : brood__log_level_find(name);
    return *level != 0 ? APR_SUCCESS
                       : brood__fail(APR_EINVAL, "no level is called \"%s\"",
                                     name == NULL ? "(null)" : name);
}
