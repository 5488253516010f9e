/* The participant table: slots, their tenants, and the question whether one is dead.
 *
 * Shared state, one slot each:
 *   word   state (2 bits), the reserver's slot (12 bits), generation (18 bits), in one word
 *          so that a reservation and its reserver appear in the same step.
 *          FREE -> RESERVED   by whoever starts a process, CAS
 *          RESERVED -> LIVE   by the new process, after it wrote pid and birth; release
 *          LIVE -> FREE, RESERVED -> FREE   with the generation one higher, CAS, by the
 *                 tenant at its exit, by the reserver, or by anyone who proved the death
 *   pid, birth, since, name   written before LIVE, since by the reserver, the rest by the tenant;
 *          read after an acquire of LIVE and believed only if the word is the same afterwards.
 *          Since and name are for people.
 *   origin written by the reserver; it stays when the slot is freed, so that who started whom is
 *          known of the dead, too, until the slot is given again: some thousand starts later.
 *   stop   written by who asks the tenant to end: stop_request.c
 * A process that dies as a reserver leaves a RESERVED slot that names it: whoever looks for a
 * free slot finds the reserver dead and frees it. One that dies as a tenant leaves a LIVE
 * slot whose identity the kernel calls dead. No step leaves a slot that nobody can free. */
#include "participant_layout.h"

#include "brood/boot.h"
#include "guard.h"
#include "os/fault.h"
#include "os/handle.h"
#include "session.h"
#include "status.h"
#include "text.h"
#include <apr_time.h>
#include <string.h>

#define WORD_MAKE(state, reserver, generation) \
    ((uint32_t)(state) | ((reserver) << 2) | ((uint32_t)(generation) << 14))
#define GENERATION_MASK ((1u << BROOD__GENERATION_BITS) - 1)
/* Handles on processes that were asked about lately, so that asking again is cheap. */
#define WATCHES 64
typedef struct watch_t {
    uint32_t id; /* 0: none, and no handle */
    brood_os_handle_t handle;
} watch_t;

static brood__slot_t *slots;     /* [0, BROOD__SLOTS); number 0 is not used */
static brood__origin_t *origins; /* as many */
static brood__guard_t watch_guard = BROOD__GUARD_INIT;
static watch_t watches[WATCHES];
static _Atomic uint32_t hint = 1;

size_t brood__participant_table_size(void) {
    return sizeof(brood__segment_head_t) +
           (sizeof(brood__slot_t) + sizeof(brood__origin_t)) * BROOD__SLOTS;
}

static void watches_clear(void) {
    for (unsigned i = 0; i < WATCHES; i++) {
        if (watches[i].id !=
            0) { /* else nothing is written: in a forked child that costs */
            brood_os_handle_close(watches[i].handle);
            watches[i].id = 0;
        }
    }
}

void brood__participant_use(brood__segment_t *control) {
    brood__guard_take(&watch_guard);
    watches_clear();
    brood__guard_give(&watch_guard);
    slots = (brood__slot_t *)(control->base + sizeof(brood__segment_head_t));
    origins = (brood__origin_t *)(slots + BROOD__SLOTS);
}

void brood__participant_after_fork(void) {
    brood__guard_reset(&watch_guard);
    watches_clear();
}

/* The word of an id's slot, or NULL for an id that cannot be. */
static brood__slot_t *slot_of(uint32_t id) {
    uint32_t number = BROOD__ID_SLOT(id);
    return slots == NULL || number == 0 || number >= BROOD__SLOTS ? NULL : &slots[number];
}

_Atomic uint32_t *brood__participant_stop_word(uint32_t id) {
    brood__slot_t *slot = slot_of(id);
    return slot == NULL ? NULL : &slot->stop;
}

int brood__participant_is_tenant(uint32_t id) {
    brood__slot_t *slot = slot_of(id);
    /* acquire: pairs with the release CAS by which a slot is freed */
    uint32_t word =
        slot == NULL ? 0 : atomic_load_explicit(&slot->word, memory_order_acquire);
    return BROOD__WORD_STATE(word) != BROOD__SLOT_FREE &&
           BROOD__WORD_GENERATION(word) == BROOD__ID_GENERATION(id);
}

