/* Permits that know their holders: taking, giving back, counting and reclaiming.
 *
 * Shared state, a slot of 64 bits for each permit: {changes 32, giving 1, holder 31}. The
 * holder is a participant id, 0 when the permit is free. Every CAS counts the changes up.
 *   take     CAS from a free slot to one's own id, by whoever wants a permit. Permit and holder
 *            appear in one step: a death at any instruction leaves a slot that is free, or one
 *            that names the dead.
 *   give     one permit: CAS from one's own id to free. Several: first as many are marked as
 *            being given, by CAS from one's own id; then they are freed. Only marks of one's
 *            own process are touched; when there are not enough they are taken off again. The
 *            marks of a process are worth the same, whichever of its threads made them.
 *   reclaim  CAS from exactly what named a dead participant, marked or not, to free, by anyone
 *            who proved the death. Of several one wins each slot, so that no permit comes back
 *            twice. Killed between two slots it leaves the rest to the next one.
 * Ids are never used again and changes only grow. So two rounds over the slots that add up to
 * the same number of changes saw the same, and what they saw was true between the two. */
#include "semaphore_owned.h"

#include "brood/status.h"
#include "os/fault.h"
#include "participant.h"
#include "session.h"
#include "status.h"

#define HOLDER(seen) ((uint32_t)(seen))
#define GIVING 0x80000000u
#define CHANGES(seen) ((seen) >> 32)
/* What a slot becomes that was seen so. */
#define CHANGED(seen, holder) ((CHANGES(seen) + 1) << 32 | (holder))

/* A permit that changes hands in each of so many rounds may be missed. */
#define ROUNDS_MOST 100

_Static_assert(sizeof(((brood__cell_t *)0)->own.longs) ==
                   (1 + BROOD__PERMITS_INLINE) * sizeof(uint64_t),
               "the slots of few permits fill the cell");

static void use_cell(brood__permits_t *permits, brood__cell_t *cell, uint32_t count) {
    permits->slots = &cell->own.longs[1];
    permits->count = count;
    permits->payload = NULL;
    atomic_store_explicit(&permits->hint, 0, memory_order_relaxed);
}

static void use_payload(brood__permits_t *permits, brood__segment_t *payload) {
    permits->slots =
        (_Atomic uint64_t *)(void *)(payload->base + sizeof(brood__segment_head_t));
    permits->payload = payload;
}

static size_t payload_size(uint32_t count) {
    return sizeof(brood__segment_head_t) + count * sizeof(uint64_t);
}

apr_status_t brood__permits_create(brood__permits_t *permits, brood__cell_t *cell,
                                   uint32_t count) {
    brood__segment_t *payload;
    apr_status_t rv;
    use_cell(permits, cell, count);
    if (count <= BROOD__PERMITS_INLINE) {
        return APR_SUCCESS;
    }
    rv = brood__segment_create(&payload, BROOD__SEGMENT_PAYLOAD, 0, payload_size(count));
    if (rv == APR_SUCCESS) {
        atomic_store_explicit(&cell->own.longs[1], payload->id, memory_order_relaxed);
        use_payload(permits, payload);
    }
    return rv;
}

