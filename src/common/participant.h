/* Participants: who is in this session, and who of them is dead. Internal.
 *
 * The session's control segment holds a table with a slot for each process. A process is
 * known in shared words by its id: the slot's number and the slot's generation in 30 bits,
 * never 0. An id stays dead for ever: the slot's next tenant has another generation. */
#ifndef BROOD_COMMON_PARTICIPANT_H
#define BROOD_COMMON_PARTICIPANT_H

#include "os/identity.h"
#include "segment.h"
#include <stdatomic.h>

#define BROOD__SLOT_BITS 12
#define BROOD__SLOTS ((1u << BROOD__SLOT_BITS) - 1) /* the last number is not used */
#define BROOD__GENERATION_BITS 18
#define BROOD__ID_MASK 0x3fffffffu
#define BROOD__PARTICIPANT_NAME 32 /* bytes, the end included */

/* How much of the control segment the table takes, its head included. */
size_t brood__participant_table_size(void);

/* Uses the table in this control segment from now on. */
void brood__participant_use(brood__segment_t *control);

/* Reserves a slot for a process that `reserver` (an id, or 0 for oneself) is about to make.
 * BROOD_EFULL: as many processes live as the table has slots. */
apr_status_t brood__participant_reserve(uint32_t *id, uint32_t reserver);

/* The process itself takes a reserved slot. BROOD_EFORGED: the slot is not reserved. */
apr_status_t brood__participant_claim(uint32_t id);

/* Gives a slot back: one's own at exit, a reserved one after a failed start, or that of a
 * process whose death is proved. Does nothing when the id is dead already. */
void brood__participant_free(uint32_t id);

/* Takes a reserved slot back before its process has taken it: 1; that one ends when it finds out,
 * before it runs anything of the program's. 0: it has taken it, or the id is dead. */
int brood__participant_withdraw(uint32_t id);

/* Whether it is dead; alive when that cannot be told. */
int brood__participant_is_dead(uint32_t id);

/* The next place in the table after number *slot (which moves; 0 at first) whose tenant, other
 * than this process, is dead; 0: there is none any more. */
uint32_t brood__participant_next_dead(uint32_t *slot);

/* The identity behind a live id; 0 when there is none any more. */
int brood__participant_identity(uint32_t id, brood_os_identity_t *identity);

/* The id of the process that started this one, or started to; 0: not known, or nobody did. Known
 * of the dead, too, until thousands have come after them. */
uint32_t brood__participant_creator(uint32_t id);

/* The next live id in the table after number *slot (which moves; 0 at first), and who that is;
 * 0: there is none any more. */
uint32_t brood__participant_next(uint32_t *slot, brood_os_identity_t *identity);

/* The next id in the table after number *slot (which moves; 0 at first) whose process has not taken
 * its slot yet, and the number of the slot of who reserved it; 0: there is none any more. */
uint32_t brood__participant_next_reserved(uint32_t *slot, uint32_t *reserver);

/* What people want to know of a live id; 0 when there is none any more. */
typedef struct brood__participant_about_t {
    brood_os_identity_t identity;
    int64_t since_us;
    char name[BROOD__PARTICIPANT_NAME];
} brood__participant_about_t;
int brood__participant_about(uint32_t id, brood__participant_about_t *about);

/* The word in the slot of `id` by which that participant is asked to end; NULL for an id that
 * cannot be. */
_Atomic uint32_t *brood__participant_stop_word(uint32_t id);

/* Whether the slot is still that id's: reserved or live. */
int brood__participant_is_tenant(uint32_t id);

/* In a forked child: the handles that the parent watched others with are closed. */
void brood__participant_after_fork(void);

#endif