static int reserver_is_dead(uint32_t word) {
    uint32_t number = BROOD__WORD_RESERVER(word);
    uint32_t reserver;
    if (number == 0 || number >= BROOD__SLOTS) {
        return 0;
    }
    /* acquire: pairs with the release CAS by which a slot is made live */
    reserver = atomic_load_explicit(&slots[number].word, memory_order_acquire);
    return BROOD__WORD_STATE(reserver) == BROOD__SLOT_FREE ||
           (BROOD__WORD_STATE(reserver) == BROOD__SLOT_LIVE &&
            brood__participant_is_dead(
                BROOD__ID_MAKE(number, BROOD__WORD_GENERATION(reserver))));
}

static int slot_is_dead(uint32_t number, uint32_t word) {
    switch (BROOD__WORD_STATE(word)) {
    case BROOD__SLOT_LIVE:
        return brood__participant_is_dead(
            BROOD__ID_MAKE(number, BROOD__WORD_GENERATION(word)));
    case BROOD__SLOT_RESERVED: return reserver_is_dead(word);
    default: return 0;
    }
}

static int slot_take(uint32_t number, uint32_t word, uint32_t reserver, uint32_t *id) {
    uint32_t taken = WORD_MAKE(BROOD__SLOT_RESERVED, BROOD__ID_SLOT(reserver),
                               BROOD__WORD_GENERATION(word));
    /* acq_rel: after the tenant before, before what the next one writes */
    if (!atomic_compare_exchange_strong_explicit(&slots[number].word, &word, taken,
                                                 memory_order_acq_rel,
                                                 memory_order_relaxed)) {
        return 0;
    }
    atomic_store_explicit(&slots[number].since_us, apr_time_now(), memory_order_relaxed);
    *id = BROOD__ID_MAKE(number, BROOD__WORD_GENERATION(word));
    atomic_store_explicit(&origins[number].ids, *id | (uint64_t)reserver << 32,
                          memory_order_relaxed);
    return 1;
}

/* Nobody asks about this id any more. */
static void watch_drop(uint32_t id) {
    watch_t *watch = &watches[BROOD__ID_SLOT(id) % WATCHES];
    brood__guard_take(&watch_guard);
    if (watch->id == id) {
        watch->handle = brood_os_handle_close(watch->handle);
        watch->id = 0;
    }
    brood__guard_give(&watch_guard);
}

/* From exactly this word, which *word is after a failure: 1; 0: it has changed. */
static int free_from(brood__slot_t *slot, uint32_t *word) {
    uint32_t next = (BROOD__WORD_GENERATION(*word) + 1) & GENERATION_MASK;
    /* release: whatever was done in the dead one's name comes before the next tenant */
    return atomic_compare_exchange_strong_explicit(
        &slot->word, word, WORD_MAKE(BROOD__SLOT_FREE, 0u, next), memory_order_release,
        memory_order_acquire);
}

apr_status_t brood__participant_reserve(uint32_t *id, uint32_t reserver) {
    uint32_t start = atomic_fetch_add_explicit(&hint, 1, memory_order_relaxed);
    /* First pass: free slots. Second pass: slots of the dead, which cost a question each. */
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < BROOD__SLOTS - 1; i++) {
            uint32_t number = 1 + (start + i) % (BROOD__SLOTS - 1);
            /* acquire: pairs with the release that freed the slot or made it live */
            uint32_t word =
                atomic_load_explicit(&slots[number].word, memory_order_acquire);
            if (pass == 1 && slot_is_dead(number, word)) {
                watch_drop(BROOD__ID_MAKE(number, BROOD__WORD_GENERATION(word)));
                (void)free_from(&slots[number], &word); /* unless it lives by now */
                /* acquire: as above */
                word = atomic_load_explicit(&slots[number].word, memory_order_acquire);
            }
            if (BROOD__WORD_STATE(word) == BROOD__SLOT_FREE &&
                slot_take(number, word, reserver, id)) {
                return APR_SUCCESS;
            }
        }
    }
    *id = 0;
    return brood__fail(BROOD_EFULL, "%u processes live in this session",
                       BROOD__SLOTS - 1);
}

