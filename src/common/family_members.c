/* The members of a family: one look at the system's list and the session's table. */
#include "family_members.h"

#include "os/handle.h"
#include "participant_layout.h"
#include "status.h"
#include <stdlib.h>

/* How many of the dead there may be between a process and its living ancestor. */
#define LINE_MOST 64
/* Processes that the first list has room for. */
#define LIST_FIRST 256

/* Whether two that have the same number, but not the same birth, are one process all the same: a
 * birth may be told in two ways. Who lived before and after a look at the other, who lived then,
 * too, had the number all the time. */
static int is_one_life(const brood_os_identity_t *one, const brood_os_identity_t *other) {
    brood_os_handle_t first = BROOD_OS_NO_HANDLE, second = BROOD_OS_NO_HANDLE;
    int is_one = brood_os_identity_life(one, &first) == BROOD_OS_ALIVE &&
                 brood_os_identity_life(other, &second) == BROOD_OS_ALIVE &&
                 brood_os_identity_life(one, &first) == BROOD_OS_ALIVE;
    brood_os_handle_close(first);
    brood_os_handle_close(second);
    return is_one;
}

static int is_same(const brood_os_identity_t *one, const brood_os_identity_t *other) {
    return one->pid == other->pid &&
           (one->birth == other->birth || is_one_life(one, other));
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
    brood__member_t member = {*identity, participant, 0};
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

/* The member who has this place in the session and is this process now. NULL: he is new. */
static brood__member_t *claim(brood__family_t *family, uint32_t id,
                              const brood_os_identity_t *identity) {
    brood__member_t *awaited = member_by_id(family, id);
    brood__member_t *member = member_of(family, family->count, identity);
    if (awaited != NULL && awaited->is_awaited) {
        if (member == NULL) { /* here he is */
            member = awaited;
            member->identity = *identity;
        } else { /* whom the system had listed already */
            awaited->participant = 0;
        }
        awaited->is_awaited = 0;
    }
    if (member != NULL) {
        member->participant = id;
    }
    return member;
}

static apr_status_t add_participants(brood__family_t *family) {
    brood_os_identity_t identity;
    uint32_t slot = 0;
    uint32_t id;
    apr_status_t rv = APR_SUCCESS;
    while (rv == APR_SUCCESS && (id = brood__participant_next(&slot, &identity)) != 0) {
        if (claim(family, id, &identity) == NULL && identity.pid != family->self.pid &&
            comes_from_member(family, id) && !is_over(&identity)) {
            rv = brood__family_add(family, &identity, id);
        }
    }
    return rv;
}

/* Whether a member has reserved the place, or one who comes from a member. The place of who did is
 * in the slot from the first moment, who that was a moment later. */
static int is_of_member(brood__family_t *family, uint32_t id, uint32_t reserver) {
    if (brood__participant_creator(id) != 0) {
        return comes_from_member(family, id);
    }
    for (size_t i = 0; i < family->count; i++) {
        uint32_t participant = family->members[i].participant;
        if (participant != 0 && BROOD__ID_SLOT(participant) == reserver &&
            brood__participant_is_tenant(participant)) {
            return 1;
        }
    }
    return 0;
}

apr_status_t brood__family_look_ahead(brood__family_t *family) {
    static const brood_os_identity_t nobody;
    uint32_t slot = 0;
    uint32_t id, reserver;
    apr_status_t rv = APR_SUCCESS;
    while (rv == APR_SUCCESS &&
           (id = brood__participant_next_reserved(&slot, &reserver)) != 0) {
        if (member_by_id(family, id) == NULL && is_of_member(family, id, reserver)) {
            rv = brood__family_add(family, &nobody, id);
            if (rv == APR_SUCCESS) {
                family->members[family->count - 1].is_awaited = 1;
            }
        }
    }
    return rv;
}

void brood__family_bar(brood__family_t *family) {
    uint32_t slot = 0;
    uint32_t id, reserver;
    while ((id = brood__participant_next_reserved(&slot, &reserver)) != 0) {
        uint32_t creator = brood__participant_creator(id);
        if (creator != 0 && comes_from_member(family, id) &&
            brood__participant_is_dead(creator)) {
            (void)brood__participant_withdraw(id);
        }
    }
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
