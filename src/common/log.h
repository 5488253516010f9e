/* The log's settings, for the start of children. Internal. */
#ifndef BROOD_COMMON_LOG_H
#define BROOD_COMMON_LOG_H

#include "brood/log.h"

/* What travels: the level, 0 when nobody has chosen one, and whether lines go to standard
 * error. */
typedef struct brood__log_settings_t {
    int level;
    int to_stderr;
} brood__log_settings_t;

brood__log_settings_t brood__log_settings(void);

/* The level of a name or number; 0: there is none. */
int brood__log_level_find(const char *name);

/* In a child: what its parent has. */
void brood__log_inherit(const brood__log_settings_t *settings);

/* In a forked child, before anything else. */
void brood__log_after_fork(void);

#endif
