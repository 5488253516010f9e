/* The members of a family, as looks find them. Internal to family. */
#ifndef BROOD_COMMON_FAMILY_MEMBERS_H
#define BROOD_COMMON_FAMILY_MEMBERS_H

#include "family.h"
#include "os/family.h"

typedef struct brood__member_t {
    brood_os_identity_t identity; /* pid 0: only its id is known, it is dead or awaited */
    uint32_t participant;         /* 0: not of this session, as far as is known */
    int is_awaited;               /* it is being started, and has not said yet who it is */
} brood__member_t;

/* Memory of its own. Begins as all zero. */
typedef struct brood__family_t {
    brood_os_identity_t self; /* who looks */
    brood__member_t *members; /* the first is the root */
    size_t count;
    size_t room;
    brood_os_identity_t *known; /* the members before a look, for the system */
    brood_os_relative_t *list;  /* the system's answer to that */
    size_t listed;
    size_t list_room;
    apr_status_t failure; /* the first one that a member could not be told by */
} brood__family_t;

/* One more member. APR_ENOMEM. */
apr_status_t brood__family_add(brood__family_t *family,
                               const brood_os_identity_t *identity, uint32_t participant);

/* Takes in the children of those that were members before, and whom the session knows to be
 * theirs. *quiet: 1 when all members, the caller apart, were seen stopped or over. A system that
 * does not say gives what the session knows, and APR_ENOTIMPL. */
apr_status_t brood__family_look(brood__family_t *family, int *quiet);

/* Takes in those of the session whom a member is just starting. */
apr_status_t brood__family_look_ahead(brood__family_t *family);

/* Takes back the places that members who are dead have left to those whom they were starting: who
 * has lost the way to his family that way ends by himself, before he runs anything. */
void brood__family_bar(brood__family_t *family);

void brood__family_clear(brood__family_t *family);

#endif