apr_status_t brood__permits_arrived(brood__permits_t *permits, brood__cell_t *cell,
                                    uint32_t count, brood__parcel_t *parcel) {
    brood_os_handle_t memory;
    brood__segment_t *payload;
    apr_status_t rv;
    use_cell(permits, cell, count);
    if (count <= BROOD__PERMITS_INLINE) {
        return APR_SUCCESS;
    }
    rv = brood__parcel_take_os_handle(parcel, &memory);
    if (rv == APR_SUCCESS) {
        rv = brood__segment_attach(&payload, BROOD__SEGMENT_PAYLOAD, memory);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (payload->mapped < payload_size(count) ||
        payload->id != atomic_load_explicit(&cell->own.longs[1], memory_order_relaxed)) {
        brood__segment_release(payload);
        return brood__fail(BROOD_EFORGED, "the permits are of another semaphore");
    }
    use_payload(permits, payload);
    return APR_SUCCESS;
}

void brood__permits_pack(const brood__permits_t *permits, brood__parcel_t *parcel) {
    if (permits->payload != NULL) {
        brood__parcel_put_os_handle(parcel, permits->payload->memory);
    }
}

void brood__permits_close(brood__permits_t *permits) {
    if (permits->payload != NULL) {
        brood__segment_release(permits->payload);
        permits->payload = NULL;
    }
}

static uint32_t first_to_look_at(const brood__permits_t *permits) {
    return atomic_load_explicit(&permits->hint, memory_order_relaxed);
}

static void look_here_first(brood__permits_t *permits, uint32_t at) {
    atomic_store_explicit(&permits->hint, at, memory_order_relaxed);
}

/* CAS of a slot from what was seen. */
static int change(_Atomic uint64_t *slot, uint64_t seen, uint32_t holder) {
    /* acq_rel: pairs with the same of who had the permit before, and of who gets it next */
    return atomic_compare_exchange_strong_explicit(
        slot, &seen, CHANGED(seen, holder), memory_order_acq_rel, memory_order_relaxed);
}

int brood__permits_take(brood__permits_t *permits) {
    uint64_t changes = 0;
    for (int round = 0; round < ROUNDS_MOST; round++) {
        uint64_t changes_before = changes;
        uint32_t at = first_to_look_at(permits);
        changes = 0;
        for (uint32_t i = 0; i < permits->count; i++) {
            /* acquire: the rounds do not mix; pairs with the CAS in change() */
            uint64_t seen =
                atomic_load_explicit(&permits->slots[at], memory_order_acquire);
            if (HOLDER(seen) == 0 && change(&permits->slots[at], seen, brood__self_id)) {
                look_here_first(permits, at);
                return 1;
            }
            changes += CHANGES(seen);
            at = at + 1 == permits->count ? 0 : at + 1;
        }
        if (round != 0 && changes == changes_before) {
            return 0;
        }
    }
    return 0;
}

/* Turns up to `count` permits of one holder into those of another. Returns how many. */
static uint32_t turn(brood__permits_t *permits, uint32_t from, uint32_t to,
                     uint32_t count) {
    uint32_t at = first_to_look_at(permits);
    uint32_t turned = 0;
    for (uint32_t i = 0; i < permits->count && turned < count; i++) {
        uint64_t seen = atomic_load_explicit(&permits->slots[at], memory_order_relaxed);
        if (HOLDER(seen) == from && change(&permits->slots[at], seen, to)) {
            turned++;
            if (to == 0) { /* what was taken before that one is given back next */
                look_here_first(permits, at == 0 ? permits->count - 1 : at - 1);
            }
        }
        at = at + 1 == permits->count ? 0 : at + 1;
    }
    return turned;
}

static void turn_all(brood__permits_t *permits, uint32_t from, uint32_t to,
                     uint32_t count) {
    while (count > 0) { /* ends: there are as many, whichever thread marked them */
        count -= turn(permits, from, to, count);
    }
}

/* Whether this process holds fewer. Permits that change hands while they are counted prove
 * nothing: a process with busy threads must not be told that it does not hold what it holds. */
static int holds_fewer(const brood__permits_t *permits, uint32_t count) {
    brood__permits_seen_t seen;
    do { /* ends when the others pause; each further look is a step of theirs */
        seen = brood__permits_count(permits);
    } while (!seen.exact && seen.mine < count);
    return seen.mine < count;
}

int brood__permits_give(brood__permits_t *permits, uint32_t count) {
    uint32_t giving = brood__self_id | GIVING;
    if (count == 1) {
        do { /* ends when one is given, or when this process holds none */
            if (turn(permits, brood__self_id, 0, 1) == 1) {
                return 1;
            }
        } while (!holds_fewer(permits, 1));
        return 0;
    }
    do { /* ends when they are given, or when this process holds fewer */
        uint32_t marked = turn(permits, brood__self_id, giving, count);
        BROOD_KILL_POINT("semaphore.marked");
        if (marked == count) {
            turn_all(permits, giving, 0, count);
            return 1;
        }
        turn_all(permits, giving, brood__self_id, marked);
    } while (!holds_fewer(permits, count));
    return 0;
}

int brood__permits_may_be_free(const brood__permits_t *permits) {
    for (uint32_t i = 0; i < permits->count; i++) {
        if (HOLDER(atomic_load_explicit(&permits->slots[i], memory_order_relaxed)) == 0) {
            return 1;
        }
    }
    return 0;
}

brood__permits_seen_t brood__permits_count(const brood__permits_t *permits) {
    brood__permits_seen_t seen = {0, 0, 0};
    uint64_t changes = 0;
    for (int round = 0; round < ROUNDS_MOST; round++) {
        uint64_t changes_before = changes;
        seen.free = seen.mine = 0;
        changes = 0;
        for (uint32_t i = 0; i < permits->count; i++) {
            /* acquire: the rounds do not mix; pairs with the CAS in change() */
            uint64_t slot =
                atomic_load_explicit(&permits->slots[i], memory_order_acquire);
            seen.free += HOLDER(slot) == 0;
            seen.mine += (HOLDER(slot) & ~GIVING) == brood__self_id;
            changes += CHANGES(slot);
        }
        if (round != 0 && changes == changes_before) {
            seen.exact = 1;
            return seen;
        }
    }
    return seen;
}

uint32_t brood__permits_reclaim(const brood__permits_t *permits, uint32_t dead) {
    uint32_t alive = brood__self_id;
    uint32_t reclaimed = 0;
    for (uint32_t i = 0; i < permits->count; i++) {
        uint64_t seen = atomic_load_explicit(&permits->slots[i], memory_order_relaxed);
        uint32_t holder = HOLDER(seen) & ~GIVING;
        if (holder == 0 || holder == alive) {
            continue;
        }
        if (dead == 0 ? !brood__participant_is_dead(holder) : holder != dead) {
            alive = holder; /* neighbours often have one holder: it is asked about once */
            continue;
        }
        if (change(&permits->slots[i], seen, 0)) {
            reclaimed++;
            BROOD_KILL_POINT("semaphore.sweeping");
        }
    }
    return reclaimed;
}
