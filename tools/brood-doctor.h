/* What the files of brood-doctor share. */
#ifndef BROOD_DOCTOR_COMMAND_H
#define BROOD_DOCTOR_COMMAND_H

#include "brood/block.h"
#include "brood/doctor.h"

/* All that is printed. */
typedef struct findings_t {
    const brood_doctor_session_t *sessions;
    size_t session_count;
    const brood_block_info_t *blocks;
    size_t block_count;
    int reclaim;           /* --reclaim was asked for */
    size_t dead_reclaimed; /* processes whose traces were put right */
    size_t blocks_reclaimed;
} findings_t;

/* Left by a crashed program: nobody holds it, its maker is dead, it was not meant to stay. */
int block_is_stale(const brood_block_info_t *block);

/* How much is wrong: everything stale, and every deadlock. */
size_t problems(const findings_t *findings);

/* Prints to standard output. */
void print_text(const findings_t *findings);
void print_json(const findings_t *findings);

#endif