/* The present process's name, cut at the end of a character. */
static void name_write(brood__slot_t *slot) {
    union {
        uint64_t words[BROOD__PARTICIPANT_NAME_WORDS];
        char text[BROOD__PARTICIPANT_NAME];
    } copy = {{0}};
    const char *name = brood_current_name();
    brood__text_copy(copy.text, name, sizeof copy.text);
    if (copy.text[sizeof copy.text - 2] !=
        '\0') { /* what came next, when that was half one */
        size_t length = sizeof copy.text - 1;
        while (length > 0 && ((unsigned char)name[length] & 0xc0u) == 0x80u) {
            copy.text[--length] = '\0';
        }
    }
    for (size_t i = 0; i < BROOD__PARTICIPANT_NAME_WORDS; i++) {
        atomic_store_explicit(&slot->name[i], copy.words[i], memory_order_relaxed);
    }
}

apr_status_t brood__participant_claim(uint32_t id) {
    brood_os_identity_t self;
    brood__slot_t *slot = slot_of(id);
    uint32_t word;
    apr_status_t rv = brood_os_identity_self(&self);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "the identity of this process");
    }
    /* acquire: pairs with the acq_rel CAS by which it was reserved */
    word = slot == NULL ? 0 : atomic_load_explicit(&slot->word, memory_order_acquire);
    if (slot == NULL || BROOD__WORD_STATE(word) != BROOD__SLOT_RESERVED ||
        BROOD__WORD_GENERATION(word) != BROOD__ID_GENERATION(id)) {
        return brood__fail(BROOD_EFORGED, "participant %u is not reserved", (unsigned)id);
    }
    atomic_store_explicit(&slot->pid, self.pid, memory_order_relaxed);
    atomic_store_explicit(&slot->birth, self.birth, memory_order_relaxed);
    name_write(slot);
    /* release: the rest before LIVE; pairs with the acquire in brood__participant_identity */
    if (!atomic_compare_exchange_strong_explicit(
            &slot->word, &word, WORD_MAKE(BROOD__SLOT_LIVE, 0u, BROOD__ID_GENERATION(id)),
            memory_order_release, memory_order_relaxed)) {
        return brood__fail(BROOD_EFORGED, "participant %u was taken", (unsigned)id);
    }
    BROOD_KILL_POINT("participant.claimed");
    return APR_SUCCESS;
}

void brood__participant_free(uint32_t id) {
    brood__slot_t *slot = slot_of(id);
    uint32_t word;
    if (slot == NULL) {
        return;
    }
    watch_drop(id);
    /* acquire: pairs with the release CAS by which it was made live */
    word = atomic_load_explicit(&slot->word, memory_order_acquire);
    while (BROOD__WORD_STATE(word) != BROOD__SLOT_FREE &&
           BROOD__WORD_GENERATION(word) == BROOD__ID_GENERATION(id)) {
        if (free_from(slot, &word)) {
            return;
        }
    }
}

int brood__participant_withdraw(uint32_t id) {
    brood__slot_t *slot = slot_of(id);
    /* acquire: pairs with the release CAS by which it may have been made live */
    uint32_t word =
        slot == NULL ? 0 : atomic_load_explicit(&slot->word, memory_order_acquire);
    return BROOD__WORD_STATE(word) == BROOD__SLOT_RESERVED &&
           BROOD__WORD_GENERATION(word) == BROOD__ID_GENERATION(id) &&
           free_from(slot, &word);
}

int brood__participant_identity(uint32_t id, brood_os_identity_t *identity) {
    brood__slot_t *slot = slot_of(id);
    /* acquire: pairs with the release that made the slot live */
    uint32_t word =
        slot == NULL ? 0 : atomic_load_explicit(&slot->word, memory_order_acquire);
    if (slot == NULL || BROOD__WORD_STATE(word) != BROOD__SLOT_LIVE ||
        BROOD__WORD_GENERATION(word) != BROOD__ID_GENERATION(id)) {
        return 0;
    }
    identity->pid = atomic_load_explicit(&slot->pid, memory_order_relaxed);
    identity->birth = atomic_load_explicit(&slot->birth, memory_order_relaxed);
    /* the fields are this tenant's only if it is still the tenant */
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&slot->word, memory_order_relaxed) == word;
}

