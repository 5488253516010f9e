/* The members of a family: one look at the system's list and the session's table. */
#include "family_members.h"

#include "os/handle.h"
#include "participant.h"
#include "status.h"
#include <stdlib.h>

/* How many of the dead there may be between a process and its living ancestor. */
#define LINE_MOST 64
/* Processes that the first list has room for. */
#define LIST_FIRST 256

static int is_same(const brood_os_identity_t *one, const brood_os_identity_t *other) {
    return one->pid == other->pid && one->birth == other->birth;
}

/* The member who that is among the first `count`, or NULL. */
static brood__member_t *member_of(brood__family_t *family, size_t count,
                                  const brood_os_identity_t *identity) {
    for (size_t i = 0; i < count; i++) {
        if (is_same(&family->members[i].identity, identity)) {
            return &family->members[i];
        }
    }
    return NULL;
}

static brood__member_t *member_by_id(brood__family_t *family, uint32_t participant) {
    for (size_t i = 0; participant != 0 && i < family->count; i++) {
        if (family->members[i].participant == participant) {
            return &family->members[i];
        }
    }
    return NULL;
}

apr_status_t brood__family_add(brood__family_t *family,
                               const brood_os_identity_t *identity,
                               uint32_t participant) {
    brood__member_t member = {*identity, participant};
    if (family->count == family->room) {
        size_t room = family->room == 0 ? 32 : family->room * 2;
        brood__member_t *members = realloc(family->members, room * sizeof *members);
        if (members == NULL) {
            return brood__fail(APR_ENOMEM, "a family of %llu",
                               (unsigned long long)family->count);
        }
        family->members = members;
        family->room = room;
    }
    family->members[family->count++] = member;
    return APR_SUCCESS;
}

void brood__family_clear(brood__family_t *family) {
    free(family->members);
    free(family->known);
    free(family->list);
}

/* ---- the system's list ---------------------------------------------------------------- */

static apr_status_t list_grow(brood__family_t *family, size_t room) {
    brood_os_relative_t *list = realloc(family->list, room * sizeof *list);
    if (list == NULL) {
        return APR_ENOMEM;
    }
    family->list = list;
    family->list_room = room;
    return APR_SUCCESS;
}

static apr_status_t list_take(brood__family_t *family) {
    size_t known = family->count;
    brood_os_identity_t *identities =
        realloc(family->known, (known + 1) * sizeof *identities);
    apr_status_t rv = APR_SUCCESS;
    family->listed = 0;
    if (identities == NULL) {
        return APR_ENOMEM;
    }
    family->known = identities;
    for (size_t i = 0; i < known; i++) {
        identities[i] = family->members[i].identity;
    }
    if (family->list == NULL) {
        rv = list_grow(family, LIST_FIRST);
    }
    while (rv == APR_SUCCESS) { /* ends when the list has room for all */
        rv = brood_os_family_list(identities, known, family->list, family->list_room,
                                  &family->listed);
        if (rv != APR_SUCCESS || family->listed <= family->list_room) {
            return rv;
        }
        rv = list_grow(family, family->listed * 2);
    }
    return rv;
}

/* Whether one of the first `known` members, who is there himself, is its parent. */
static int is_child(brood__family_t *family, size_t known,
                    const brood_os_relative_t *relative) {
    for (size_t i = 0; i < family->listed; i++) {
        const brood_os_identity_t *parent = &family->list[i].self;
        if (parent->pid == relative->parent) {
            return member_of(family, known, parent) != NULL;
        }
    }
    return 0;
}

static apr_status_t add_children(brood__family_t *family, size_t known) {
    apr_status_t rv = APR_SUCCESS;
    for (size_t i = 0; rv == APR_SUCCESS && i < family->listed; i++) {
        const brood_os_relative_t *relative = &family->list[i];
        if (relative->self.pid != family->self.pid &&
            member_of(family, family->count, &relative->self) == NULL &&
            is_child(family, known, relative)) {
            rv = brood__family_add(family, &relative->self, 0);
        }
    }
    return rv;
}

/* Who is not in the list any more is over. */
static int all_quiet(brood__family_t *family) {
    for (size_t i = 0; i < family->listed; i++) {
        const brood_os_relative_t *relative = &family->list[i];
        if (!relative->quiet && relative->self.pid != family->self.pid &&
            member_of(family, family->count, &relative->self) != NULL) {
            return 0;
        }
    }
    return 1;
}

/* ---- the session's table --------------------------------------------------------------- */

/* Whether the line of its creators, some of them dead, leads to a member. */
static int comes_from_member(brood__family_t *family, uint32_t participant) {
    for (int i = 0; participant != 0 && i < LINE_MOST; i++) {
        participant = brood__participant_creator(participant);
        if (member_by_id(family, participant) != NULL) {
            return 1;
        }
    }
    return 0;
}

static int is_over(const brood_os_identity_t *identity) {
    brood_os_handle_t watch = BROOD_OS_NO_HANDLE;
    int over = brood_os_identity_life(identity, &watch) == BROOD_OS_DEAD;
    brood_os_handle_close(watch);
    return over;
}

static apr_status_t add_participants(brood__family_t *family) {
    brood_os_identity_t identity;
    uint32_t slot = 0;
    uint32_t id;
    apr_status_t rv = APR_SUCCESS;
    while (rv == APR_SUCCESS && (id = brood__participant_next(&slot, &identity)) != 0) {
        brood__member_t *member = member_of(family, family->count, &identity);
        if (member != NULL) {
            member->participant = id;
        } else if (identity.pid != family->self.pid && comes_from_member(family, id) &&
                   !is_over(&identity)) {
            rv = brood__family_add(family, &identity, id);
        }
    }
    return rv;
}

apr_status_t brood__family_look(brood__family_t *family, int *quiet) {
    size_t known = family->count;
    apr_status_t seen = list_take(family);
    apr_status_t rv = APR_SUCCESS;
    *quiet = 1;
    if (seen == APR_SUCCESS) {
        rv = add_children(family, known);
        *quiet = all_quiet(family);
    }
    if (rv == APR_SUCCESS) {
        rv = add_participants(family);
    }
    if (rv == APR_SUCCESS && seen != APR_SUCCESS) {
        rv = brood__fail(seen, "this system does not tell whose children processes are");
    }
    return rv;
}
