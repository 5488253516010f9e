/* The records of an arena: who holds which cell. Internal to the arena.
 *
 * They live in shared memory and outlive whoever wrote them; arena.c says what they mean. */
#ifndef BROOD_COMMON_ARENA_RECORDS_H
#define BROOD_COMMON_ARENA_RECORDS_H

#include "arena_layout.h"

/* Writes {participant, cell number + 1 or ALL} into a free record, or one of the dead, from
 * `hint` on, which moves. `where` receives the record's number. BROOD_EFULL: all are taken. */
apr_status_t brood__records_write(brood__arena_shared_t *shared, uint32_t *hint,
                                  uint32_t participant, uint32_t cell, uint32_t *where);

/* Frees a record that still says exactly that. 0: it says something else. */
int brood__records_clear(brood__arena_shared_t *shared, uint32_t where,
                         uint32_t participant, uint32_t cell);

/* Marks in `held` the cells that a living participant holds; clears the records of the dead.
 * 0: somebody holds all of them, and `held` says nothing. */
int brood__records_scan(brood__arena_shared_t *shared, uint8_t held[BROOD__ARENA_CELLS]);

/* Takes the marks off `taken`, the creator's, of cells that nobody living holds; in shared memory
 * they stay retired until they are given out. 1: some might be, but records were written
 * meanwhile. */
int brood__records_untake(brood__arena_shared_t *shared,
                          uint8_t taken[BROOD__ARENA_CELLS]);

/* Changes the participant in all records of one; to 0 frees them. */
void brood__records_rename(brood__arena_shared_t *shared, uint32_t from, uint32_t to);

#endif