int brood__participant_about(uint32_t id, brood__participant_about_t *about) {
    uint64_t words[BROOD__PARTICIPANT_NAME_WORDS];
    brood__slot_t *slot = slot_of(id);
    memset(about, 0, sizeof *about);
    if (!brood__participant_identity(id, &about->identity)) {
        return 0;
    }
    about->since_us = atomic_load_explicit(&slot->since_us, memory_order_relaxed);
    for (size_t i = 0; i < BROOD__PARTICIPANT_NAME_WORDS; i++) {
        words[i] = atomic_load_explicit(&slot->name[i], memory_order_relaxed);
    }
    memcpy(about->name, words, sizeof about->name);
    about->name[sizeof about->name - 1] = '\0';
    /* acquire: the fields are this tenant's only if it is still the tenant; pairs with the
     * release that frees the slot */
    atomic_thread_fence(memory_order_acquire);
    return brood__participant_identity(id, &about->identity);
}

uint32_t brood__participant_creator(uint32_t id) {
    uint64_t ids;
    if (slot_of(id) == NULL) {
        return 0;
    }
    ids = atomic_load_explicit(&origins[BROOD__ID_SLOT(id)].ids, memory_order_relaxed);
    return (uint32_t)ids == id ? (uint32_t)(ids >> 32) : 0;
}

uint32_t brood__participant_next(uint32_t *slot, brood_os_identity_t *identity) {
    while (slots != NULL && *slot + 1 < BROOD__SLOTS) {
        uint32_t number = ++*slot;
        /* acquire: pairs with the release CAS by which a slot is made live */
        uint32_t word = atomic_load_explicit(&slots[number].word, memory_order_acquire);
        uint32_t id = BROOD__ID_MAKE(number, BROOD__WORD_GENERATION(word));
        if (BROOD__WORD_STATE(word) == BROOD__SLOT_LIVE &&
            brood__participant_identity(id, identity)) {
            return id;
        }
    }
    return 0;
}

uint32_t brood__participant_next_reserved(uint32_t *slot, uint32_t *reserver) {
    while (slots != NULL && *slot + 1 < BROOD__SLOTS) {
        uint32_t number = ++*slot;
        /* acquire: pairs with the acq_rel CAS by which a slot is reserved */
        uint32_t word = atomic_load_explicit(&slots[number].word, memory_order_acquire);
        if (BROOD__WORD_STATE(word) == BROOD__SLOT_RESERVED) {
            *reserver = BROOD__WORD_RESERVER(word);
            return BROOD__ID_MAKE(number, BROOD__WORD_GENERATION(word));
        }
    }
    return 0;
}

static brood_os_life_t life_of(uint32_t id, const brood_os_identity_t *identity) {
    watch_t *watch = &watches[BROOD__ID_SLOT(id) % WATCHES];
    brood_os_life_t life;
    brood__guard_take(&watch_guard);
    if (watch->id != id) {
        if (watch->id != 0) {
            brood_os_handle_close(watch->handle);
        }
        watch->handle = BROOD_OS_NO_HANDLE;
        watch->id = id;
    }
    life = brood_os_identity_life(identity, &watch->handle);
    if (life == BROOD_OS_DEAD) {
        watch->handle = brood_os_handle_close(watch->handle);
        watch->id = 0;
    }
    brood__guard_give(&watch_guard);
    return life;
}

int brood__participant_is_dead(uint32_t id) {
    brood_os_identity_t identity;
    brood__slot_t *slot = slot_of(id);
    uint32_t word;
    if (slot == NULL) {
        return 1;
    }
    if (brood__participant_identity(id, &identity)) {
        return life_of(id, &identity) == BROOD_OS_DEAD;
    }
    /* acquire: pairs with the release CAS by which a slot is freed */
    word = atomic_load_explicit(&slot->word, memory_order_acquire);
    return BROOD__WORD_GENERATION(word) != BROOD__ID_GENERATION(id) ||
           BROOD__WORD_STATE(word) == BROOD__SLOT_FREE;
}

uint32_t brood__participant_next_dead(uint32_t *slot) {
    while (slots != NULL && *slot + 1 < BROOD__SLOTS) {
        uint32_t number = ++*slot;
        /* acquire: pairs with the release CAS by which a slot is made live or freed */
        uint32_t word = atomic_load_explicit(&slots[number].word, memory_order_acquire);
        uint32_t id = BROOD__ID_MAKE(number, BROOD__WORD_GENERATION(word));
        if (id != brood__self_id && slot_is_dead(number, word)) {
            return id;
        }
        watch_drop(id); /* this question will not come again soon */
    }
    return 0;
}
